"""TIFF: the first directory only, whatever follows it or leads back to it. Pillow gives the picture already turned."""

import struct
from io import BytesIO

from PIL import Image, TiffImagePlugin

from thumbs.errors import Reason, Rejected
from thumbs.pipeline.readers import Source

# Bytes of one value of each type (TIFF 6.0, page 15, and BigTIFF).
_WIDTHS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_MAX_FACTOR = 16


def source(original: bytes) -> Source:
    _check_directory(original)
    image = TiffImagePlugin.TiffImageFile(BytesIO(original))
    image.info.pop("xmp", None)  # or Pillow would turn the picture by it, when no tag says how (see `orient`)

    def load(_: tuple[int, int]) -> Image.Image:
        image.load()
        return image

    return Source(image.size, load, profile=image.info.get("icc_profile"))


def _check_directory(original: bytes) -> None:
    """Raises Rejected when the values of the first directory are far larger than the file: 65,535 tags may each claim
    the whole file, and Pillow reads all of them. A few wrong counts are common, and harm nobody."""
    order = "<" if original[:2] == b"II" else ">"
    big = original[2:4] in {b"+\0", b"\0+"}
    (at,) = struct.unpack_from(order + ("8xQ" if big else "4xI"), original)
    (count,) = struct.unpack_from(order + ("Q" if big else "H"), original, at)
    entry = order + ("2xHQ8x" if big else "2xHI4x")
    size = struct.calcsize(entry)
    start = at + (8 if big else 2)
    total = 0
    for kind, values in struct.iter_unpack(entry, original[start : start + size * min(count, len(original) // size)]):
        total += values * _WIDTHS.get(kind, 0)
        if total > _MAX_FACTOR * len(original):
            raise Rejected(Reason.TOO_COMPLEX, "a TIFF whose directory is far larger than its file")
