"""TIFF pictures whose samples Pillow unpacks incorrectly, or not at all: planes, 12 and 32 bits, floating point,
CIELab, and alpha in layouts where Pillow knows none.

libtiff reads the data, called through Pillow with directories made for it, in which all samples of several rows are one
gray picture; this module unpacks them (docs/decisions/imaging-tiff-samples.md).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil

from PIL import Image

from thumbs.errors import Reason, Rejected
from thumbs.pipeline.readers import tiff_directory as tags
from thumbs.pipeline.readers import tiff_lab
from thumbs.pipeline.readers.tiff_directory import Directory
from thumbs.pipeline.readers.tiff_levels import FLOAT, SIGNED, UNSIGNED, Levels
from thumbs.pipeline.readers.tiff_libtiff import KINDS, LOWER_BYTES, LOWER_BYTES_TOGETHER, TOGETHER, decoded

_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _CMYK, _CIELAB, _ICCLAB = 0, 1, 2, 5, 8, 9
_MODES = {_WHITE_IS_ZERO: "L", _BLACK_IS_ZERO: "L", _RGB: "RGB", _CMYK: "CMYK", _CIELAB: "RGB", _ICCLAB: "RGB"}
_ASSOCIATED, _UNASSOCIATED = 1, 2  # alpha, in ExtraSamples
_NONE = 1  # compression or predictor
_SEPARATE, _UNDEFINED = 2, 4  # planes, and a sample format
_COMPRESSIONS = {_NONE, 5, 8, 32773, 32946, 34925, 50000}  # LZW, Deflate, PackBits, Deflate, LZMA, Zstandard
# Bytes of samples to decode at a time, if the file is divided into parts that small.
_AT_ONCE = 8 * 2**20
_WHOLE = 14  # bytes of memory per pixel: RGB, alpha, and both together


@dataclass(frozen=True)
class _Part:
    """Rows that are decoded together. places: the indexes of their strips, or tiles, in each plane. skipped: rows of
    that strip before them."""

    top: int
    rows: int
    places: range
    skipped: int = 0


@dataclass(frozen=True)
class Layout:
    """table: the level for each of 65,536 steps from black to white, if that is not the upper 8 bits."""

    directory: Directory
    table: Sequence[int] | None = None

    @cached_property
    def _separate(self) -> bool:
        return self.directory.samples > 1 and self.directory.value(tags.PLANAR, 1) == _SEPARATE

    @cached_property
    def _kind(self) -> tuple[int, int]:
        """Bits and format of each sample; an undefined format counts as unsigned. Some programs declare all samples of
        CIELab as signed, because two of them are."""
        kind = self.directory.value(tags.SAMPLE_FORMAT, UNSIGNED)
        unsigned = {_UNDEFINED, SIGNED} if self.directory.photometric in {_CIELAB, _ICCLAB} else {_UNDEFINED}
        return self.directory.bits[0], UNSIGNED if kind in unsigned else kind

    @cached_property
    def _compression(self) -> int:
        return self.directory.value(tags.COMPRESSION, _NONE)

    @cached_property
    def _together(self) -> bool:
        """Whether whole pixels are decoded."""
        predicted = self.directory.value(tags.PREDICTOR, _NONE) != _NONE
        return predicted and self.directory.samples > 1 and not self._separate

    @property
    def alpha(self) -> int | None:
        """The index of the alpha sample in a pixel."""
        colours = len(_MODES[self.directory.photometric])
        alphas = [place for place, kind in enumerate(self._extras, colours) if kind in {_ASSOCIATED, _UNASSOCIATED}]
        has = alphas and alphas[0] < self.directory.samples and self.directory.photometric != _CMYK
        return alphas[0] if has else None

    @cached_property
    def _extras(self) -> tuple[int, ...]:
        """What the samples after the colours mean. If nothing is said, the fourth one of RGB is alpha, as in Pillow and
        libvips."""
        four = self.directory.photometric == _RGB and self.directory.samples == len("RGBA")
        return self.directory.values(tags.EXTRA_SAMPLES, (_UNASSOCIATED,) if four else ())

    @property
    def has_lower_bits(self) -> bool:
        """Whether a table applies: it supports neither alpha nor negatives."""
        if self._kind[0] == 8 or self._together:
            return False
        return self.directory.photometric in {_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB} and self.alpha is None

    def check(self) -> None:
        """Raises Rejected (variant_not_supported) for an unsupported layout."""
        directory = self.directory
        known = self._kind in KINDS and self._compression in _COMPRESSIONS and self.directory.photometric in _MODES
        known = known and (self.directory.photometric not in {_CIELAB, _ICCLAB} or self._kind[1] == UNSIGNED)
        alike = set(directory.bits) == {self._kind[0]} and len({*directory.values(tags.SAMPLE_FORMAT, (1,))}) == 1
        whole = not self._together or (self._kind[1] == UNSIGNED and (directory.samples, self._kind[0]) in TOGETHER)
        enough = known and len(_MODES[self.directory.photometric]) <= directory.samples <= tags.MOST_SAMPLES
        if not (alike and whole and enough and len(directory.bits) == directory.samples):
            raise Rejected(
                Reason.VARIANT_NOT_SUPPORTED,
                f"a TIFF of photometric interpretation {directory.photometric}, {directory.samples} samples of bits "
                f"and format {self._kind}, compression {self._compression}",
            )

    def picture(self) -> Image.Image:
        """In mode L, LA, La, RGB, RGBA, RGBa or CMYK. Alpha of CMYK is left out."""
        mode = _MODES[self.directory.photometric]
        levels = Levels(*self._kind, self.directory, self.table)
        if levels.depend:
            self._each(levels.see)
        if levels.unclear:
            self._each(levels.count)
        whole = Image.new(mode, self.directory.size)
        alpha = None if self.alpha is None else Image.new("L", self.directory.size)
        for part in self._parts():
            *colours, last = self._bands(part, levels)
            if alpha:
                alpha.paste(last, (0, part.top))
            else:
                colours.append(last)
            whole.paste(self._merged(colours), (0, part.top))
        if alpha is None or self.alpha is None:
            return whole
        associated = self._extras[self.alpha - len(mode)] == _ASSOCIATED
        return Image.merge(mode + ("a" if associated else "A"), (*whole.split(), alpha))

    def _each(self, look: Callable[[bytes], None]) -> None:
        for part in self._parts():
            for plane in range(self._planes):
                look(self._decoded(part, plane))

    def _merged(self, colours: list[Image.Image]) -> Image.Image:
        return colours[0] if len(colours) == 1 else Image.merge(_MODES[self.directory.photometric], colours)

    @property
    def bytes_per_pixel(self) -> float:
        """Memory for the picture, its bands, and the data decoded at a time, once or twice in another form."""
        part = next(self._parts())
        return _WHOLE + 3 * part.rows * self._row / (self.directory.size[0] * self.directory.size[1])

    @property
    def _row(self) -> int:
        """Bytes of a row of samples."""
        samples = 1 if self._separate else self.directory.samples
        return ceil(self.directory.size[0] * self._kind[0] * samples / 8)

    @property
    def _planes(self) -> int:
        return self.directory.samples if self._separate else 1

    def _bands(self, part: _Part, levels: Levels) -> list[Image.Image]:
        """The colours in these rows, and alpha if there is any."""
        wanted = [*range(len(_MODES[self.directory.photometric])), *([] if self.alpha is None else [self.alpha])]
        samples = self._each_sample(part, levels, wanted)
        if self.directory.photometric == _WHITE_IS_ZERO:
            samples[0] = samples[0].translate(_INVERTED)
        if self.directory.photometric == _CIELAB:  # whose a* and b* have signs
            samples[1:3] = (sample.translate(_SHIFTED) for sample in samples[1:3])
        bands = self._images(part, samples)
        if self.directory.photometric in {_CIELAB, _ICCLAB}:
            sixteen = self._kind == (16, UNSIGNED)
            lower = self._images(part, self._each_sample(part, levels, wanted[:3], lower=True)) if sixteen else []
            whole_lightness = sixteen and self.directory.photometric == _CIELAB  # ICC's ends at 0xFF00
            bands[:3] = tiff_lab.to_srgb(bands[:3], lower, 0xFF00 / 0xFFFF if whole_lightness else 1.0).split()
        return bands

    def _images(self, part: _Part, samples: list[bytes]) -> list[Image.Image]:
        return [Image.frombytes("L", (self.directory.size[0], part.rows), sample) for sample in samples]

    def _each_sample(self, part: _Part, levels: Levels, wanted: list[int], lower: bool = False) -> list[bytes]:
        """lower: bytes of 16-bit samples."""
        if self._separate:
            return [levels.of(self._decoded(part, plane, lower)) for plane in wanted]
        every = levels.of(self._decoded(part, 0, lower))
        step = len(every) // (self.directory.size[0] * part.rows)
        return [every[sample::step] for sample in wanted]

    def _parts(self) -> Iterator[_Part]:
        (width, height), row = self.directory.size, self._row
        across, length = 1, max(1, min(height, self.directory.value(tags.ROWS_PER_STRIP, height)))
        if tags.TILE_OFFSETS in self.directory.entries:
            across = ceil(width / max(1, self.directory.value(tags.TILE_WIDTH, width)))
            length = max(1, self.directory.value(tags.TILE_LENGTH, height))
        elif self._compression == _NONE and length * row > _AT_ONCE:  # such a strip can be divided anywhere
            rows = max(1, _AT_ONCE // row)
            for strip in range(ceil(height / length)):
                end = min(height, (strip + 1) * length)
                for top in range(strip * length, end, rows):
                    yield _Part(top, min(rows, end - top), range(strip, strip + 1), top - strip * length)
            return
        several = max(1, _AT_ONCE // (length * row))
        for first in range(0, ceil(height / length), several):
            places = range(first * across, min(first + several, ceil(height / length)) * across)
            yield _Part(first * length, min(several * length, height - first * length), places)

    def _decoded(self, part: _Part, plane: int, lower: bool = False) -> bytes:
        """The samples of these rows, as libtiff returns them in Pillow's mode."""
        directory, (width, height) = self.directory, self.directory.size
        step = 1 if self._separate or self._together else directory.samples
        of_pixel = directory.samples if self._together else 1
        values: dict[int, tuple[int, ...]] = {
            tags.WIDTH: (width * step,),
            tags.LENGTH: (part.rows,),
            tags.BITS: (self._kind[0],) * of_pixel,
            tags.SAMPLE_FORMAT: (self._kind[1],) * of_pixel,
            tags.SAMPLES: (of_pixel,),
            tags.EXTRA_SAMPLES: (0,) * (of_pixel - 1),
            tags.PHOTOMETRIC: (_BLACK_IS_ZERO,),
            tags.COMPRESSION: (self._compression,),
            tags.PREDICTOR: (directory.value(tags.PREDICTOR, _NONE),),
            tags.FILL_ORDER: (directory.value(tags.FILL_ORDER, 1),),
        }
        tiled = tags.TILE_OFFSETS in directory.entries
        of_data = (tags.TILE_OFFSETS, tags.TILE_COUNTS) if tiled else (tags.STRIP_OFFSETS, tags.STRIP_COUNTS)
        offsets, counts = map(directory.values, of_data)
        places = [plane * (len(offsets) // self._planes) + place for place in part.places]
        if not offsets or places[-1] >= min(len(offsets), len(counts) or len(offsets)):
            raise Rejected(Reason.DAMAGED, f"a TIFF with {len(offsets)} of {places[-1] + 1} strips or tiles")
        lengths = [*counts[places[0] : places[-1] + 1]]
        if tiled:
            values[tags.TILE_WIDTH] = (directory.value(tags.TILE_WIDTH, width) * step,)
            values[tags.TILE_LENGTH] = (directory.value(tags.TILE_LENGTH, height),)
        else:
            rows = min(part.rows, directory.value(tags.ROWS_PER_STRIP, height))
            values[tags.ROWS_PER_STRIP] = (rows,)
            if self._compression == _NONE:  # where the written value is often wrong, and not needed
                lengths = [min(rows, part.rows - number * rows) * self._row for number in range(len(places))]
        values[of_data[0]] = tuple(offsets[place] + part.skipped * self._row for place in places)
        values[of_data[1]] = tuple(lengths)
        kind = (16, FLOAT) if self.table and self._kind == (16, UNSIGNED) else self._kind  # both bytes of 16 bits
        mode, raw = TOGETHER[of_pixel, self._kind[0]] if self._together else KINDS[kind]
        raw = (LOWER_BYTES_TOGETHER[of_pixel] if self._together else LOWER_BYTES) if lower else raw
        samples = decoded(directory, values, mode, raw, (width * step, part.rows)).tobytes()
        return samples[1::2] if self._together and (of_pixel, self._kind[0]) == (2, 16) else samples


_INVERTED, _SHIFTED = bytes(range(255, -1, -1)), bytes(value ^ 0x80 for value in range(256))
