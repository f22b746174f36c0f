"""What a caller chose for one file, as metadata of the original: a set of sizes, and the point that crops keep.

A form's signature covers both. They stay with the original, so a later conversion makes the same choices.
"""

import re
from collections.abc import Container
from dataclasses import dataclass

_FOCUS = re.compile(r"((?:0|1)(?:\.[0-9]{1,4})?),((?:0|1)(?:\.[0-9]{1,4})?)")

Focus = tuple[float, float]


@dataclass(frozen=True)
class Choices:
    """profile: the name of a set of sizes; None for those of the setting ThumbnailSizes. focus: the point (x, y) that
    crops keep, as shares of the width and height of the picture as people see it; None if the service is to find it."""

    profile: str | None = None
    focus: Focus | None = None

    def metadata(self) -> dict[str, str]:
        """The user-defined metadata of an original, without S3's prefix. JSON's -0.0 is a share like 0."""
        told = {"profile": self.profile} if self.profile else {}
        return told | ({"focus": ",".join(f"{abs(share):.4f}" for share in self.focus)} if self.focus else {})


UNCHOSEN = Choices()


def of(metadata: dict[str, str], profiles: Container[str]) -> Choices:
    """The choices in an object's user-defined metadata. profiles: the names that are set now. What is not valid, or is
    no longer set, counts as not chosen, because thumbnails in the usual sizes are better than none."""
    profile, focus = metadata.get("profile"), _FOCUS.fullmatch(metadata.get("focus", ""))
    point = (float(focus[1]), float(focus[2])) if focus else None
    return Choices(profile if profile in profiles else None, point if point and max(point) <= 1 else None)
