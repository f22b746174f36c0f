"""Tone mapping: light brighter than white, which no thumbnail can show, rolls off towards white instead of clipping.

The curve is the EETF of Report ITU-R BT.2390-10, 5.4.1, a Hermite spline in the perceptual scale of PQ, from the
picture's brightest light to white (203 cd/m²: Report ITU-R BT.2408-7, 2.1); its black needs no lift. It is applied to
the largest of red, green and blue, and the others follow in proportion, so that no hue changes (BT.2390-10, 5.4.2).
docs/decisions/imaging-hdr.md explains why this curve.
"""

from functools import lru_cache

from PIL import Image

from thumbs.pipeline.pixelmath import MOST, Pieces, halves, lines, looked_up, power, scaled, sixteen_bits

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
    mode F. peak: the maximum that occurs, above 1.

    Looked up by the fourth root of light, of which 256 steps are as fine in the dark as in the highlights.
    """
    root = scaled(power(scaled(brightest, 1 / peak), 1 / 4), MOST)
    return looked_up(*halves(sixteen_bits(root)), _gains(peak))


@lru_cache(4)
def _gains(peak: float) -> Pieces:
    top = pq_signal(peak)
    white = pq_signal(1.0) / top  # maxLum
    knee = 1.5 * white - 0.5

    def factor(root: float) -> float:
        light = peak * root**4
        signal = pq_signal(light) / top
        if signal <= knee or not light:
            return 1.0
        t = (signal - knee) / (1 - knee)
        rise = 2 * t**3 - 3 * t**2
        return pq(((rise + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) - rise * white) * top) / light

    return lines(factor)
