"""PNG and the still of an APNG: Pillow's decoder, on a file without the chunks that it does not need, and with a
different inflate.

Inflating takes half of a PNG's time, and Pillow does it with the system's zlib. ISA-L takes half as long; its output is
passed to Pillow in stored blocks, which zlib only copies (docs/decisions/imaging-png.md).
"""

import struct
from collections.abc import Iterable, Iterator
from functools import reduce
from io import BytesIO
from typing import NamedTuple
from zlib import crc32

from isal import isal_zlib
from PIL import Image, ImageChops, PngImagePlugin

from thumbs.errors import Reason, Rejected
from thumbs.pipeline import orient
from thumbs.pipeline.metadata import Block
from thumbs.pipeline.readers import Source, deep, png_colours

_SIGNATURE = 8
_DEPTH_AND_COLOUR = slice(24, 26)  # bits per sample and colour type, in IHDR, the first chunk
_GRAY, _RGB, _GRAY_ALPHA, _RGB_ALPHA = 0, 2, 4, 6
_SAMPLES = {_GRAY: 1, _RGB: 3}  # of a pixel, for the colour types that may have one transparent colour
# Pillow's names for samples whose upper byte is the second, and, for gray with alpha, for four samples of 8 bits.
_LOWER_BYTES = {_RGB: "RGB;16L", _GRAY_ALPHA: "RGBA", _RGB_ALPHA: "RGBA;16L"}
_MAX_PALETTE = 256
# The chunks that pixels need in addition to their data. Text, which may be a decompression bomb, animation, which may
# claim 2**31 frames, and metadata are removed before any decoder sees the file.
_NEEDED = {b"IHDR", b"PLTE"}
# caBX has content credentials (C2PA).
_METADATA = {
    b"eXIf": "exif",
    **dict.fromkeys((b"tEXt", b"zTXt", b"iTXt"), "png_text"),
    b"tIME": "time",
    b"caBX": "other",
}
# Encoders write data chunks of 8 KB and more; 20 MB of them are 2,500.
_MAX_CHUNKS = 100_000
# Bytes inflated at a time: they become up to 1,032 times as many (RFC 1951).
_PIECE = 16 * 2**10
_STORED = 65535  # maximum bytes of a stored block (RFC 1951, 3.2.4)


class _Png(PngImagePlugin.PngImageFile):
    """Reads its pixels from data, a zlib stream in pieces, instead of from its file."""

    data: Iterator[bytes]
    deep = False

    def load_prepare(self) -> None:
        """Unpacks only the upper byte of 16-bit gray; `colour` would produce the same with more memory."""
        if self.mode == "I;16" and "transparency" not in self.info and not self.deep:
            self._mode = "L"
            self.tile = [tile._replace(args="L;16B") for tile in self.tile]
        super().load_prepare()

    def load_read(self, read_bytes: int) -> bytes:  # noqa: ARG002  pieces come as they are
        return next(self.data, b"")

    def load_end(self) -> None:
        """Does nothing: data after the pixels is not read."""


def source(original: bytes) -> Source:
    header = [original[:_SIGNATURE]]
    data: list[memoryview] = []
    frames, clear = 0, b""
    metadata: list[Block] = []
    colours: dict[bytes, bytes] = {}
    view = memoryview(original)
    for kind, start, end in _chunks(original):
        if kind == b"CgBI":  # from Xcode: without zlib's header, and blue first
            raise Rejected(Reason.VARIANT_NOT_SUPPORTED, "a PNG for iOS alone")
        if kind == b"IDAT":
            data.append(view[start + 8 : end - 4])
        elif kind in _NEEDED:
            header.append(original[start:end])
        elif kind == b"tRNS":
            clear = original[start + 8 : end - 4]
            header.append(_transparency(clear, *original[_DEPTH_AND_COLOUR]))
        elif kind in _METADATA:
            metadata.append(Block(_METADATA[kind], original[start + 4 : end - 4].removeprefix(b"eXIf")))
        elif kind in png_colours.CHUNKS:
            colours[kind] = original[start + 8 : end - 4]
        elif kind == b"fcTL":
            frames += 1
    depth, colour = original[_DEPTH_AND_COLOUR]
    samples = _Samples(b"".join((*header, _EMPTY_DATA)), data, depth, colour, clear)
    meant = png_colours.deep_ones(colours, 1 if colour in {_GRAY, _GRAY_ALPHA} else 3) if depth == 16 else None
    image = samples.opened()
    return Source(
        image.size,
        lambda wanted: samples.in_srgb(meant, wanted) if meant else samples.upper(image),
        orientation=orient.of_exif(next((block.content for block in reversed(metadata) if block.form == "exif"), b"")),
        profile=None if meant else png_colours.named(colours),
        frames=max(1, frames),
        bytes_per_pixel=deep.BYTES_PER_PIXEL if meant else None,
        metadata=tuple(metadata),
    )


