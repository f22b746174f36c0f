"""Averages of rows as their decoder packs them, without a picture of these rows.

layers/imaging/box_average.zig makes them, with the pixels of Image.reduce, in a quarter of the time that Pillow takes
to unpack the rows and average them (docs/decisions/imaging-box-average.md). Where it is not installed, Pillow makes
all.
"""

import struct
from collections.abc import Callable, Sequence
from importlib import import_module

from PIL import Image, _imaging

from thumbs.pipeline.rows import Rows

_MOST = 128  # pixels of a box
_SHAPE = struct.Struct("=4I")  # channels, bytes of a sample, rows of a box, rows that came before
_RUN = struct.Struct("=4I")
_SUM = 2  # bytes
_CHANNELS = {"L": 1, "RGB": 3}
_STORED = {"L": 1, "RGB": 4}  # bytes of a pixel in Pillow's memory

_Average = Callable[[memoryview, bytearray, bytearray, bytes], bool]
try:
    _average: _Average | None = import_module("_box_average").average
except ImportError:
    _average = None

_Run = tuple[int, int, int, int]  # boxes.Run


def averaged(rows: Rows, across: Sequence[_Run], down: _Run) -> Image.Image | None:
    """The next rows of boxes. None if Pillow has to average what `rows.read` returns. across, down: `boxes.Run`s."""
    start, stop, box, _ = down
    most = box * max(wide for _, _, wide, _ in across)
    if _average is None or rows.packed is None or rows.mode not in _CHANNELS or most > _MOST:
        return None
    size = sum((end - first) // wide for first, end, wide, _ in across), (stop - start) // box
    samples = _CHANNELS[rows.mode] * rows.size[0]
    sums, averages = bytearray(_SUM * samples), bytearray(_STORED[rows.mode] * size[0] * size[1])
    runs = b"".join(_RUN.pack(*run) for run in across)
    while start < stop:
        packed = rows.packed(start, stop)
        if packed is None:
            return None
        depth = len(packed.pixels) // (samples * (packed.stop - start))
        shape = _SHAPE.pack(_CHANNELS[rows.mode], depth, box, start - down[0])
        if not _average(packed.pixels, sums, averages, shape + runs):
            raise ValueError(f"{len(packed.pixels)} bytes are not rows {start} to {packed.stop} of {rows.size}")
        start = packed.stop
        del packed  # before more are allocated
    # In Pillow's own form, so that it copies nothing.
    return Image.Image()._new(_imaging.map_buffer(averages, size, "raw", 0, (rows.mode, 0, 1)))
