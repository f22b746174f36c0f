"""Strips of gray or RGB that are compressed with LZW, with the bytes of libtiff in less than half of its time
(docs/decisions/imaging-tiff-lzw.md).

layers/imaging/tiff_lzw.zig decodes. It refuses whatever is unusual or damaged, about which libtiff decides. Where it is
not installed, libtiff decodes everything.
"""

import struct
from collections.abc import Callable, Sequence
from importlib import import_module

from PIL import Image

from thumbs.pipeline.readers import tiff_directory as tags
from thumbs.pipeline.readers.tiff_directory import Directory
from thumbs.pipeline.rows import PackedRows, Rows, unpacked

_AT_ONCE = 2**18  # bytes, which fit into the processor's cache; with fewer, calls take noticeably longer
_SHAPE = struct.Struct("=Q2I")  # bytes of a row, rows of a strip, samples of a pixel if they are differences
_PLACE = struct.Struct("=2Q")  # offset and size of a strip
_SAMPLES = {"L": 1, "RGB": 3}
_SHORT = 3  # the type of all tags of samples
_BLACK_IS_ZERO, _RGB = (1,), (2,)
_NO_PREDICTOR, _DIFFERENCES = (1,), (2,)
_CLEAR = 0x80  # the first byte of a strip; that of old encoders, whose codes have another order of bits, is 0

_Decode = Callable[[memoryview, bytes, bytes], bool]
try:
    _decode: _Decode | None = import_module("_tiff_lzw").decode
except ImportError:
    _decode = None


def rows(directory: Directory, mode: str, length: int, places: Sequence[tuple[int, int]]) -> Rows | None:
    """None if libtiff has to decode it. mode: how Pillow unpacks a row. length: rows of a strip, of which the last may
    have fewer. places: offset and size of each strip. Raises struct.error."""
    if _decode is None or mode not in _SAMPLES or not _is_usual(directory, _SAMPLES[mode]):
        return None
    if directory.original[places[0][0]] != _CLEAR:
        return None
    if sum(size for _, size in places) > len(directory.original):  # they share data, so a small file could take long
        return None
    decoder = _Decoder(_decode, directory, mode, length, places)
    return Rows(mode, directory.size, decoder.read, packed=decoder.packed)


def _is_usual(directory: Directory, samples: int) -> bool:
    """Whether the tags have the usual type and number of values, about which libtiff and this service cannot differ."""
    usual: dict[int, set[tuple[int, ...]]] = {
        tags.BITS: {(8,) * samples},
        tags.COMPRESSION: {(5,)},
        tags.PHOTOMETRIC: {_RGB if samples > 1 else _BLACK_IS_ZERO},
        tags.FILL_ORDER: {(1,)},
        tags.SAMPLES: {(samples,)},
        tags.PLANAR: {(1,)},
        tags.PREDICTOR: {_NO_PREDICTOR, _DIFFERENCES},
        tags.SAMPLE_FORMAT: {(1,) * samples},
    }
    given = [tag for tag in tags.OF_SAMPLES if tag in directory.entries]
    needed = {tags.BITS, tags.PHOTOMETRIC} | ({tags.SAMPLES} if samples > 1 else set())
    return needed <= {*given} and all(
        directory.entries[tag][1] == _SHORT and directory.values(tag) in usual.get(tag, ()) for tag in given
    )


class _Decoder:
    """Decodes some strips together, and keeps them until their last row is taken."""

    def __init__(
        self, decode: _Decode, directory: Directory, mode: str, length: int, places: Sequence[tuple[int, int]]
    ) -> None:
        self._decode, self._file, self._mode = decode, directory.original, mode
        self._length, self._places = length, places
        self._width, self._height = directory.size
        self._row = _SAMPLES[mode] * self._width
        are_differences = directory.values(tags.PREDICTOR) == _DIFFERENCES
        self._shape = _SHAPE.pack(self._row, length, _SAMPLES[mode] if are_differences else 0)
        self._together = max(1, _AT_ONCE // (self._row * length))  # strips
        rows = min(self._height, self._together * length)
        self._pixels, self._top, self._stop = memoryview(bytearray(rows * self._row)), 0, 0

    def packed(self, start: int, stop: int) -> PackedRows:
        """See Rows. Raises OSError."""
        if start == self._stop:
            self._advance()
        end = min(stop, self._stop)
        return PackedRows(self._pixels[(start - self._top) * self._row : (end - self._top) * self._row], end)

    def read(self, start: int, stop: int) -> Image.Image:
        """See Rows. Raises OSError."""
        return unpacked(self.packed, (self._mode, self._mode), self._width, start, stop)

    def _advance(self) -> None:
        """To the next strips."""
        top, first = self._stop, self._stop // self._length
        places = self._places[first : first + self._together]
        stop = min(self._height, top + len(places) * self._length)
        layout = self._shape + b"".join(_PLACE.pack(*place) for place in places)
        if not self._decode(self._pixels[: (stop - top) * self._row], self._file, layout):
            raise OSError(f"rows {top} to {stop} are left to libtiff")
        self._top, self._stop = top, stop
