"""Orientation: which way up a picture was taken (EXIF 2.32, tag 0x0112; TIFF 6.0).

This is the only tag of a picture's metadata that thumbnails depend on, read by a parser of its own. Pillow's reads
everything, may raise after a successful decode, and also trusts XMP, which no viewer does.
"""

import struct

from PIL import Image

_TAG, _SHORT = 0x0112, 3

# The operation that turns the stored picture upright, for each orientation except the first.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def of_exif(exif: bytes) -> int:
    """The orientation, 1 to 8, in a block of EXIF; 1 if it has no valid one."""
    block = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    try:
        if order is None:
            return 1
        (start,) = struct.unpack_from(order + "I", block, 4)
        (count,) = struct.unpack_from(order + "H", block, start)
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            tag, kind, _, value = struct.unpack_from(order + "HHIH", block, entry)
            if tag == _TAG:
                return value if kind == _SHORT and 1 <= value <= 8 else 1
    except struct.error:  # the block ends early
        pass
    return 1


def as_seen(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    """Width and height after orientation, from the stored ones; the same function converts back."""
    return (size[1], size[0]) if orientation >= 5 else size


def upright(image: Image.Image, orientation: int) -> Image.Image:
    if orientation not in _TURNS:
        return image
    return image.transpose(_TURNS[orientation])