class _Samples(NamedTuple):
    """The stored pixels. opening: the file up to its data. clear: the samples of a transparent colour."""

    opening: bytes
    data: list[memoryview]
    depth: int
    colour: int
    clear: bytes

    def opened(self) -> _Png:
        return _Png(BytesIO(self.opening))

    def upper(self, image: _Png) -> Image.Image:
        """Every sample in 8 bits: the upper ones of 16."""
        exact = (self.depth, self.colour) == (16, _RGB) and len(self.clear) == 6
        return self._with_one_colour_clear() if exact else _loaded(image, self.data)

    def in_srgb(self, meant: deep.Deep, wanted: tuple[int, int]) -> Image.Image:
        """Samples of 16 bits, converted before they are reduced to 8."""
        image = self.opened()
        if self.colour == _GRAY:
            image.deep = True
            return deep.to_srgb(image.size, deep.of_gray(_loaded(image, self.data)), meant, wanted)
        if self.colour == _GRAY_ALPHA:
            upper, lower, *alpha = self._lower().split()
            halves = Image.merge("LA", (upper, alpha[0])), Image.merge("LA", (lower, alpha[1]))
        else:
            halves = self.upper(image), self._lower()
        return deep.to_srgb(image.size, deep.of_halves(*halves), meant, wanted)

    def _lower(self) -> Image.Image:
        """The lower bytes of 16-bit samples."""
        image = self.opened()
        image.tile = [tile._replace(args=_LOWER_BYTES[self.colour]) for tile in image.tile]
        return _loaded(image, self.data)

    def _with_one_colour_clear(self) -> Image.Image:
        """RGB of 16 bits with its transparent colour. Pillow keeps 8 bits, so it decodes twice."""
        alpha = _equal(self._lower(), self.clear[1::2])
        image = _loaded(self.opened(), self.data)
        image.putalpha(ImageChops.invert(ImageChops.multiply(alpha, _equal(image, self.clear[0::2]))))
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


# Where Pillow finds the beginning of the data.
_EMPTY_DATA = b"\0\0\0\0IDAT\x35\xaf\x06\x1e"


def _stored(data: Iterable[memoryview]) -> Iterator[bytes]:
    """The same zlib stream, inflated and in stored blocks; without an end, which nothing waits for."""
    inflate = isal_zlib.decompressobj()
    yield b"\x78\x01"
    for chunk in data:
        for at in range(0, len(chunk), _PIECE):
            pixels = inflate.decompress(chunk[at : at + _PIECE])
            for start in range(0, len(pixels), _STORED):
                block = pixels[start : start + _STORED]
                yield struct.pack("<BHH", 0, len(block), len(block) ^ 0xFFFF) + block


def _chunks(original: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Each chunk's type, start and end, including its length and checksum."""
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
    """The chunk tRNS in the form that Pillow needs. Pillow compares it with pixels that already have 8 bits, so gray
    with fewer bits is scaled to 8. RGB with 16 bits is compared by `source`. A chunk of a wrong length is ignored, as
    in libpng.
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
