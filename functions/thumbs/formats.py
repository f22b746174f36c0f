"""The picture formats that are accepted and produced: the one place where a format is added.

A format is checked twice: before the upload by the name and type that the uploader claims, so that an honest mistake
gets an immediate response, and in the conversion by the bytes, which alone count.
"""

import re
from typing import NamedTuple

# Bytes of a file that suffice to identify it: they cover the longest list of brands of an ISO container.
START = 4096


class Input(NamedTuple):
    """An accepted format.

    name: as in the manifest. label: its usual name. signature: matches the first bytes, or the brands of an ISO
    container, one of which must occur. reader: the module that opens it (see `pipeline.readers`). bytes_per_pixel: the
    most memory that reading takes per pixel of the original (docs/decisions/imaging-memory.md has the measurements).
    types: content types under which it may be uploaded, the registered one first. extensions: including the dot.
    """

    name: str
    label: str
    signature: bytes | frozenset[bytes]
    reader: str
    bytes_per_pixel: float
    types: tuple[str, ...]
    extensions: tuple[str, ...]

    def matches(self, start: bytes) -> bool:
        """Whether a file that starts with these bytes (START of them) has this format."""
        if isinstance(self.signature, frozenset):
            return not self.signature.isdisjoint(_brands(start))
        return re.match(self.signature, start, re.DOTALL) is not None


# The brands of HEIF, by the coding that they name; some name none (ISO/IEC 23008-12, annexes B to M; 23000-22). Brands
# that nothing here can read are listed too, so that their files are identified before they are rejected.
_HEVC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_AV1 = frozenset({b"avif", b"avis"})
_OTHER = frozenset(b"avci avcs jpeg jpgs j2ki j2is vvic vvis evbi evbs unif".split())
_ANY = frozenset({b"mif1", b"mif2", b"mif3", b"msf1", b"miaf"})


def _brands(start: bytes) -> set[bytes]:
    """The brands of an ISO container; none for other files. All count alike, in any position (ISO/IEC 14496-12, 4.3),
    but a major brand that names the coding takes precedence."""
    if start[4:8] != b"ftyp":
        return set()
    major, end = start[8:12], int.from_bytes(start[:4], "big")
    compatible = (start[at : at + 4] for at in range(16, min(end, len(start)) - 3, 4))
    return {major} if major in _HEVC | _AV1 else {major, *compatible}


_READERS = "thumbs.pipeline.readers"

# The order matters once: AVIF and HEIF share a container, and a file that names both brands is AVIF.
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
        _AV1,
        f"{_READERS}.avif",
        12,
        ("image/avif",),
        (".avif",),
    ),
    Input(
        "HEIF",
        "HEIC",
        _HEVC | _OTHER | _ANY,
        f"{_READERS}.heif",
        17,
        ("image/heic", "image/heif", "image/heic-sequence", "image/heif-sequence"),
        (".heic", ".heif", ".hif"),
    ),
    Input("TIFF", "TIFF", rb"II\*\0|MM\0\*|II\+\0|MM\0\+", f"{_READERS}.tiff", 12, ("image/tiff",), (".tif", ".tiff")),
    Input("BMP", "BMP", rb"BM", f"{_READERS}.bmp", 6, ("image/bmp", "image/x-ms-bmp"), (".bmp", ".dib")),
)

ACCEPTED_TYPES = frozenset(content_type for accepted in INPUTS for content_type in accepted.types)

# For sentences: "JPEG, PNG, WebP, GIF, AVIF, HEIC, TIFF or BMP".
ACCEPTED_LABELS = f"{', '.join(accepted.label for accepted in INPUTS[:-1])} or {INPUTS[-1].label}"


class Output(NamedTuple):
    """A format of thumbnails. name: as in the settings ThumbnailFormat and ThumbnailFormats. animation: whether it may
    move."""

    name: str
    content_type: str
    extension: str
    transparency: bool
    animation: bool


OUTPUTS = {
    output.name: output
    for output in (
        Output("webp", "image/webp", "webp", transparency=True, animation=True),
        Output("jpeg", "image/jpeg", "jpg", transparency=False, animation=False),
        Output("avif", "image/avif", "avif", transparency=True, animation=True),
    )
}


def outputs(text: str) -> tuple[Output, ...]:
    """The formats of a setting such as `avif,webp,jpeg`, in its order; none for an empty one. Raises ValueError with a
    sentence for the operator."""
    names = text.split(",") if text else []
    if unknown := [name for name in names if name not in OUTPUTS]:
        raise ValueError(f"ThumbnailFormats: {unknown[0]!r} is none of {', '.join(OUTPUTS)}")
    if len({*names}) < len(names):
        raise ValueError(f"ThumbnailFormats: a format is given twice in {text!r}")
    return tuple(OUTPUTS[name] for name in names)
