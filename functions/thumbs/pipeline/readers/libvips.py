"""libvips's decoder of PNG, which decodes a few rows at a time, with SIMD (docs/decisions/imaging-png.md).

Nothing else of libvips can be called: all its other operations are blocked, and it neither starts threads nor keeps a
cache. It is called through ctypes, because its Python binding has no wheel, and takes 25 ms to import.
"""

import ctypes
import weakref
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from PIL import Image

from thumbs.pipeline.rows import PackedRows, Rows, unpacked

_NEEDED = (b"VipsForeignLoadPngSource", b"VipsSequential", b"VipsLineCache")
_SEQUENTIAL = 1  # VipsAccess
_TRUNCATED = 1  # VipsFailOn: missing or broken data is an error, a wrong checksum is not
_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}  # by the number of bands
# By the number of bands, what Pillow calls samples of 16 bits, of which it takes the upper 8.
_UPPER = {1: "L;16", 3: "RGB;16L", 4: "RGBA;16L"}
WIDEST = 2**16  # bytes of a row
_TILE = 16  # rows that libvips decodes, and forgets, together (VIPS__FATSTRIP_HEIGHT)
_AHEAD = 2**15  # bytes that it may read before it needs them: its buffer has 4 KB, libpng's 8
_SEEK_SET, _SEEK_CUR = 0, 1
_USHORT = 2  # VipsBandFormat

_POINTER, _INT = ctypes.c_void_p, ctypes.c_int
_EVERY_LEVEL = -4  # G_LOG_LEVEL_MASK

_warnings: list[str] = []


def _noted(_domain: bytes, _level: int, text: bytes, _data: int) -> None:
    """libpng's last warning: after the last row, a wrong checksum is no more than that."""
    _warnings[:] = [text.decode(errors="replace")]


_note = ctypes.CFUNCTYPE(None, ctypes.c_char_p, _INT, ctypes.c_char_p, _POINTER)(_noted)


def _library() -> ctypes.CDLL:
    """libvips, through the extension module of its wheel, which is linked with it. Raises ImportError."""
    found = find_spec("_libvips")
    if found is None or found.origin is None:
        raise ImportError("pyvips-binary is not installed")
    library = ctypes.CDLL(found.origin)
    for name, answer, *arguments in (
        ("vips_init", _INT, ctypes.c_char_p),
        ("vips_cache_set_max", None, _INT),
        ("vips_concurrency_set", None, _INT),
        ("vips_block_untrusted_set", None, _INT),
        ("vips_operation_block_set", None, ctypes.c_char_p, _INT),
        # More arguments than these are passed as variadic ones.
        ("vips_source_new_from_memory", _POINTER, _POINTER, ctypes.c_size_t),
        ("vips_source_seek", ctypes.c_int64, _POINTER, ctypes.c_int64, _INT),
        ("vips_pngload_source", _INT, _POINTER, ctypes.POINTER(_POINTER)),
        ("vips_image_minimise_all", None, _POINTER),
        ("vips_image_get_width", _INT, _POINTER),
        ("vips_image_get_height", _INT, _POINTER),
        ("vips_image_get_bands", _INT, _POINTER),
        ("vips_image_get_format", _INT, _POINTER),
        ("vips_region_new", _POINTER, _POINTER),
        ("vips_region_fetch", _POINTER, _POINTER, _INT, _INT, _INT, _INT, ctypes.POINTER(ctypes.c_size_t)),
        ("vips_error_buffer", ctypes.c_char_p),
        ("vips_error_clear", None),
        ("g_object_unref", None, _POINTER),
        ("g_free", None, _POINTER),
        ("g_log_set_handler", ctypes.c_uint, ctypes.c_char_p, _INT, type(_note), _POINTER),
    ):
        function: Any = getattr(library, name)
        function.restype, function.argtypes = answer, arguments
    if library.vips_init(b"thumbs"):
        raise ImportError("libvips does not start")
    library.g_log_set_handler(b"VIPS", _EVERY_LEVEL, _note, None)
    library.vips_concurrency_set(1)
    library.vips_cache_set_max(0)
    library.vips_block_untrusted_set(1)
    library.vips_operation_block_set(b"VipsOperation", 1)
    for needed in _NEEDED:
        library.vips_operation_block_set(needed, 0)
    return library


