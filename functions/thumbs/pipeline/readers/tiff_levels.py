"""Reduces samples of other kinds to 256 levels: 12 bits, 32 bits, signed, and floating point.

The upper 16 of 32 bits are looked up in a table: in a float they are the sign, the exponent and 8 significant bits, one
more than a level needs. If the value of white depends on the samples, they are read first: their bytes are counted, and
if that does not decide, their upper 16 bits.
"""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from math import isfinite, isnan, nan
from operator import add
from struct import pack, unpack

from PIL import Image

from thumbs.pipeline.readers.tiff_directory import NO_DATA, Directory

UNSIGNED, SIGNED, FLOAT = 1, 2, 3
_CODES = 2**16
_UPPER_BITS = [code >> 8 for code in range(_CODES)]
# Unchanged, as in libvips: a value that fits in a byte is a level. Negative values are black.
_OF_SIGNED_BYTES = bytes(0 if byte > 127 else byte for byte in range(256))
# By the bits of a float: upper bytes of values that are not light, 2.0 and more, or below -1/128. The last ones of both
# signs are not counted: NaN, infinite, or values that some programs write for missing data.
_BEYOND = {16: (*range(0x40, 0x7C), *range(0xA0, 0xFC)), 32: (*range(0x40, 0x7F), *range(0xBC, 0xFF))}
_NO_NUMBERS = {16: (*range(0x7C, 0x80), *range(0xFC, 0x100)), 32: (0x7F, 0xFF)}


class Levels:
    """depend: whether the levels depend on all samples, which must then be read first. table: the level for each of
    65,536 steps from black to white, if that is not the upper 8 bits (see `deep`)."""

    def __init__(self, bits: int, kind: int, directory: Directory, table: Sequence[int] | None = None):
        self._bits, self._kind, self._steps = bits, kind, table or _UPPER_BITS
        self._upper_half = (bits, kind) == (8, UNSIGNED) or ((bits, kind) == (16, UNSIGNED) and not table)
        self.depend = bits > 8 and (kind != UNSIGNED or bits == 32)
        self._directory = directory
        self._bytes: list[list[int]] = [[0] * 256 for _ in range(bits // 8)]
        self._counted: Counter[int] = Counter()
        self._made_table: list[int] | None = None

    def see(self, samples: bytes) -> None:
        for place, seen in enumerate(self._bytes):
            plane = samples[place :: len(self._bytes)]
            self._bytes[place] = [*map(add, seen, Image.frombytes("L", (len(plane), 1), plane).histogram())]

    @property
    def unclear(self) -> bool:
        """Whether floating point is not light, so that its range must be found by `count`."""
        if self._kind != FLOAT:
            return False
        seen = self._bytes[-1]
        numbers: int = sum(seen) - sum(seen[value] for value in _NO_NUMBERS[self._bits])
        beyond: int = sum(seen[value] for value in _BEYOND[self._bits])
        return 0 < numbers <= 2 * beyond

    def count(self, samples: bytes) -> None:
        self._counted.update(self._half(samples, upper=True))

    def of(self, samples: bytes) -> bytes:
        """A level, 0 to 255, for each sample."""
        if self._upper_half:  # it is what was decoded
            return samples
        if self._bits == 8:
            return samples.translate(_OF_SIGNED_BYTES)
        codes = self._half(samples, upper=not self._is_small).tobytes()
        if self._made_table is None:
            self._made_table = self._made()
        picture = Image.frombytes("I;16", (len(codes) // 2, 1), codes)
        return picture.convert("I").point(self._made_table, "L").tobytes()

    def _half(self, samples: bytes, upper: bool) -> memoryview:
        codes = memoryview(samples).cast("H")
        return codes[int(upper) :: 2] if self._bits == 32 else codes

    def _has(self, place: int) -> bool:
        """Whether a byte of whole numbers is ever used."""
        return any(self._bytes[place][1:])

    @property
    def _is_small(self) -> bool:
        """Whether 16 bits suffice for whole numbers of 32 bits."""
        return self._bits == 32 and self._kind != FLOAT and not (self._has(3) or self._has(2))

    def _made(self) -> list[int]:
        if self._bits == 12:
            return [self._steps[min(_CODES - 1, code << 4 | code >> 8)] for code in range(_CODES)]
        if self._kind == FLOAT:
            return self._of_floats()
        if not self.depend:
            return [*self._steps]
        if (self._is_small or self._bits == 16) and not self._has(1):
            return [min(255, code) for code in range(_CODES)]
        if self._is_small:
            return [code >> 8 for code in range(_CODES)]
        if self._kind == SIGNED:  # negative values are black
            return [self._steps[0 if code >> 15 else code << 1] for code in range(_CODES)]
        return [*self._steps]

    def _of_floats(self) -> list[int]:
        values = _floats(self._bits)
        low, high = self._range(values)
        if self._steps is _UPPER_BITS:
            return _scaled(values, low, high, 255)
        return [self._steps[step] for step in _scaled(values, low, high, _CODES - 1)]

    def _range(self, values: Sequence[float]) -> tuple[float, float]:
        """The values of black and white: 0.0 and 1.0 for light. For elevations and counts they are the minimum and the
        maximum, or 0 and 255 if these suffice."""
        missing = self._missing()
        seen = [values[code] for code in self._counted]
        seen = [value for value in seen if isfinite(value) and not abs(value - missing) <= abs(missing) / 128]
        if not seen:
            return 0.0, 1.0
        least, most = min(seen), max(seen)
        if least >= 0 and most < 256:
            return 0.0, 255.0
        return (least, most) if least < most else (least - 1, least)

    def _missing(self) -> float:
        """GDAL's value for missing data."""
        at, _, count = self._directory.entries.get(NO_DATA, (0, 0, 0))
        try:
            return float(self._directory.original[at : at + min(count, 64)].rstrip(b"\0 ").decode("ascii"))
        except ValueError:
            return nan


@cache
def _floats(bits: int) -> tuple[float, ...]:
    """The number with each upper half of its bits; of 16 bits, with all."""
    if bits == 16:
        return unpack(f"<{_CODES}e", pack(f"<{_CODES}H", *range(_CODES)))
    return unpack(f"<{_CODES}f", pack(f"<{_CODES}I", *(code << 16 for code in range(_CODES))))


def _scaled(values: Sequence[float], low: float, high: float, most: int) -> list[int]:
    """Each value as a step, from 0 for low and less, and for NaN, to most for high and more."""
    span = high - low
    return [
        0 if isnan(value) or value <= low else most if value >= high else round(most * ((value - low) / span))
        for value in values
    ]
