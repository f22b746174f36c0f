"""BMP, from Windows and OS/2: headers of every length, and pixels with arbitrary bit masks.

https://learn.microsoft.com/windows/win32/gdi/bitmap-header-types; for OS/2, bitmaps in "Encyclopedia of Graphics File
Formats". Pillow reads what it supports; samples of other sizes are extracted from the pixels here.
"""

import struct
from io import BytesIO
from typing import NamedTuple

from PIL import BmpImagePlugin, Image

from thumbs.errors import Reason, Rejected
from thumbs.pipeline.readers import Source, bmp_rle

_FILE_HEADER = 14
_CORE, _INFO = 12, 40  # bytes of the headers of OS/2 1 and Windows 3
_WINDOWS = {_INFO, 52, 56, 108, 124}
_OS2 = range(_CORE + 1, 65)  # of OS/2 2, whose header may omit trailing zeros
_RGB, _RLE8, _RLE4, _BITFIELDS, _RLE24_OR_JPEG, _ALPHA_BITFIELDS = 0, 1, 2, 3, 4, 6
# Embedded pictures of other formats (JPEG, PNG), printers' CMYK, and OS/2's Huffman 1D and 24-bit RLE.
_NOT_READ = {_RLE24_OR_JPEG, 5, 11, 12, 13}
# The masks that Pillow supports.
_READ_OF_16 = {(0xF800, 0x7E0, 0x1F, 0), (0x7C00, 0x3E0, 0x1F, 0)}
_READ_OF_32 = {
    (0xFF0000, 0xFF00, 0xFF, 0),
    (0xFF0000, 0xFF00, 0xFF, 0xFF000000),
    (0xFF, 0xFF00, 0xFF0000, 0xFF000000),
    (0xFF000000, 0xFF0000, 0xFF00, 0),
    (0xFF000000, 0xFF0000, 0xFF00, 0xFF),
    (0, 0, 0, 0),
}
_COLOURS = slice(46, 50)  # where a file says how many its palette has
_EMBEDDED_PROFILE = 0x4D424544  # 'MBED', in headers of 124 bytes
_LONGEST_PROFILE = 8 * 2**20
_ROWS = 256  # extracted at a time


class _Header(NamedTuple):
    """height: negative if the first row is on top. masks: of red, green, blue and alpha, or none. pixels: offset."""

    length: int
    width: int
    height: int
    bits: int
    compression: int
    masks: tuple[int, ...]
    pixels: int

    @property
    def size(self) -> tuple[int, int]:
        return self.width, abs(self.height)


def source(original: bytes) -> Source:
    header = _header(original)
    if header is None:
        return _through_pillow(original, None)
    if header.compression in _NOT_READ or header.bits == 64:
        raise Rejected(
            Reason.VARIANT_NOT_SUPPORTED, f"a BMP of compression {header.compression} and {header.bits} bits"
        )
    if header.width < 1:
        raise Rejected(Reason.DAMAGED, f"a BMP of {header.size}")
    profile = _profile(original) if header.length == 124 else None
    if header.bits == 2 and header.compression == _RGB:
        return Source(header.size, lambda _: _two_bits(original, header), profile=profile)
    if header.masks and header.bits in {16, 32} and _is_unusual(header):
        return Source(header.size, lambda _: _taken_apart(original, header), profile=profile)
    return _through_pillow(_usual(original, header), profile, header)


def _through_pillow(original: bytes, profile: bytes | None, header: _Header | None = None) -> Source:
    image = BmpImagePlugin.BmpImageFile(BytesIO(original))

    def load(_: tuple[int, int]) -> Image.Image:
        if header and header.compression in {_RLE8, _RLE4}:
            data = memoryview(original)[image.tile[0].offset :]
            return bmp_rle.decoded(image, data, header.compression == _RLE4, _direction(header))
        image.load()
        return _visible(image)

    return Source(image.size, load, profile=profile)


def _header(original: bytes) -> _Header | None:
    """The header's facts; None for OS/2 1, and for an invalid header."""
    (pixels, length) = struct.unpack_from("<II", original, 10)
    if length not in _WINDOWS and length not in _OS2:
        return None
    # Fields that a shorter header omits are zero.
    fields = original[_FILE_HEADER : _FILE_HEADER + min(length, _INFO)].ljust(_INFO, b"\0")
    width, height, _, bits, compression = struct.unpack_from("<iiHHI", fields, 4)
    masks: tuple[int, ...] = ()
    if length in _WINDOWS and compression in {_BITFIELDS, _ALPHA_BITFIELDS}:
        # The masks follow a header of 40 bytes, and are part of a longer one.
        count = 4 if length >= 56 or (compression, length) == (_ALPHA_BITFIELDS, _INFO) else 3
        masks = (*struct.unpack_from(f"<{count}I", original, _FILE_HEADER + _INFO), 0)[:4]
    elif length not in _WINDOWS and compression == _BITFIELDS:
        compression = _RLE24_OR_JPEG  # Huffman 1D
    return _Header(length, width, height, bits, compression, masks, pixels)


