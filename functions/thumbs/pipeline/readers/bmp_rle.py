"""The run-length codings of BMP, BI_RLE8 and BI_RLE4.

https://learn.microsoft.com/windows/win32/gdi/bitmap-compression. A file may leave pixels out: it may end a row, or the
whole bitmap, early, and jump over pixels. Pillow rejects or blackens these; like browsers, this module leaves them
transparent.
"""

from collections.abc import Iterator

from PIL import Image

from thumbs.errors import Reason, Rejected

_END_OF_ROW, _END_OF_BITMAP, _JUMP = 0, 1, 2  # after a zero; a larger byte is a count of literal pixels


def decoded(image: Image.Image, data: memoryview, four_bits: bool, direction: int) -> Image.Image:
    """The picture, with transparency if pixels are left out.

    image: of Pillow, which knows the size and the palette. direction: of Pillow's raw decoder. Raises Rejected if
    the data ends early or leaves the picture.
    """
    pixels, visible = bytearray(), bytearray()
    for start, run in _runs(data, *image.size, four_bits):
        left_out = bytes(start - len(pixels))
        pixels += left_out + run
        visible += left_out + b"\xff" * len(run)
    total = image.width * image.height

    def made(mode: str, values: bytearray) -> Image.Image:
        return Image.frombytes(mode, image.size, bytes(values.ljust(total, b"\0")), "raw", mode, 0, direction)

    picture = made("P" if image.palette else "L", pixels)
    if image.palette:
        picture.putpalette(image.palette)
    elif image.mode == "1":
        picture = picture.point([0] + [255] * 255)
    if len(visible) == total and 0 not in visible:
        return picture
    picture = picture.convert("RGBA")
    picture.putalpha(made("L", visible))
    return picture


def _runs(data: memoryview, width: int, height: int, four_bits: bool) -> Iterator[tuple[int, bytes]]:
    """The place of each run, counted in pixels from the beginning of the first row, and its pixels."""
    at = x = y = 0
    while y < height:
        if at + 2 > len(data):
            if (x, y) == (width, height - 1):  # only the end marker is missing
                return
            raise Rejected(Reason.DAMAGED, f"a compressed BMP that ends in row {y}")
        count, value = data[at], data[at + 1]
        at += 2
        if count:  # programs write counts that are too large; browsers cut them off
            count = min(count, width - x)
            yield (
                y * width + x,
                (_nibbles(bytes([value]) * (count // 2 + 1)) if four_bits else bytes([value]) * count)[:count],
            )
            x += count
        elif value == _END_OF_ROW:
            x, y = 0, y + 1
        elif value == _END_OF_BITMAP:
            return
        elif value == _JUMP:
            right, up = data[at : at + 2].tobytes().ljust(2, b"\0")
            at, x, y = at + 2, x + right, y + up
        else:
            length = (value + 1) // 2 if four_bits else value
            literal = data[at : at + length].tobytes()
            if len(literal) < length:
                raise Rejected(Reason.DAMAGED, f"a compressed BMP that ends in row {y}")
            yield y * width + x, (_nibbles(literal) if four_bits else literal)[:value]
            at, x = at + length + length % 2, x + value
        if x > width:
            raise Rejected(Reason.DAMAGED, f"a compressed BMP with a row of {x} pixels instead of {width}")


def _nibbles(packed: bytes) -> bytes:
    return b"".join(bytes((byte >> 4, byte & 15)) for byte in packed)
