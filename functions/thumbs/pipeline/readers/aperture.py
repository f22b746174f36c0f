"""The clean aperture: the part of a coded picture that is meant to be seen (box clap; ISO/IEC 14496-12, 12.1.4)."""

import struct
from fractions import Fraction
from math import floor

Box = tuple[int, int, int, int]

_HALF = Fraction(1, 2)


def box(clap: bytes | memoryview, size: tuple[int, int]) -> Box | None:
    """Left, top, right, bottom in pixels of a picture of that size.

    None for one that cannot be: MIAF asks for whole numbers inside the picture (ISO/IEC 23000-22, 7.3.6.7). Fractions
    are rounded, as by libheif; what leaves the picture or is empty does not count, as in Chromium.
    """
    try:
        values = struct.unpack_from(">IIIIiIiI", clap)
        width, height, right, down = (
            Fraction(numerator, denominator) for numerator, denominator in zip(values[::2], values[1::2], strict=True)
        )
    except (struct.error, ZeroDivisionError):
        return None
    columns, rows = floor(width + _HALF), floor(height + _HALF)
    # The offset is from the centre of the picture to that of the aperture.
    left = floor((size[0] - columns) * _HALF + right)
    top = floor((size[1] - rows) * _HALF + down)
    if columns < 1 or rows < 1 or left < 0 or top < 0 or left + columns > size[0] or top + rows > size[1]:
        return None
    return left, top, left + columns, top + rows
