"""Identifies a file by its first bytes alone: its name and content type are not trusted, and no parser runs."""

from thumbs import errors, formats


def identify(original: bytes) -> formats.Input:
    """Raises Rejected (empty, not_an_image)."""
    if not original:
        raise errors.Rejected(errors.Reason.EMPTY)
    start = original[: formats.START]
    for accepted in formats.INPUTS:
        if accepted.matches(start):
            return accepted
    raise errors.Rejected(errors.Reason.NOT_AN_IMAGE, f"starts with {start[:16]!r}", accepted=formats.ACCEPTED_LABELS)
