"""The owner of an upload and the caller's own reference, as metadata of the original.

A form contains both, signed, so nobody can upload in another owner's name, and convert reads them with the original.
"""

from dataclasses import dataclass
from urllib.parse import quote, unquote

# The name of further metadata: the digest of the only content that the form accepts, in hexadecimal digits.
SHA256 = "sha256"

# S3 would give these a meaning of their own, so they are escaped like everything outside ASCII: "${filename}" in a
# form ("Browser-Based Uploads Using POST"), "=?UTF-8?…?=" in metadata (RFC 2047), spaces at either end.
_LITERAL = "-_.~:@|/+"


@dataclass(frozen=True)
class Attribution:
    """owner: the subject of the caller that requested the form. reference: the caller's own id of the file.
    Either is None if it is not known."""

    owner: str | None = None
    reference: str | None = None

    def metadata(self) -> dict[str, str]:
        """The user-defined metadata of an original, without S3's prefix. Percent-encoded (RFC 3986), in ASCII."""
        return {name: quote(value, safe=_LITERAL) for name, value in vars(self).items() if value is not None}


NOBODY = Attribution()


def of(metadata: dict[str, str]) -> Attribution:
    """The attribution in an object's user-defined metadata."""
    owner, reference = (metadata.get(name) for name in ("owner", "reference"))
    return Attribution(
        unquote(owner) if owner is not None else None, unquote(reference) if reference is not None else None
    )
