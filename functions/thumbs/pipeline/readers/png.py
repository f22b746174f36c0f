"""PNG and the still of an APNG: the decoder of Pillow, on a file from which all it need not read is left out, and with
an inflate of its own choice.

Half of the time that a PNG takes goes into inflating it, and Pillow does so with the system's zlib. ISA-L needs half as
long; what it gives is handed to Pillow in stored blocks, which zlib only copies (docs/decisions/imaging-png.md).
"""

import struct
from collections.abc import Iterable, Iterator
from functools import reduce
from io import BytesIO
from zlib import crc32, decompressobj

from isal import isal_zlib
from PIL import Image, ImageChops, PngImagePlugin

from thumbs.errors import Reason, Rejected
from thumbs.pipeline import icc, orient
from thumbs.pipeline.readers import Source

_SIGNATURE = 8
_DEPTH_AND_COLOUR = slice(24, 26)  # bits per sample and colour type, in IHDR, the first chunk
_GRAY, _RGB = 0, 2
_SAMPLES = {_GRAY: 1, _RGB: 3}  # of a pixel, for the colour types that may have one transparent colour
_LOWER_BYTES = "RGB;16L"  # how Pillow calls samples whose upper byte is the second
_MAX_PALETTE = 256
_SRGB_GAMMA = 2.2
# What pixels need besides their data. Text, which may be a decompression bomb, animation, which may claim 2**31 frames,
# and metadata are left out before any decoder sees the file.
_NEEDED = {b"IHDR", b"PLTE"}
# The chunks that name a colour space.
_SPACE = {b"cICP", b"sRGB", b"gAMA", b"cHRM"}
# Of an uncompressed colour profile. The largest in use, of printing presses, have 2 to 4 MB.
_MAX_PROFILE = 8 * 2**20
# Encoders write data chunks of 8 KB and more; 20 MB of them are 2,500.
_MAX_CHUNKS = 100_000
# Bytes inflated at a time: they become at most 1,032 times as many (RFC 1951).
_PIECE = 16 * 2**10
_STORED = 65535  # bytes of a stored block at most (RFC 1951, 3.2.4)


class _Png(PngImagePlugin.PngImageFile):
    """Takes its pixels from data, a zlib stream in pieces, instead of from its file."""

    data: Iterator[bytes]

    def load_prepare(self) -> None:
        """Of 16-bit gray only the upper byte is unpacked, of which `colour` would make the same with more memory."""
        if self.mode == "I;16" and "transparency" not in self.info:
            self._mode = "L"
            self.tile = [tile._replace(args="L;16B") for tile in self.tile]
        super().load_prepare()

    def load_read(self, read_bytes: int) -> bytes:  # noqa: ARG002  pieces come as they are
        return next(self.data, b"")

    def load_end(self) -> None:
        """Nothing: what follows the pixels is not read."""


def source(original: bytes) -> Source:
    header = [original[:_SIGNATURE]]
    data: list[memoryview] = []
    orientation, profile, frames, clear = 1, None, 0, b""
    space: dict[bytes, bytes] = {}
    view = memoryview(original)
    for kind, start, end in _chunks(original):
        if kind == b"IDAT":
            data.append(view[start + 8 : end - 4])
        elif kind in _NEEDED:
            header.append(original[start:end])
        elif kind == b"tRNS":
            clear = original[start + 8 : end - 4]
            header.append(_transparency(clear, *original[_DEPTH_AND_COLOUR]))
        elif kind == b"eXIf":
            orientation = orient.of_exif(original[start + 8 : end - 4])
        elif kind == b"iCCP":
            profile = _profile(original[start + 8 : end - 4])
        elif kind in _SPACE:
            space[kind] = original[start + 8 : end - 4]
        elif kind == b"fcTL":
            frames += 1
    opening = b"".join((*header, _EMPTY_DATA))
    image = _Png(BytesIO(opening))
    exact = tuple(original[_DEPTH_AND_COLOUR]) == (16, _RGB) and len(clear) == 6
    return Source(
        image.size,
        lambda _: _with_one_colour_clear(opening, data, clear) if exact else _loaded(image, data),
        orientation=orientation,
        profile=_named(space, profile),
        frames=max(1, frames),
    )


def _with_one_colour_clear(opening: bytes, data: list[memoryview], clear: bytes) -> Image.Image:
    """RGB of 16 bits, without the colour that has these samples. Pillow keeps 8 bits, so it decodes twice."""
    lower = _Png(BytesIO(opening))
    lower.tile = [tile._replace(args=_LOWER_BYTES) for tile in lower.tile]
    alpha = _equal(_loaded(lower, data), clear[1::2])
    del lower  # before there is memory for the upper ones
    image = _loaded(_Png(BytesIO(opening)), data)
    image.putalpha(ImageChops.invert(ImageChops.multiply(alpha, _equal(image, clear[0::2]))))
    return image


