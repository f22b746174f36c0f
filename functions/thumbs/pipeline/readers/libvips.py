"""libvips's decoder of PNG, which decodes a few rows at a time, with SIMD (docs/decisions/imaging-png.md).

Nothing else of libvips can be called: all its other operations are blocked, and it neither starts threads nor keeps a
cache. It is called through ctypes, because its Python binding has no wheel, and takes 25 ms to import.
"""

import ctypes
from importlib.util import find_spec
from typing import Any

from PIL import Image

from thumbs.pipeline.rows import Rows

_NEEDED = (b"VipsForeignLoadPngBuffer", b"VipsSequential", b"VipsLineCache")
_SEQUENTIAL = 1  # VipsAccess
_TRUNCATED = 1  # VipsFailOn: missing or broken data is an error, a wrong checksum is not
_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}  # by the number of bands
WIDEST = 2**16  # bytes of a row: libvips keeps hundreds of them
_AT_ONCE = 2**15  # bytes of rows that it decodes in one call: it keeps more the more they are

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
        ("vips_pngload_buffer", _INT, _POINTER, ctypes.c_size_t, ctypes.POINTER(_POINTER)),
        ("vips_image_get_width", _INT, _POINTER),
        ("vips_image_get_height", _INT, _POINTER),
        ("vips_image_get_bands", _INT, _POINTER),
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


def opened(file: bytes) -> Rows:
    """The picture of a PNG of at most 8 bits per sample that is not interlaced. Raises OSError."""
    decoder = _Decoder(file)
    return Rows(decoder.mode, decoder.size, decoder.read)


class _Decoder:
    """file: is not copied."""

    def __init__(self, file: bytes) -> None:
        self._file = file
        self._image, self._region = _POINTER(), None
        if _vips.vips_pngload_buffer(
            file,
            len(file),
            ctypes.byref(self._image),
            *(b"access", _INT(_SEQUENTIAL), b"fail_on", _INT(_TRUNCATED)),
            None,
        ):
            raise OSError(_error())
        self._region = _vips.vips_region_new(self._image)
        self.mode = _MODES[_vips.vips_image_get_bands(self._image)]
        self.size = _vips.vips_image_get_width(self._image), _vips.vips_image_get_height(self._image)

    def __del__(self) -> None:
        for kept in (self._region, self._image):
            if kept:
                _vips.g_object_unref(kept)

    def read(self, start: int, stop: int) -> Image.Image:
        """See Rows. Raises OSError, also if libpng warns."""
        size = self.size[0], stop - start
        row = len(self.mode) * size[0]
        pixels = bytearray(row * size[1])
        place = ctypes.addressof(ctypes.c_char.from_buffer(pixels))
        length = ctypes.c_size_t()
        step = max(1, _AT_ONCE // row)
        _warnings.clear()
        for top in range(start, stop, step):
            count = min(step, stop - top)
            fetched = _vips.vips_region_fetch(self._region, 0, top, size[0], count, ctypes.byref(length))
            if not fetched:
                raise OSError(_error())
            ctypes.memmove(place + (top - start) * row, fetched, count * row)
            _vips.g_free(fetched)
        if _warnings:
            raise OSError(_warnings[0])
        return Image.frombytes(self.mode, size, pixels)


def _error() -> str:
    """libvips's sentences about the last error."""
    text: bytes = _vips.vips_error_buffer()
    _vips.vips_error_clear()
    return text.decode(errors="replace").strip()