_vips = _library()


def opened(file: Iterator[bytes | memoryview], row: int) -> Rows:
    """The picture of a PNG that is not interlaced, with the upper 8 of 16 bits. file: in pieces, which are taken as
    rows are read; it may raise OSError. row: bytes of one, with its filter. Raises OSError."""
    decoder = _Decoder(_Window(file, _TILE * row))
    return Rows(decoder.mode, decoder.size, decoder.read, packed=decoder.packed)


class _Decoder:
    def __init__(self, window: "_Window") -> None:
        self._window = window
        self._image, self._region = _POINTER(), None
        self._source = _vips.vips_source_new_from_memory(window.address, window.length)
        if _vips.vips_pngload_source(
            self._source,
            ctypes.byref(self._image),
            *(b"access", _INT(_SEQUENTIAL), b"fail_on", _INT(_TRUNCATED)),
            None,
        ):
            raise OSError(_error())
        self._region = _vips.vips_region_new(self._image)
        bands = _vips.vips_image_get_bands(self._image)
        self.mode = self._raw = _MODES[bands]
        if _vips.vips_image_get_format(self._image) == _USHORT:
            if bands not in _UPPER:
                raise OSError("Pillow unpacks no gray with alpha")
            self._raw = _UPPER[bands]
        self.size = _vips.vips_image_get_width(self._image), _vips.vips_image_get_height(self._image)

    def __del__(self) -> None:
        for kept in (self._region, self._image, self._source):
            if kept:
                _vips.g_object_unref(kept)

    def read(self, start: int, stop: int) -> Image.Image:
        """See Rows. Raises OSError, also if libpng warns."""
        return unpacked(self.packed, (self.mode, self._raw), self.size[0], start, stop)

    def packed(self, start: int, stop: int) -> PackedRows:
        """See Rows. Raises OSError, also if libpng warns."""
        _warnings.clear()
        if start % _TILE == 0:
            self._window.move(self._source)
        end = min(stop, start - start % _TILE + _TILE)
        length = ctypes.c_size_t()
        fetched = _vips.vips_region_fetch(self._region, 0, start, self.size[0], end - start, ctypes.byref(length))
        if not fetched:
            raise OSError(_error())
        pixels = (ctypes.c_char * length.value).from_address(fetched)
        weakref.finalize(pixels, _vips.g_free, fetched)
        if end % _TILE == 0:
            _vips.vips_image_minimise_all(self._image)
        if _warnings:
            raise OSError(_warnings[0])
        return PackedRows(memoryview(pixels), end)


class _Window:
    """The part of a file that libvips takes for the whole, and that moves along while it reads.

    If it read further ahead than expected, it would find the end of the file, and no pixel would be wrong.
    """

    def __init__(self, file: Iterator[bytes | memoryview], needed: int) -> None:
        """needed: the most bytes that it needs between two moves."""
        self._file, self._needed = file, needed + _AHEAD
        content = bytearray()
        while len(content) < 2 * self._needed and (piece := next(file, b"")):
            content += piece
        self._content = memoryview(content)
        self.length = len(content)
        self.address = ctypes.addressof(ctypes.c_char.from_buffer(content))
        self._next: bytes | memoryview = b""

    def move(self, source: int) -> None:
        """Moves along, unless enough follows what has been read. source: libvips's, which reads this window."""
        read = _vips.vips_source_seek(source, 0, _SEEK_CUR)
        left = self.length - read
        if left >= self._needed:
            return
        start = read
        pieces: list[bytes | memoryview] = []
        while piece := self._next or next(self._file, b""):
            self._next = piece if len(piece) > start else b""
            if self._next:
                break
            pieces.append(piece)
            start -= len(piece)
        self._content[start : start + left] = self._content[read:]
        at = start + left
        for piece in pieces:
            self._content[at : at + len(piece)] = piece
            at += len(piece)
        _vips.vips_source_seek(source, start, _SEEK_SET)


def _error() -> str:
    """libvips's sentences about the last error."""
    text: bytes = _vips.vips_error_buffer()
    _vips.vips_error_clear()
    return text.decode(errors="replace").strip()
