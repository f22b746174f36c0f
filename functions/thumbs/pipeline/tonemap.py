"""Tone mapping: light brighter than white, which no thumbnail can show, rolls off towards white instead of clipping.

The curve is the EETF of Report ITU-R BT.2390-10, 5.4.1, a Hermite spline in the perceptual scale of PQ, from the
picture's brightest light to white (203 cd/m²: Report ITU-R BT.2408-7, 2.1); its black needs no lift. It is applied to
the largest of red, green and blue, and the others follow in proportion, so that no hue changes (BT.2390-10, 5.4.2).
docs/decisions/imaging-hdr.md explains why this curve.
"""

from typing import Any

from PIL import Image, ImageMath

WHITE_NITS = 203.0

# SMPTE ST 2084.
_M1, _M2, _C1, _C2, _C3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
_BRIGHTEST_NITS = 10_000.0


def pq(signal: float) -> float:
    """The light, in units of white, of a PQ signal from 0 to 1."""
    root = signal ** (1 / _M2)
    return float(_BRIGHTEST_NITS / WHITE_NITS * (max(root - _C1, 0.0) / (_C2 - _C3 * root)) ** (1 / _M1))


def pq_signal(light: float) -> float:
    """The inverse of `pq`."""
    power = (light * WHITE_NITS / _BRIGHTEST_NITS) ** _M1
    return float(((_C1 + _C2 * power) / (1 + _C3 * power)) ** _M2)


def gain(brightest: Image.Image, peak: float) -> Image.Image:
    """The factor for each pixel, in mode F. brightest: the largest of its red, green and blue in units of white, in
    mode F. peak: the maximum that occurs, above 1."""
    top = pq_signal(peak)
    white = pq_signal(1.0) / top  # maxLum
    knee = 1.5 * white - 0.5

    def expression(given: dict[str, Any]) -> Any:
        light, smaller, larger = given["light"], given["min"], given["max"]
        power = (larger(light, 0.0) * (WHITE_NITS / _BRIGHTEST_NITS)) ** _M1
        signal = smaller(((power * _C2 + _C1) / (power * _C3 + 1.0)) ** _M2 * (1 / top), 1.0)
        t = larger(signal - knee, 0.0) * (1 / (1 - knee))
        rise = t * t * (t * 2.0 - 3.0)  # 2t³ - 3t²
        spline = (rise + 1.0) * knee + (t * t * t - t * t * 2.0 + t) * (1 - knee) - rise * white
        # Below the knee t is 0, and the spline equals the knee.
        root = ((smaller(signal, knee) + spline - knee) * top) ** (1 / _M2)
        nits = (larger(root - _C1, 0.0) / (root * -_C3 + _C2)) ** (1 / _M1) * (_BRIGHTEST_NITS / WHITE_NITS)
        return nits / larger(light, 1e-6)

    made: Image.Image = ImageMath.lambda_eval(expression, light=brightest)
    return made