def _loaded(image: _Png, data: list[memoryview]) -> _Png:
    image.data = _stored(data)
    image.load()
    return image


def _equal(image: Image.Image, samples: bytes) -> Image.Image:
    """255 where the pixels have these samples."""
    return reduce(
        ImageChops.multiply,
        (
            band.point([255 if value == sample else 0 for value in range(256)])
            for band, sample in zip(map(image.getchannel, image.getbands()), samples, strict=True)
        ),
    )


# Where Pillow finds that data begins.
_EMPTY_DATA = b"\0\0\0\0IDAT\x35\xaf\x06\x1e"


def _stored(data: Iterable[memoryview]) -> Iterator[bytes]:
    """The same zlib stream, inflated and in stored blocks; it has no end, which nobody waits for."""
    inflate = isal_zlib.decompressobj()
    yield b"\x78\x01"
    for chunk in data:
        for at in range(0, len(chunk), _PIECE):
            pixels = inflate.decompress(chunk[at : at + _PIECE])
            for start in range(0, len(pixels), _STORED):
                block = pixels[start : start + _STORED]
                yield struct.pack("<BHH", 0, len(block), len(block) ^ 0xFFFF) + block


def _chunks(original: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Each chunk's type, and where it starts and ends, its length and checksum included."""
    at = _SIGNATURE
    for _ in range(_MAX_CHUNKS):
        kind = original[at + 4 : at + 8]
        if len(kind) < 4:
            return
        end = at + 12 + int.from_bytes(original[at : at + 4], "big")
        yield kind, at, end
        if kind == b"IEND":
            return
        at = end
    raise Rejected(Reason.TOO_COMPLEX, f"a PNG of more than {_MAX_CHUNKS} chunks")


def _transparency(content: bytes, depth: int, colour: int) -> bytes:
    """The chunk tRNS as Pillow needs it, which compares it with pixels that have 8 bits by then: those of gray with
    fewer are spread over 8. Those of RGB with 16 bits are compared by `source`. One of a wrong length does not
    count, as in libpng.
    """
    if (depth, colour) == (16, _RGB):
        return b""
    if colour in _SAMPLES:
        if len(content) != 2 * _SAMPLES[colour]:
            return b""
        samples = struct.unpack(f">{_SAMPLES[colour]}H", content)
        if depth < 8:
            samples = tuple((sample % 2**depth) * 255 // (2**depth - 1) for sample in samples)
        content = struct.pack(f">{len(samples)}H", *samples)
    elif len(content) > _MAX_PALETTE:
        return b""
    body = b"tRNS" + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", crc32(body))


def _profile(chunk: bytes) -> bytes | None:
    """name, 0, method 0, and the profile compressed; None when it is broken or a bomb."""
    _, _, rest = chunk.partition(b"\0")
    unpack = decompressobj()
    try:
        profile = unpack.decompress(rest[1:], _MAX_PROFILE)
    except Exception:  # zlib.error: a broken profile is no reason to refuse a good picture
        return None
    return profile if unpack.eof else None


def _named(space: dict[bytes, bytes], profile: bytes | None) -> bytes | None:
    """The profile of the colours, by the precedence of the specification (PNG 3, 4.3): cICP, iCCP, sRGB, gAMA and cHRM.

    Gray and colours that differ from sRGB by no more than rounding need none.
    """
    cicp = space.get(b"cICP", b"")
    if len(cicp) == 4:
        return icc.of_cicp(cicp[0], cicp[1])
    if profile or b"sRGB" in space or len(space.get(b"gAMA", b"")) != 4:
        return profile
    exponent = 100_000 / max(1, int.from_bytes(space[b"gAMA"], "big"))
    chromaticities = icc.SRGB
    if len(space.get(b"cHRM", b"")) == 32:
        x = [value / 100_000 for value in struct.unpack(">8I", space[b"cHRM"])]
        chromaticities = (x[2], x[3]), (x[4], x[5]), (x[6], x[7]), (x[0], x[1])
    usual = abs(exponent - _SRGB_GAMMA) < 0.1 and all(
        abs(a - b) < 0.01
        for ours, theirs in zip(icc.SRGB, chromaticities, strict=True)
        for a, b in zip(ours, theirs, strict=True)
    )
    if usual or not 0.2 < exponent < 10:
        return None
    try:
        return icc.profile(chromaticities, icc.gamma(exponent))
    except (ZeroDivisionError, struct.error):  # chromaticities that no colours have
        return None
