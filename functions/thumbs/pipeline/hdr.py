"""HDR: converts pictures in PQ and HLG (Rec. ITU-R BT.2100-2) to the sRGB of a thumbnail.

White is diffuse white, 203 cd/m² or 75 % of HLG's signal (Report ITU-R BT.2408-7, 2.1), so that everything that an SDR
picture can show looks the same; `tonemap` handles brighter light. HLG's signal is scene light: a display of 1,000 cd/m²
shows it by luminance (the OOTF of BT.2100-2, table 5, with a system gamma of 1.2).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from math import exp, log
from typing import Any

from PIL import Image, ImageMath

from thumbs.pipeline import alpha, icc, tonemap

_PQ, _HLG = 16, 18  # transfer characteristics (ITU-T H.273)
_HLG_GAMMA = 1.2
# Side, in pixels, of the copy in which the brightest light is measured, so that single pixels do not darken a picture.
_SIDE = 256
_PIXELS = 2**18  # per step: each takes about 50 bytes
# The level of white in the 8 bits that represent 16 bits of HDR: below it along sRGB's curve, above it logarithmic.
_WHITE_LEVEL = 208


@dataclass(frozen=True)
class Signal:
    """How a picture stores light.

    light: of each of 256 levels, in units of white. scene: whether it is scene light, as in HLG. peak: the brightest
    light of the picture, in units of white (see `measured`).
    """

    light: tuple[float, ...]
    chromaticities: icc.Chromaticities
    scene: bool
    peak: float = 1.0


def of_cicp(primaries: int, transfer: int) -> Signal | None:
    """The signal that these numbers name, or None if it is not HDR."""
    chromaticities = icc.chromaticities_of(primaries)
    if transfer not in {_PQ, _HLG} or chromaticities is None:
        return None
    return Signal(tuple(_light(transfer, level / 255) for level in range(256)), chromaticities, transfer == _HLG)


def companded(primaries: int, transfer: int) -> tuple[list[int], Signal]:
    """One of 256 levels for each of 65,536, and their meaning. 8 bits of PQ itself have 148 levels below white, up to 5
    sRGB levels apart."""
    signal = of_cicp(primaries, transfer)
    assert signal is not None
    return _table(transfer), replace(signal, light=tuple(_expanded(level, signal.light[-1]) for level in range(256)))


@cache
def _table(transfer: int) -> list[int]:
    steps = 4096
    most = _light(transfer, 1.0)
    coarse = (_compressed(_light(transfer, step / (steps - 1)), most) for step in range(steps))
    return [level for level in coarse for _ in range(65536 // steps)]


def _compressed(light: float, most: float) -> int:
    if light <= 1:
        return round(_WHITE_LEVEL * icc.srgb_signal(light))
    return round(_WHITE_LEVEL + (255 - _WHITE_LEVEL) * log(light) / log(most))


def _expanded(level: int, most: float) -> float:
    if level <= _WHITE_LEVEL:
        return icc.srgb(level / _WHITE_LEVEL)
    return exp((level - _WHITE_LEVEL) / (255 - _WHITE_LEVEL) * log(most))


def _light(transfer: int, signal: float) -> float:
    return tonemap.pq(signal) if transfer == _PQ else _hlg(signal) / _hlg(0.75)


def _hlg(signal: float) -> float:
    """The inverse OETF (BT.2100-2, table 5)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return signal**2 / 3 if signal <= 0.5 else (exp((signal - c) / a) + b) / 12


def measured(image: Image.Image, signal: Signal) -> Signal:
    """With the brightest light of the picture, measured before Lanczos brightens edges."""
    size = min(image.width, _SIDE), min(image.height, _SIDE)
    small = alpha.straight(image.resize(size, Image.Resampling.BOX)).convert("RGB")
    brightest = _brightest(_displayed(small, signal))
    return replace(signal, peak=max(1.0, float(brightest.getextrema()[1])))  # type: ignore[arg-type]  # of one band


def to_srgb(image: Image.Image, signal: Signal) -> Image.Image:
    """RGB, or RGBA."""
    image = alpha.straight(image)
    opacity = image.getchannel("A") if image.mode in alpha.PREMULTIPLIED else None
    image = image.convert("RGB")
    result = Image.new("RGB", image.size)
    matrix = icc.to_srgb(signal.chromaticities)
    for top, strip in _strips(image):
        bands = _displayed(strip, signal)
        if signal.peak > 1:
            gain = tonemap.gain(_brightest(bands), signal.peak)
            bands = [_computed(lambda of: of["band"] * of["gain"], band=band, gain=gain) for band in bands]
        result.paste(Image.merge("RGB", [_encoded(bands, row) for row in matrix]), (0, top))
    if opacity:
        result.putalpha(opacity)
    return result


def _displayed(image: Image.Image, signal: Signal) -> list[Image.Image]:
    """Linear light of red, green and blue, in units of white, in mode F."""
    bands = [band.point(signal.light, "F") for band in image.split()]
    if not signal.scene:
        return bands
    weights = icc.luminance(signal.chromaticities)

    def ootf(of: dict[str, Any]) -> Any:
        return sum(of[name] * weight for name, weight in zip("rgb", weights, strict=True)) ** (_HLG_GAMMA - 1)

    red, green, blue = bands
    factor = _computed(ootf, r=red, g=green, b=blue)
    return [_computed(lambda of: of["band"] * of["factor"], band=band, factor=factor) for band in bands]


def _brightest(bands: list[Image.Image]) -> Image.Image:
    red, green, blue = bands
    return _computed(lambda of: of["max"](of["max"](of["r"], of["g"]), of["b"]), r=red, g=green, b=blue)


def _encoded(bands: list[Image.Image], row: tuple[float, ...]) -> Image.Image:
    """One channel of sRGB, in mode L. row: of the matrix."""

    def expression(of: dict[str, Any]) -> Any:
        smaller, larger = of["min"], of["max"]
        light = sum(of[name] * weight for name, weight in zip("rgb", row, strict=True))
        light = smaller(larger(light, 0.0), 1.0)
        # The two pieces of sRGB's curve: the power is the larger one only above the knee, where the line ends.
        level = larger(smaller(light * 12.92, 0.04045), light ** (1 / 2.4) * 1.055 - 0.055)
        return level * 255.0 + 0.5

    red, green, blue = bands
    return _computed(expression, r=red, g=green, b=blue).convert("L")


def _computed(expression: Any, **bands: Image.Image) -> Image.Image:
    made: Image.Image = ImageMath.lambda_eval(expression, **bands)
    return made


def _strips(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    rows = max(1, _PIXELS // image.width)
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(image.height, top + rows)))
