"""PNG and the still of an APNG, decoded by libvips a few rows at a time, on a file without the chunks that it does not
need (docs/decisions/imaging-png.md).

Pillow decodes what has no such rows, and gray with alpha in 16 bits. `png_data` inflates for both.
"""

import struct
from collections.abc import Iterator
from functools import reduce
from io import BytesIO
from typing import NamedTuple

from PIL import Image, ImageChops, PngImagePlugin

from thumbs.errors import Reason, Rejected
from thumbs.pipeline import orient
from thumbs.pipeline.colour import plain
from thumbs.pipeline.metadata import Block
from thumbs.pipeline.readers import Source, deep, libvips, png_colours, png_data, rows_or_whole
from thumbs.pipeline.readers.png_chunks import SIGNATURE, each, made, transparency
from thumbs.pipeline.rows import Rows

_DEPTH_AND_COLOUR = slice(24, 26)  # bits per sample and colour type, in IHDR, the first chunk
_INTERLACED = 28  # where IHDR says so
_GRAY, _RGB, _PALETTE, _GRAY_ALPHA, _RGB_ALPHA = 0, 2, 3, 4, 6
_CHANNELS = {_GRAY: 1, _RGB: 3, _PALETTE: 1, _GRAY_ALPHA: 2, _RGB_ALPHA: 4}  # as they are stored
_UP_TO_PALETTE = 8 + 25 + 12  # bytes of signature, IHDR and an empty PLTE
# Pillow's names for samples whose upper byte is the second, and, for gray with alpha, for four samples of 8 bits.
_LOWER_BYTES = {_RGB: "RGB;16L", _GRAY_ALPHA: "RGBA", _RGB_ALPHA: "RGBA;16L"}
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
    header = [original[:SIGNATURE]]
    data: list[memoryview] = []
    frames, clear = 0, b""
    metadata: list[Block] = []
    colours: dict[bytes, bytes] = {}
    view = memoryview(original)
    for kind, start, end in each(original):
        if kind == b"CgBI":  # from Xcode: without zlib's header, and blue first
            raise Rejected(Reason.VARIANT_NOT_SUPPORTED, "a PNG for iOS alone")
        if kind == b"IDAT":
            data.append(view[start + 8 : end - 4])
        elif kind in _NEEDED:
            header.append(original[start:end])
        elif kind == b"tRNS" and not clear and not data:  # libpng ignores it likewise
            clear = original[start + 8 : end - 4]
        elif kind in _METADATA:
            metadata.append(Block(_METADATA[kind], original[start + 4 : end - 4].removeprefix(b"eXIf")))
        elif kind in png_colours.CHUNKS and not data:  # after the pixels, or twice, they mean nothing (5.6)
            colours.setdefault(kind, original[start + 8 : end - 4])
        elif kind == b"fcTL":
            frames += 1
    depth, colour = original[_DEPTH_AND_COLOUR]
    samples = _Samples(original, b"".join(header), data, depth, colour, clear)
    meant = png_colours.deep_ones(colours, 1 if colour in {_GRAY, _GRAY_ALPHA} else 3) if depth == 16 else None
    image = samples.opened()
    return Source(
        image.size,
        lambda wanted: samples.in_srgb(meant, wanted) if meant else samples.rows() or samples.upper(image),
        orientation=orient.of_exif(next((block.content for block in metadata if block.form == "exif"), b"")),
        profile=None if meant else png_colours.named(colours),
        frames=max(1, frames),
        bytes_per_pixel=deep.BYTES_PER_PIXEL if meant else None,
        metadata=tuple(metadata),
    )


class _Samples(NamedTuple):
    """The stored pixels. opening: signature, IHDR and PLTE. data: of IDAT. clear: the content of tRNS."""

    original: bytes
    opening: bytes
    data: list[memoryview]
    depth: int
    colour: int
    clear: bytes

    def rows(self) -> Rows | None:
        """Decoded by libvips; None if it would keep many of them, reads them otherwise, or rejects the header."""
        if self.original[_INTERLACED] or 4 * self._size[0] * max(8, self.depth) // 8 > libvips.WIDEST:
            return None
        if self.colour == _PALETTE and 3 * len(self.clear) > len(self.opening) - _UP_TO_PALETTE:
            return None  # libpng ignores a tRNS with more entries than the palette
        try:
            rows = libvips.opened(self._alone(), self._row())
        except OSError:
            return None
        # If libvips cannot decode some, or doubts a checksum, Pillow decides.
        return rows_or_whole(rows, lambda: plain(self.upper(self.opened())).convert(rows.mode))

    @property
    def _size(self) -> tuple[int, int]:
        width, height = struct.unpack_from(">2I", self.original, 16)
        return width, height

    def _row(self) -> int:
        """Bytes of a row, with its filter."""
        return 1 + (self._size[0] * self.depth * _CHANNELS[self.colour] + 7) // 8

    def _alone(self) -> Iterator[bytes | memoryview]:
        """The file without the chunks that pixels do not need, and with inflated data. Raises OSError."""
        yield self.opening
        if self._exact() or transparency(self.clear, self.depth, self.colour):
            yield made(b"tRNS", self.clear)
        yield from png_data.chunks(self.data, self._size[1] * self._row())

    def opened(self) -> _Png:
        return _Png(BytesIO(self.opening + transparency(self.clear, self.depth, self.colour) + _EMPTY_DATA))

    def upper(self, image: _Png) -> Image.Image:
        """Every sample in 8 bits: the upper ones of 16."""
        return self._with_one_colour_clear() if self._exact() else _loaded(image, self.data)

    def _exact(self) -> bool:
        """Whether one colour of 16 bits is transparent."""
        return (self.depth, self.colour) == (16, _RGB) and len(self.clear) == 6

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
    image.data = png_data.whole(data)
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


_EMPTY_DATA = made(b"IDAT", b"")  # Pillow finds the beginning of the data by it
