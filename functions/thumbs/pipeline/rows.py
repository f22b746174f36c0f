"""Rows: a picture that is decoded from top to bottom, a few rows at a time, so that it is never whole in memory."""

from collections.abc import Callable
from typing import NamedTuple

from PIL import Image

from thumbs.pipeline.packed import Bytes

_AT_ONCE = 2**18  # pixels that `whole` reads at a time: a megabyte at most


class PackedRows(NamedTuple):
    """Rows as their decoder packs them, without gaps. pixels: samples of 8 bits, or of 16, of which the upper 8 count.
    stop: the number of the row that follows."""

    pixels: memoryview
    stop: int


def unpacked(
    packed: Callable[[int, int], PackedRows], modes: tuple[str, str], width: int, start: int, stop: int
) -> Image.Image:
    """Rows of that width, from the first number to the second, exclusive. modes: Pillow's mode and raw mode."""
    mode, raw = modes
    result = Image.new(mode, (width, stop - start), None)
    top = start
    while top < stop:
        pixels, end = packed(top, stop)
        decoder = Image._getdecoder(mode, "raw", (raw, 0, 1))
        decoder.setimage(result.im, (0, top - start, width, end - start))
        decoder.decode(pixels)
        del pixels  # before the next are allocated
        top = end
    return result


class Rows(NamedTuple):
    """mode: L, LA, RGB, RGBA or CMYK. size: width and height in pixels. read: decodes the rows from the first number to
    the second, exclusive; each row once, in their order. The picture that it returns may have further rows below them,
    and must not be changed; without such rows, it may be freed. It raises Rejected. at_once: the fewest rows to read at
    a time, except at the end. decoded: all of them, if they already are; once they are taken, no row can be read.
    packed: like read, but makes no picture, and decodes only as many of the rows as are decoded together; it returns
    None if only read can decode them."""

    mode: str
    size: tuple[int, int]
    read: Callable[[int, int], Image.Image]
    at_once: int = 1
    decoded: Bytes | None = None
    packed: Callable[[int, int], PackedRows | None] | None = None

    def whole(self) -> Image.Image:
        width, height = self.size
        image = Image.new(self.mode, self.size, None)
        step = max(self.at_once, _AT_ONCE // width)
        for top in range(0, height, step):
            image.paste(self.read(top, min(height, top + step)), (0, top))
        return image


Picture = Image.Image | Rows
