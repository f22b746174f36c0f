"""The owner of an upload and the caller's own reference, as metadata of the original.

A form's signature covers both, so a caller cannot upload in another owner's name. convert reads them with the original.
"""

from dataclasses import dataclass
from urllib.parse import quote, unquote

from thumbs import correlation

# The name of further metadata: the digest of the only content that the form accepts, in hexadecimal digits.
SHA256 = "sha256"

# S3 would give these a meaning of their own, so they are escaped like everything outside ASCII: "${filename}" in a
# form ("Browser-Based Uploads Using POST"), "=?UTF-8?…?=" in metadata (RFC 2047), spaces at either end.
_LITERAL = "-_.~:@|/+"


@dataclass(frozen=True)
class Attribution:
    """owner: the subject of the caller that requested the form. reference: the caller's own id of the file.
    correlation: the caller's id of the request for the form, which only logs contain (thumbs.correlation). None
    for what is not known."""

    owner: str | None = None
    reference: str | None = None
    correlation: str | None = None

    def metadata(self) -> dict[str, str]:
        """The user-defined metadata of an original, without S3's prefix. Percent-encoded (RFC 3986), in ASCII."""
        return {name: quote(value, safe=_LITERAL) for name, value in vars(self).items() if value is not None}


NOBODY = Attribution()


def of(metadata: dict[str, str]) -> Attribution:
    """The attribution in an object's user-defined metadata."""
    known = {name: unquote(metadata[name]) for name in ("owner", "reference", "correlation") if name in metadata}
    if not correlation.is_id(known.get("correlation")):  # not from a form
        known.pop("correlation", None)
    return Attribution(**known)
