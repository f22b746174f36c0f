"""Pillow's libtiff decoder, on data described by a directory that Pillow does not have to understand."""

from PIL import Image

from thumbs.pipeline.readers import tiff_directory as tags
from thumbs.pipeline.readers.tiff_directory import Directory
from thumbs.pipeline.readers.tiff_levels import FLOAT, SIGNED, UNSIGNED

# Pillow's mode and raw mode for libtiff's samples of each kind. For 16 bits the upper 8 suffice.
KINDS = {
    (8, UNSIGNED): ("L", "L"),
    (8, SIGNED): ("L", "L"),
    (12, UNSIGNED): ("I;16", "I;12"),
    (16, UNSIGNED): ("L", "L;16"),
    (16, SIGNED): ("I;16", "I;16"),
    (16, FLOAT): ("I;16", "I;16"),
    (32, UNSIGNED): ("CMYK", "CMYK"),
    (32, SIGNED): ("CMYK", "CMYK"),
    (32, FLOAT): ("CMYK", "CMYK"),
}
# The same for whole pixels, by the number and the bits of their samples, for predictors that depend on them.
TOGETHER = {
    (2, 8): ("LA", "LA"),
    (3, 8): ("RGB", "RGB"),
    (4, 8): ("CMYK", "CMYK"),
    (5, 8): ("CMYK", "CMYKX"),
    (2, 16): ("CMYK", "CMYK"),
    (3, 16): ("RGB", "RGB;16N"),
    (4, 16): ("CMYK", "CMYK;16N"),
}
# The raw mode for the lower 8 of 16 bits: it takes the second byte for the upper one. The same for whole pixels, by the
# number of their samples.
LOWER_BYTES = "L;16B"
LOWER_BYTES_TOGETHER = {3: "RGB;16B", 4: "CMYK;16B"}


def decoded(
    directory: Directory, values: dict[int, tuple[int, ...]], mode: str, raw: str, size: tuple[int, int]
) -> Image.Image:
    """A picture decoded by libtiff from the file's data, with a directory of these values, or with its own if there are
    none. Raises OSError."""
    at, original = directory.at, directory.original
    if values:
        at = len(original) + len(original) % 2
        original = original.ljust(at, b"\0") + tags.made(
            directory.order, directory.big, at, {tag: those for tag, those in values.items() if those}
        )
    picture = Image.new(mode, size)
    decode(original, at, raw, picture)
    return picture


def decode(file: bytes, at: int, raw: str, picture: Image.Image, top: int = 0) -> None:
    """Fills a picture from that row on. at: the offset of the file's directory. raw: Pillow's raw mode. Raises
    OSError."""
    decoder = Image._getdecoder(picture.mode, "libtiff", (raw, False, at), ())
    try:
        decoder.setimage(picture.im, (0, top, *picture.size))
        error = decoder.decode(file)[1]
    finally:
        decoder.cleanup()
    if error < 0:
        raise OSError(f"libtiff's decoder answers {error}")
