"""The rows of a TIFF whose layout Pillow knows, decoded a few at a time, so that the picture is never whole in memory.

If the file is compressed, libtiff, through Pillow's decoder, gets a small file each time: some strips, or rows of
tiles, with a directory like the file's own (docs/decisions/imaging-tiff-samples.md).
"""

import struct
from collections.abc import Callable
from math import ceil

from PIL import Image, ImagePalette, TiffImagePlugin

from thumbs.pipeline.colour import plain
from thumbs.pipeline.readers import rows_or_whole, tiff_libtiff, tiff_lzw
from thumbs.pipeline.readers import tiff_directory as tags
from thumbs.pipeline.readers.tiff_directory import Directory
from thumbs.pipeline.rows import Rows

# LZW, Deflate, PackBits, Deflate, LZMA, Zstandard. With the others, the pixels or the verdict of a damaged file may
# depend on more than a strip: CCITT makes up pixels, and JPEG allows more of the last strip.
_COMPRESSIONS = {5, 8, 32773, 32946, 34925, 50000}
_YCBCR = 6  # which libtiff converts
# The modes in which Pillow reads them, and what `colour.plain` makes of each.
_MODES = {
    **dict.fromkeys(("1", "L", "I;16", "I;16B"), "L"),
    **dict.fromkeys(("RGB", "RGBX", "P"), "RGB"),
    **{mode: mode for mode in ("LA", "RGBA", "CMYK")},
}
_AT_ONCE = 768 * 2**10  # pixels; with fewer, a call takes noticeably longer than their decoding
# Rows, if they are decoded without libtiff. Of a picture that gives each row alone, bands would be resized (`resize`),
# and its thumbnails would differ a little from those that are made with libtiff.
_AT_LEAST = 2
_FEW = 4  # strips, or rows of tiles; with fewer, too much would be in memory anyway

_Read = Callable[[int, int], Image.Image]


