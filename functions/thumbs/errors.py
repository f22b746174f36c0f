"""Why an upload has no thumbnails: every reason, with the sentence that the uploader reads.

The error tree:

    Exception
     ├─ Rejected    the uploader's fault: written to the manifest on the first attempt, never retried
     └─ others      our fault: the handler raises it, Lambda retries twice, then dead-letters the event
"""

from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

if TYPE_CHECKING:
    from thumbs.picture import Original


class Reason(StrEnum):
    """The codes of the API and of the manifest. A code, once published, never changes its meaning."""

    # Refused before signing: the problems of POST /uploads.
    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    TYPE_NOT_SUPPORTED = "type_not_supported"
    INVALID = "invalid"
    PROFILE_UNKNOWN = "profile_unknown"
    # Rejected by the conversion: a manifest with status "rejected".
    REPLACED = "replaced"
    DIGEST_MISMATCH = "digest_mismatch"
    EMPTY = "empty"
    NOT_AN_IMAGE = "not_an_image"
    DAMAGED = "damaged"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_COMPLEX = "too_complex"
    VARIANT_NOT_SUPPORTED = "variant_not_supported"  # a valid file that our decoders cannot read
    # Failed after every retry: a manifest with status "failed".
    CONVERSION_FAILED = "conversion_failed"


class Sentence(NamedTuple):
    """text: for the uploader, may contain {placeholders}. retryable: trying the same file again may help."""

    text: str
    retryable: bool = False


SENTENCES: dict[Reason, Sentence] = {
    Reason.MALFORMED: Sentence("The request is not the JSON that this service expects."),
    Reason.TOO_LARGE: Sentence("The file is larger than {limit} MB. Please choose a smaller one."),
    Reason.TYPE_NOT_SUPPORTED: Sentence("This type of file is not accepted. Please choose {accepted}."),
    Reason.INVALID: Sentence(
        "The file is empty, or the request describes it with impossible values. Please choose another file."
    ),
    Reason.PROFILE_UNKNOWN: Sentence("The service has no set of sizes with this name. Please choose another one."),
    Reason.REPLACED: Sentence(
        "Another file was uploaded in place of this one before it was read. Please upload the picture again.",
        retryable=True,
    ),
    Reason.DIGEST_MISMATCH: Sentence(
        "The file that arrived is not the one that was announced. Please upload the picture again.", retryable=True
    ),
    Reason.EMPTY: Sentence("The file is empty. Please choose another one."),
    Reason.NOT_AN_IMAGE: Sentence("This file is not a picture that we can read. Please choose {accepted}."),
    Reason.DAMAGED: Sentence(
        "The picture is damaged and cannot be read. Please export it again, or choose another one."
    ),
    Reason.TOO_MANY_PIXELS: Sentence("The picture has more than {limit} megapixels. Please upload a smaller version."),
    Reason.TOO_COMPLEX: Sentence(
        "The picture is too complex to process. Please save it again in a common format, such as JPEG or PNG."
    ),
    Reason.VARIANT_NOT_SUPPORTED: Sentence(
        "The picture uses a rare variant that we cannot read. Please save it again as an ordinary JPEG or PNG."
    ),
    Reason.CONVERSION_FAILED: Sentence(
        "Something went wrong on our side, and we have been notified. Please try again later.", retryable=True
    ),
}


class Description(TypedDict):
    """A reason as a manifest has it. code: a Reason. message: the sentence, for people."""

    code: str
    message: str
    retryable: bool


def describe(reason: Reason, **facts: Any) -> Description:
    """facts fill the sentence's placeholders."""
    sentence = SENTENCES[reason]
    return {"code": reason.value, "message": sentence.text.format(**facts), "retryable": sentence.retryable}


class Rejected(Exception):
    """The picture cannot be accepted.

    reason: its code. detail: for our logs only. facts: values for the reason's sentence. original: known facts about
    the file, or None.
    """

    def __init__(self, reason: Reason, detail: str = "", *, original: "Original | None" = None, **facts: Any):
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail
        self.facts = facts
        self.original = original