def _is_unusual(header: _Header) -> bool:
    """Whether Pillow supports only some of these masks, or none."""
    if header.compression == _ALPHA_BITFIELDS:
        return True
    if header.bits == 16:
        return header.masks not in _READ_OF_16
    return header.masks not in _READ_OF_32


def _usual(original: bytes, header: _Header) -> bytes:
    """The same file with a header of 40 bytes, if Pillow does not support its own header's length, and without a count
    of colours that no pixel can use."""
    most = 2**header.bits
    if header.bits <= 8 and header.length >= _INFO and int.from_bytes(original[_COLOURS], "little") > most:
        original = original[: _COLOURS.start] + struct.pack("<I", most) + original[_COLOURS.stop :]
    if header.length in _WINDOWS:
        return original
    fields = original[_FILE_HEADER : _FILE_HEADER + min(header.length, _INFO)].ljust(_INFO, b"\0")
    start = original[:10] + struct.pack("<I", header.pixels + _INFO - header.length if header.pixels else 0)
    return b"".join((start, struct.pack("<I", _INFO), fields[4:], original[_FILE_HEADER + header.length :]))


def _two_bits(original: bytes, header: _Header) -> Image.Image:
    """For Windows CE: up to four colours."""
    stride = (header.width * 2 + 31) // 32 * 4
    colours = original[_FILE_HEADER + header.length : header.pixels][:16]
    picture = Image.frombytes(
        "P", header.size, bytes(_pixels(original, header, stride)), "raw", "P;2", stride, _direction(header)
    )
    picture.putpalette(colours.ljust(16, b"\0"), "BGRX")
    return picture


def _taken_apart(original: bytes, header: _Header) -> Image.Image:
    width, height = header.size
    depth = header.bits // 8
    stride = (width * header.bits + 31) // 32 * 4
    data = _pixels(original, header, stride)
    picture = Image.new("RGBA" if header.masks[3] else "RGB", header.size)
    for top in range(0, height, _ROWS):
        rows = min(_ROWS, height - top)
        strip = int.from_bytes(data[top * stride : (top + rows) * stride], "little")
        bands = [
            Image.frombytes(
                "L", (width, rows), _samples(strip, mask, depth, rows * stride), "raw", "L", stride // depth,
                _direction(header),
            )
            for mask in header.masks[: len(picture.getbands())]
        ]  # fmt: skip
        picture.paste(Image.merge(picture.mode, bands), (0, top if header.height < 0 else height - top - rows))
    return _visible(picture)


def _visible(picture: Image.Image) -> Image.Image:
    """Without alpha if it is zero everywhere: nobody intends an invisible picture, and browsers show it too."""
    invisible = picture.mode == "RGBA" and picture.getchannel("A").getextrema() == (0, 0)
    return picture.convert("RGB") if invisible else picture


def _samples(pixels: int, mask: int, depth: int, length: int) -> bytes:
    """The bits of each pixel under the mask, scaled to 8 bits; zeros if it is empty. pixels: of depth bytes each, in
    one number, which shifts the bits of all pixels at once. length: bytes of all pixels."""
    if not mask:
        return bytes(length // depth)
    low = (mask & -mask).bit_length() - 1
    bits = (mask >> low).bit_length()
    window = pixels >> (low + max(0, bits - 8))
    most = 2 ** min(8, bits) - 1
    scale = bytes((value & most) * 255 // most for value in range(256))
    return window.to_bytes(length, "little")[::depth].translate(scale)


def _pixels(original: bytes, header: _Header, stride: int) -> memoryview:
    length = stride * header.size[1]
    if len(original) < header.pixels + length:
        raise Rejected(Reason.DAMAGED, f"a BMP that is {header.pixels + length - len(original)} bytes short")
    return memoryview(original)[header.pixels : header.pixels + length]


def _direction(header: _Header) -> int:
    """The direction for Pillow's raw decoder: 1 from top to bottom."""
    return 1 if header.height < 0 else -1


def _profile(original: bytes) -> bytes | None:
    """The embedded profile; profiles in other files are not loaded."""
    space, at, length = struct.unpack_from("<I52xII", original.ljust(_FILE_HEADER + 124, b"\0"), _FILE_HEADER + 56)
    start = _FILE_HEADER + at
    return (
        original[start : start + length] or None if space == _EMBEDDED_PROFILE and length < _LONGEST_PROFILE else None
    )