def rows(image: TiffImagePlugin.TiffImageFile, directory: Directory, whole: Callable[[], Image.Image]) -> Rows | None:
    """None for a picture that can only be decoded whole. image: opened, not loaded. whole: loads it."""
    if image.mode not in _MODES or image.size != directory.size:
        return None
    if directory.value(tags.ORIENTATION, 1) in range(2, 9):  # Pillow turns the picture
        return None
    if directory.samples > 1 and directory.value(tags.PLANAR, 1) != 1:
        return None
    try:
        decoded = _compressed(image, directory) if image.use_load_libtiff else _rows(image, _stored(image, directory))
    except struct.error:
        return None
    if decoded is None:
        return None
    at_once = max(1, _AT_ONCE // image.width)
    decoded = decoded._replace(at_once=min(at_once, _AT_LEAST) if decoded.packed else at_once)
    return rows_or_whole(decoded, lambda: plain(whole()))


def _rows(image: TiffImagePlugin.TiffImageFile, read: _Read | None) -> Rows | None:
    return read and Rows(_MODES[image.mode], image.size, _plain(read, image.palette))


def _plain(read: _Read, palette: ImagePalette.ImagePalette | None) -> _Read:
    """Reads rows in a mode that can be resized."""

    def converted(start: int, stop: int) -> Image.Image:
        part = read(start, stop)
        part.palette = palette and palette.copy()
        return plain(part)

    return converted


def _stored(image: TiffImagePlugin.TiffImageFile, directory: Directory) -> _Read | None:
    """Reads rows that are not compressed, if each strip is as wide as the picture."""
    width, height = image.size
    strips: list[tuple[int, int, int, str]] = []
    end = 0
    for codec, extents, offset, args in image.tile:
        left, top, right, bottom = extents or (0, 0, 0, 0)
        if codec != "raw" or (left, top, right) != (0, end, width) or not isinstance(args, tuple):
            return None
        strips.append((top, bottom, offset, args[0]))
        end = bottom
    if end != height:
        return None
    view, row = memoryview(directory.original), ceil(width * sum(directory.bits) / 8)

    def read(start: int, stop: int) -> Image.Image:
        """Raises ValueError if the file ends before them."""
        picture = Image.new(image.mode, (width, stop - start), None)
        for top, bottom, offset, raw in strips:
            first, last = max(start, top), min(stop, bottom)
            if first < last:
                data = view[offset + (first - top) * row : offset + (last - top) * row]
                part = Image.frombytes(image.mode, (width, last - first), data, "raw", raw, 0, 1)
                picture.paste(part, (0, first - start))
        return picture

    return read


def _compressed(image: TiffImagePlugin.TiffImageFile, directory: Directory) -> Rows | None:
    """Strips, or tiles, that can be decoded one after the other. Raises struct.error."""
    if directory.value(tags.COMPRESSION, 1) not in _COMPRESSIONS or directory.photometric == _YCBCR:
        return None
    strips = _Strips(image, directory)
    if not strips.are_complete:
        return None
    return tiff_lzw.rows(directory, strips.raw, strips.length, strips.places) or _rows(image, strips.read)


class _Strips:
    """Strips, or rows of tiles. Rows that were decoded with others, and not read yet, are kept.

    raw: how Pillow unpacks them. length: rows of each, of which the last may have fewer. places: offsets and sizes."""

    def __init__(self, image: TiffImagePlugin.TiffImageFile, directory: Directory) -> None:
        """Raises struct.error."""
        self._mode, self._directory = image.mode, directory
        self.raw = image.tile[0].args[0] if isinstance(image.tile[0].args, tuple) else ""
        self._width, self._height = directory.size
        self._tiled = tags.TILE_OFFSETS in directory.entries
        length = directory.value(tags.TILE_LENGTH if self._tiled else tags.ROWS_PER_STRIP, self._height)
        self.length = max(1, min(self._height, length))
        tile_width = directory.value(tags.TILE_WIDTH, self._width) if self._tiled else self._width
        self._across = ceil(self._width / max(1, tile_width))
        offsets = directory.values(tags.TILE_OFFSETS if self._tiled else tags.STRIP_OFFSETS)
        counts = directory.values(tags.TILE_COUNTS if self._tiled else tags.STRIP_COUNTS)
        self._number = ceil(self._height / self.length) * self._across
        self.places = [*zip(offsets, counts, strict=False)][: self._number]
        self._kept, self._top, self._decoded = Image.new(self._mode, (self._width, 0)), 0, 0

    @property
    def are_complete(self) -> bool:
        """Whether there are several, and the file says where each is, so that libtiff has nothing to guess."""
        known = all(size and offset + size <= len(self._directory.original) for offset, size in self.places)
        return known and self._number >= _FEW * self._across and len(self.places) == self._number

    def read(self, start: int, stop: int) -> Image.Image:
        """See Rows, in Pillow's mode. Raises OSError."""
        if stop > self._decoded:
            first, end = self._decoded, min(self._height, ceil(stop / self.length) * self.length)
            picture = Image.new(self._mode, (self._width, end - start), None)
            if start < first:
                picture.paste(self._kept.crop((0, start - self._top, self._width, first - self._top)), (0, 0))
            self._decode(picture, first - start, range(first // self.length, ceil(end / self.length)))
            self._kept, self._top, self._decoded = picture, start, end
        if self._top == start:
            return self._kept
        return self._kept.crop((0, start - self._top, self._width, stop - self._top))

    def _decode(self, picture: Image.Image, top: int, strips: range) -> None:
        """Into the picture, from that row on."""
        if self._tiled and top:  # Pillow writes tiles without regard to where they begin
            part = Image.new(self._mode, (self._width, picture.height - top), None)
            self._decode(part, 0, strips)
            picture.paste(part, (0, top))
            return
        file, at = self._file(strips, picture.height - top)
        tiff_libtiff.decode(file, at, self.raw, picture, top)

    def _file(self, strips: range, height: int) -> tuple[bytes, int]:
        """A TIFF of these strips, which have that many rows, and the offset of its directory."""
        directory, view = self._directory, memoryview(self._directory.original)
        offsets: list[int] = []
        parts: list[bytes | memoryview] = []
        at = tags.header_length(directory.big)
        for place in range(strips.start * self._across, strips.stop * self._across):
            offset, size = self.places[place]
            parts.append(view[offset : offset + size])
            offsets.append(at)
            at += size
        values: dict[int, tuple[int, ...]] = {tags.WIDTH: (self._width,), tags.LENGTH: (height,)}
        if self._tiled:
            values |= {tags.TILE_OFFSETS: (*offsets,), tags.TILE_COUNTS: (*map(len, parts),)}
        else:
            values |= {tags.STRIP_OFFSETS: (*offsets,), tags.STRIP_COUNTS: (*map(len, parts),)}
            values[tags.ROWS_PER_STRIP] = (self.length,)
        parts.append(bytes(at % 2))
        at += at % 2
        made = tags.made(directory.order, directory.big, at, values, directory.copied(tags.OF_SAMPLES))
        return b"".join((tags.header(directory.order, directory.big, at), *parts, made)), at
