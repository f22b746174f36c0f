"""The picture formats that are accepted and made: the one place where a format is added.

What is accepted is decided twice: by the name and type that the uploader claims, so that an honest mistake is answered
before the upload, and by the bytes, which alone count, in the conversion.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Input:
    """A format that is accepted.

    name: as the manifest spells it. label: as people call it. signature: what its first bytes match. reader: the module
    that opens it (see `pipeline.readers`). bytes_per_pixel: the most memory that reading takes for each pixel of the
    original (docs/decisions/imaging-memory.md has the measurements). types: content types under which it may be
    uploaded, the registered one first. extensions: with the dot.
    """

    name: str
    label: str
    signature: bytes
    reader: str
    bytes_per_pixel: float
    types: tuple[str, ...]
    extensions: tuple[str, ...]

    def matches(self, start: bytes) -> bool:
        """Whether a file that starts with these bytes (64 are enough) is of this format."""
        return re.match(self.signature, start, re.DOTALL) is not None


_READERS = "thumbs.pipeline.readers"

# The order matters in one place: AVIF and HEIF share a container, and a file that names both brands is AVIF.
INPUTS = (
    Input(
        "JPEG",
        "JPEG",
        rb"\xff\xd8\xff",
        f"{_READERS}.jpeg",
        7,
        ("image/jpeg", "image/jpg", "image/pjpeg"),
        (".jpg", ".jpeg", ".jpe", ".jfif"),
    ),
    Input("PNG", "PNG", rb"\x89PNG\r\n\x1a\n", f"{_READERS}.png", 8, ("image/png", "image/apng"), (".png", ".apng")),
    Input("WEBP", "WebP", rb"RIFF.{4}WEBPVP8[ LX]", f"{_READERS}.webp", 17, ("image/webp",), (".webp",)),
    Input("GIF", "GIF", rb"GIF8[79]a", f"{_READERS}.gif", 6, ("image/gif",), (".gif",)),
    Input(
        "AVIF",
        "AVIF",
        rb"....ftyp(?:avi[fs]|(?:mif1|msf1|miaf)....(?:....)*?avi[fs])",
        f"{_READERS}.avif",
        12,
        ("image/avif",),
        (".avif",),
    ),
    Input(
        "HEIF",
        "HEIC",
        rb"....ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1)",
        f"{_READERS}.heif",
        17,
        ("image/heic", "image/heif", "image/heic-sequence"),
        (".heic", ".heif", ".hif"),
    ),
    Input("TIFF", "TIFF", rb"II\*\0|MM\0\*|II\+\0|MM\0\+", f"{_READERS}.tiff", 12, ("image/tiff",), (".tif", ".tiff")),
    Input("BMP", "BMP", rb"BM", f"{_READERS}.bmp", 6, ("image/bmp", "image/x-ms-bmp"), (".bmp", ".dib")),
)

ACCEPTED_TYPES = frozenset(content_type for accepted in INPUTS for content_type in accepted.types)

# For sentences: "JPEG, PNG, WebP, GIF, AVIF, HEIC, TIFF or BMP".
ACCEPTED_LABELS = f"{', '.join(accepted.label for accepted in INPUTS[:-1])} or {INPUTS[-1].label}"


@dataclass(frozen=True)
class Output:
    """A format that thumbnails are made in. name: as the setting ThumbnailFormat spells it."""

    name: str
    content_type: str
    extension: str
    transparency: bool


OUTPUTS = {
    output.name: output
    for output in (
        Output("webp", "image/webp", "webp", transparency=True),
        Output("jpeg", "image/jpeg", "jpg", transparency=False),
        Output("avif", "image/avif", "avif", transparency=True),
    )
}
