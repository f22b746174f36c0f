"""Converts TIFF's CIELab to sRGB.

L* = 100 is the white of sRGB, D65, as in libvips and ImageMagick, because TIFF 6.0 (section 23) names no white.
Formulas and constants: CIE 15, ISO 13655; the matrix of IEC 61966-2-1.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from PIL import Image, ImageMath

from thumbs.pipeline.pixelmath import scaled, total

_WHITE = 0.95047, 1.0, 1.08883  # X, Y and Z of D65
_FROM_XYZ = (3.2404542, -1.5371385, -0.4985314), (-0.9692660, 1.8760108, 0.0415560), (0.0556434, -0.2040259, 1.0572252)
_KNEE, _SLOPE, _START = 6 / 29, 3 * (6 / 29) ** 2, 4 / 29
_STEPS = 65535
_PIXELS = 2**18  # at a time: each takes about 50 bytes


def to_srgb(upper: Sequence[Image.Image], lower: Sequence[Image.Image], lightness: float) -> Image.Image:
    """upper: L* from 0 to 255, and a* and b* with 128 for zero, in mode L. lower: the second bytes of 16 bits, or none.
    lightness: what 255 of L* and its second byte have to be multiplied by to be 100 % and no more."""
    picture = Image.new("RGB", upper[0].size, None)
    rows = max(1, _PIXELS // picture.width)
    for top in range(0, picture.height, rows):
        box = 0, top, picture.width, min(picture.height, top + rows)
        bands = [
            _exact([band.crop(box) for band in (up, *low)])
            for up, *low in zip(upper, *([lower] if lower else []), strict=True)
        ]
        if lightness != 1:
            bands[0] = scaled(bands[0], lightness)
        picture.paste(Image.merge("RGB", [_channel(row, *bands) for row in _FROM_XYZ]), box[:2])
    return picture


def _exact(halves: Sequence[Image.Image]) -> Image.Image:
    """In mode F, in units of the upper byte."""
    upper, *lower = (half.convert("F") for half in halves)
    return total([upper, scaled(lower[0], 1 / 256)]) if lower else upper


def _channel(row: Sequence[float], lightness: Image.Image, a: Image.Image, b: Image.Image) -> Image.Image:
    def linear(bands: dict[str, Any]) -> Any:
        to_float = bands["float"]
        y = (to_float(bands["l"]) * (100 / 255) + 16) / 116
        x = y + (to_float(bands["a"]) - 128) / 500
        z = y - (to_float(bands["b"]) - 128) / 200
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
