"""The picture formats that are accepted and made: the one place where a format is added.

What is accepted is decided twice: by the name and type that the uploader claims, so that an honest mistake is answered
before the upload, and by the bytes, which alone count, in the conversion.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Input:
    """A format that is accepted.

    name: as the manifest spells it. label: as people call it. decoders: Pillow's names of those that may read it.
    types: content types under which it may be uploaded, the registered one first. extensions: with the dot.
    """

    name: str
    label: str
    decoders: tuple[str, ...]
    types: tuple[str, ...]
    extensions: tuple[str, ...]


INPUTS = (
    Input("JPEG", "JPEG", ("JPEG", "MPO"), ("image/jpeg", "image/jpg", "image/pjpeg"), (".jpg", ".jpeg", ".jpe", ".jfif")),
    Input("PNG", "PNG", ("PNG",), ("image/png", "image/apng"), (".png", ".apng")),
    Input("WEBP", "WebP", ("WEBP",), ("image/webp",), (".webp",)),
    Input("GIF", "GIF", ("GIF",), ("image/gif",), (".gif",)),
    Input("AVIF", "AVIF", ("AVIF",), ("image/avif",), (".avif",)),
    Input("HEIF", "HEIC", ("HEIF",), ("image/heic", "image/heif", "image/heic-sequence"), (".heic", ".heif", ".hif")),
    Input("TIFF", "TIFF", ("TIFF",), ("image/tiff",), (".tif", ".tiff")),
    Input("BMP", "BMP", ("BMP",), ("image/bmp", "image/x-ms-bmp"), (".bmp", ".dib")),
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
