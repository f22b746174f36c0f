"""Light: from the samples of a picture to linear light, and on to the 8 bits of sRGB, in floating point.

Saturated colours of wide primaries need it: the matrix subtracts nearly equal lights, so that half a level of 8 bits
in one channel becomes 10 levels of sRGB in another one. ICC profiles in 8 bits go through `colour` instead.
"""

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from PIL import Image

from thumbs.pipeline import icc, tonemap
from thumbs.pipeline.pixelmath import MOST, Pieces, halves, largest, lines, looked_up, power, product, scaled, total

# The system gamma of a display of 1,000 cd/m² (BT.2100-2, table 5, note 5e).
SCENE_GAMMA = 1.2
# Side, in pixels, of the copy in which the brightest light is measured, so that single pixels do not darken a picture.
SIDE = 256
_PIXELS = 2**18  # per step: each takes about 50 bytes


class Signal(NamedTuple):
    """How a picture stores light.

    curves: from a sample, 0 to 1, to light in units of white; one for each channel, or one for all. matrix: from this
    light to that of sRGB's primaries. luminance: the share of each primary in the luminance of white if the light is
    that of the scene, as in HLG; otherwise none. peak: the brightest light of the picture (see `measured`).
    """

    curves: tuple[icc.Curve, ...]
    matrix: icc.Matrix
    luminance: tuple[float, ...] = ()
    peak: float = 1.0


def measured(bands: Sequence[Image.Image], signal: Signal) -> Signal:
    """With the brightest light of the picture, if any may be brighter than white. bands: as in `to_srgb`, before
    Lanczos, which brightens edges."""
    if max(curve(1.0) for curve in signal.curves) <= 1:
        return signal
    size = min(bands[0].width, SIDE), min(bands[0].height, SIDE)
    small = [band.resize(size, Image.Resampling.BOX) for band in bands]
    brightest = largest(_displayed(small, signal))
    return signal._replace(peak=max(1.0, float(brightest.getextrema()[1])))  # type: ignore[arg-type]  # of one band


def to_srgb(bands: Sequence[Image.Image], signal: Signal) -> Image.Image:
    """RGB, or L for one band. bands: red, green and blue, or gray, in mode L or I;16."""
    matrix = signal.matrix if len(bands) > 1 else ((1.0,),)  # gray is gray in all primaries
    mode = "RGB" if len(bands) > 1 else "L"
    result = Image.new(mode, bands[0].size, None)
    for box in _strips(result.size):
        lights = _displayed([band.crop(box) for band in bands], signal)
        if signal.peak > 1:
            gain = tonemap.gain(largest(lights), signal.peak)
            lights = [product(light, gain) for light in lights]
        result.paste(Image.merge(mode, [_encoded(lights, row) for row in matrix]), box[:2])
    return result


def _displayed(bands: Sequence[Image.Image], signal: Signal) -> list[Image.Image]:
    """Linear light in units of white, in mode F."""
    curves = signal.curves if len(signal.curves) == len(bands) else signal.curves[:1] * len(bands)
    lights = [_light(band, curve) for band, curve in zip(bands, curves, strict=True)]
    if not signal.luminance:
        return lights
    factor = power(_mixed(lights, signal.luminance if len(bands) > 1 else (1.0,)), SCENE_GAMMA - 1)
    return [product(light, factor) for light in lights]


def _light(band: Image.Image, curve: icc.Curve) -> Image.Image:
    return band.point(_of_levels(curve), "F") if band.mode == "L" else looked_up(*halves(band), _of_steps(curve))


@lru_cache(8)
def _of_levels(curve: icc.Curve) -> tuple[float, ...]:
    return tuple(curve(level / 255) for level in range(256))


@lru_cache(8)
def _of_steps(curve: icc.Curve) -> Pieces:
    return lines(curve)


def _encoded(lights: list[Image.Image], row: tuple[float, ...]) -> Image.Image:
    """One channel of sRGB, in mode L. row: of the matrix."""
    steps = _mixed(lights, tuple(MOST * share for share in row), 0.5).convert("I")
    # Image.point would round all 65,536 levels first, every time, which takes longer than the rest. Steps are clipped.
    return steps._new(steps.im.point(_srgb_levels(), "L"))


@cache
def _srgb_levels() -> list[int]:
    """The level for each of 65,536 steps of light: near black, 20 of them share one level."""
    return [round(255 * icc.srgb_signal(step / MOST)) for step in range(MOST + 1)]


def _mixed(lights: list[Image.Image], shares: tuple[float, ...], plus: float = 0.0) -> Image.Image:
    each = plus / len(lights)
    return total([scaled(light, share, each) for light, share in zip(lights, shares, strict=True)])


def _strips(size: tuple[int, int]) -> Iterator[tuple[int, int, int, int]]:
    rows = max(1, _PIXELS // size[0])
    for top in range(0, size[1], rows):
        yield 0, top, size[0], min(size[1], top + rows)
