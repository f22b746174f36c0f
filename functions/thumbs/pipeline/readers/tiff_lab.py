"""Converts TIFF's CIELab to sRGB.

L* = 100 is the white of sRGB, D65, as in libvips and ImageMagick, because TIFF 6.0 (section 23) names no white.
Formulas and constants: CIE 15, ISO 13655; the matrix of IEC 61966-2-1.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from PIL import Image, ImageChops, ImageMath

_WHITE = 0.95047, 1.0, 1.08883  # X, Y and Z of D65
_FROM_XYZ = (3.2404542, -1.5371385, -0.4985314), (-0.9692660, 1.8760108, 0.0415560), (0.0556434, -0.2040259, 1.0572252)
_KNEE, _SLOPE, _START = 6 / 29, 3 * (6 / 29) ** 2, 4 / 29
_STEPS = 65535


def to_srgb(lightness: Image.Image, a: Image.Image, b: Image.Image, fraction: float) -> Image.Image:
    """Three pictures in mode L: L* from 0 to 255, and a* and b* with 128 for zero. fraction: of a level, to add to each
    if lower bits were dropped."""
    return Image.merge("RGB", [_channel(row, lightness, a, b, fraction) for row in _FROM_XYZ])


def rounded(upper: bytes, lower: bytes) -> bytes:
    """Samples of 16 bits, rounded to 8."""
    size = len(upper), 1
    up = Image.frombytes("L", size, lower).point([value >> 7 for value in range(256)])
    return ImageChops.add_modulo(Image.frombytes("L", size, upper), up).tobytes()


def _channel(
    row: Sequence[float], lightness: Image.Image, a: Image.Image, b: Image.Image, fraction: float
) -> Image.Image:
    def linear(bands: dict[str, Any]) -> Any:
        to_float = bands["float"]
        y = (to_float(bands["l"]) * (100 / 255) + 16) / 116
        x = y + (to_float(bands["a"]) + (fraction - 128)) / 500
        z = y - (to_float(bands["b"]) + (fraction - 128)) / 200
        light = sum(
            (value * value * value * (value > _KNEE) + (value - _START) * _SLOPE * (value <= _KNEE)) * (white * factor)
            for value, white, factor in zip((x, y, z), _WHITE, row, strict=True)
        )
        return bands["int"](bands["max"](bands["min"](light, 1.0), 0.0) * _STEPS + 0.5)

    steps: Image.Image = ImageMath.lambda_eval(linear, l=lightness, a=a, b=b)
    return steps.point(_companded(), "L")


@cache
def _companded() -> list[int]:
    """sRGB for each step of linear light (IEC 61966-2-1)."""
    values = (step / _STEPS for step in range(_STEPS + 1))
    return [round(255 * (12.92 * v if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055)) for v in values]
