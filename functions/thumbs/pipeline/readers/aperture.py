"""The clean aperture: the part of a coded picture to show (box clap; ISO/IEC 14496-12, 12.1.4)."""

import struct
from fractions import Fraction
from math import floor

Box = tuple[int, int, int, int]

_HALF = Fraction(1, 2)


def box(clap: bytes | memoryview, size: tuple[int, int]) -> Box | None:
    """Left, top, right, bottom in pixels of a picture of that size.

    None for an impossible one: MIAF requires whole numbers inside the picture (ISO/IEC 23000-22, 7.3.6.7). Fractions
    are rounded, as in libheif; an aperture that leaves the picture or is empty is ignored, as in Chromium.
    """
    try:
        values = struct.unpack_from(">IIIIiIiI", clap)
        width, height, right, down = (
            Fraction(numerator, denominator) for numerator, denominator in zip(values[::2], values[1::2], strict=True)
        )
    except (struct.error, ZeroDivisionError):
        return None
    columns, rows = floor(width + _HALF), floor(height + _HALF)
    # The offset is from the picture's centre to the aperture's.
    left = floor((size[0] - columns) * _HALF + right)
    top = floor((size[1] - rows) * _HALF + down)
    if columns < 1 or rows < 1 or left < 0 or top < 0 or left + columns > size[0] or top + rows > size[1]:
        return None
    return left, top, left + columns, top + rows
