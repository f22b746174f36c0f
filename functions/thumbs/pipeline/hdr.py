"""HDR: what the signals of PQ and HLG (Rec. ITU-R BT.2100-2) mean, and a curve to average them in.

White is diffuse white, 203 cd/m² or 75 % of HLG's signal (Report ITU-R BT.2408-7, 2.1), so that everything that an SDR
picture can show looks the same; `tonemap` handles brighter light. HLG's signal is scene light: a display of 1,000 cd/m²
shows it by luminance (the OOTF of BT.2100-2, table 5, with a system gamma of 1.2; see `light`).
"""

from math import exp, log

from thumbs.pipeline import icc, tonemap
from thumbs.pipeline.light import SCENE_GAMMA, Signal

_PQ, _HLG = 16, 18  # transfer characteristics (ITU-T H.273)
# White among the values of `compressed`: below it along sRGB's curve, above it logarithmic, to the brightest of PQ.
_WHITE = 0.8
_MOST = tonemap.pq(1.0)


def of_cicp(primaries: int, transfer: int) -> Signal | None:
    """The signal that these numbers name, or None if it is not HDR."""
    chromaticities = icc.chromaticities_of(primaries)
    if transfer not in _CURVES or chromaticities is None:
        return None
    scene = icc.luminance(chromaticities) if transfer == _HLG else ()
    return Signal((_CURVES[transfer],), icc.to_srgb(chromaticities), scene)


def averaged(signal: Signal) -> tuple[icc.Curve, Signal]:
    """From a sample to the value to average, from 0 to 1, and the signal of these values."""
    (curve,) = signal.curves
    gamma = SCENE_GAMMA if signal.luminance else 1.0  # what a display makes of gray
    return lambda sample: compressed(curve(sample) ** gamma), signal._replace(
        curves=(lambda value: expanded(value) ** (1 / gamma),)
    )


def compressed(light: float) -> float:
    """Light, in units of white, as a value from 0 to 1 whose average looks like the average of an SDR picture. That of
    PQ's own signal is too dark: between black and white, by 67 of 255 levels."""
    return _WHITE * icc.srgb_signal(light) if light <= 1 else _WHITE + (1 - _WHITE) * log(light) / log(_MOST)


def expanded(value: float) -> float:
    """The inverse of `compressed`."""
    return icc.srgb(value / _WHITE) if value <= _WHITE else exp((value - _WHITE) / (1 - _WHITE) * log(_MOST))


def _hlg(signal: float) -> float:
    """Scene light, in units of the light at 75 % of the signal."""
    return _inverse_oetf(signal) / _inverse_oetf(0.75)


def _inverse_oetf(signal: float) -> float:
    """BT.2100-2, table 5."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return signal**2 / 3 if signal <= 0.5 else (exp((signal - c) / a) + b) / 12


_CURVES: dict[int, icc.Curve] = {_PQ: tonemap.pq, _HLG: _hlg}
