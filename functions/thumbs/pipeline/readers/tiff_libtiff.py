"""libtiff's decoder, as Pillow has it, on data that a directory describes which Pillow need not understand."""

from PIL import Image

from thumbs.pipeline.readers import tiff_directory as tags
from thumbs.pipeline.readers.tiff_directory import Directory


def decoded(
    directory: Directory, values: dict[int, tuple[int, ...]], mode: str, raw: str, size: tuple[int, int]
) -> Image.Image:
    """A picture decoded by libtiff from the data of the file, by a directory of these values, or by its own when there
    are none. Raises OSError."""
    at, original = directory.at, directory.original
    if values:
        at = len(original) + len(original) % 2
        original = original.ljust(at, b"\0") + tags.made(
            directory.order, directory.big, at, {tag: those for tag, those in values.items() if those}
        )
    picture = Image.new(mode, size)
    decoder = Image._getdecoder(mode, "libtiff", (raw, False, at), ())
    try:
        decoder.setimage(picture.im, (0, 0, *size))
        error = decoder.decode(original)[1]
    finally:
        decoder.cleanup()
    if error < 0:
        raise OSError(f"libtiff's decoder answers {error}")
    return picture
