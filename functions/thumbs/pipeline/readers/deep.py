"""Pictures with more than eight bits per channel in colours for which eight are too few. They become sRGB while they
are decoded, from all their bits.

Eight are too few if the picture's curve is far from sRGB's (the upper bytes of linear light have 13 sRGB levels between
the two darkest values), or if its primaries are wider (see `light`). Pillow unpacks one byte of each sample, so such
pictures are decoded twice. They are averaged, in 16 bits, before the conversion.
"""

from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from math import ceil
from typing import NamedTuple

from PIL import Image

from thumbs.pipeline import boxes, hdr, icc, icc_read, light
from thumbs.pipeline.lanczos import lanczos
from thumbs.pipeline.pixelmath import (
    MOST,
    Pieces,
    computed,
    halves,
    looked_up,
    parabolas,
    product,
    scaled,
    sixteen_bits,
    total,
)
from thumbs.pipeline.resize import DECODER_GAP, GAP

# Bytes per pixel: two pictures with one byte for each of four channels, and working memory.
BYTES_PER_PIXEL = 10.0
# For Pillow's `point`: the bytes of 16 bits.
UPPER, LOWER = bytes(code >> 8 for code in range(2**16)), bytes(range(256)) * 256
_PIXELS = 2**18  # at a time: each takes about 50 bytes
_SAME, _VISIBLE = [*range(256)], [0] + [1] * 255  # of alpha
_UPPER_VALUES = [256.0 * byte for byte in range(256)]
# If two 8-bit levels are this many sRGB levels apart, 8 bits are too few.
_TOO_COARSE = 2.0
# The same if the matrix to sRGB subtracts this share of a channel. sRGB itself, and the primaries of television, stay
# above -0.05; Display P3 has -0.22, BT.2020 -0.59.
_SUBTRACTED = -0.1
_WHITE_OFF = 0.1  # from 1, at most, for colorants whose sum is white

Box = tuple[int, int, int, int]
# The upper and the lower bytes of samples, in mode L.
Halves = tuple[Image.Image, Image.Image]
# A part of a picture: red, green and blue, or gray; and 8 bits of alpha, or None.
Part = tuple[list[Halves], Image.Image | None]


class Deep(NamedTuple):
    """averaging: the values to average, from 0 to 1, for the samples of each channel, or of all; none if the samples
    themselves are averaged. signal: of these values."""

    signal: light.Signal
    averaging: tuple[Pieces, ...] = ()


@lru_cache(8)
def of_cicp(primaries: int, transfer: int, channels: int = 3) -> Deep | None:
    """None if the upper eight bits suffice."""
    signal = hdr.of_cicp(primaries, transfer)
    if signal is None:
        return of_profile(icc.of_cicp(primaries, transfer), channels)
    value, of_values = hdr.averaged(signal)
    return Deep(of_values, (parabolas(value),))


@lru_cache(8)
def of_profile(profile: bytes | None, channels: int = 3) -> Deep | None:
    """None if the upper eight bits suffice, or if the profile has more than curves. channels: 1 for gray."""
    names = icc_read.cicp(profile) if profile else None
    if names and hdr.of_cicp(*names):
        return of_cicp(*names, channels)
    found = icc_read.curves(profile) if profile else None
    if found is None or (channels > 1 and not found.colorants):
        return None
    matrix = icc.from_colorants(found.colorants) if found.colorants else ()
    contents = found.contents if channels > 1 else found.contents[len(found.contents) // 2 :][:1]
    curves = [_curve(content) for content in (contents if len({*contents}) > 1 else contents[:1])]
    if None in curves or any(abs(sum(row) - 1) > _WHITE_OFF for row in matrix):
        return None
    known = tuple(curve for curve in curves if curve)
    try:
        if any(map(_is_coarse, known)):
            averaging = tuple(parabolas(_in_srgb(curve)) for curve in known)
            return Deep(light.Signal((icc.srgb,), matrix), averaging)
    except ArithmeticError:  # parameters that are no curve
        return None
    wide = channels > 1 and min(map(min, matrix)) < _SUBTRACTED
    return Deep(light.Signal(known, matrix)) if wide else None


def to_srgb(size: tuple[int, int], part: Callable[[Box], Part], deep: Deep, wanted: tuple[int, int]) -> Image.Image:
    """L, LA, RGB or RGBA, reduced if it is much larger than wanted (see `Source.load`). part: of the picture of that
    size."""
    bands, alpha = _averaged(size, part, deep.averaging, boxes.factor(size, wanted, GAP / DECODER_GAP))
    signal = light.measured(bands, deep.signal)
    enough = ceil(wanted[0] * GAP / DECODER_GAP), ceil(wanted[1] * GAP / DECODER_GAP)
    if alpha:
        made = light.to_srgb(bands, signal)
        made.putalpha(alpha)
        return made
    if enough[0] < bands[0].width and enough[1] < bands[0].height:
        bands = [lanczos(band, enough) for band in bands]
    return light.to_srgb(bands, signal)


def _averaged(
    size: tuple[int, int], part: Callable[[Box], Part], averaging: tuple[Pieces, ...], by: boxes.Factor
) -> tuple[list[Image.Image], Image.Image | None]:
    """The colours in mode I;16, and alpha, which weighs the colours in a box."""
    planes: list[Image.Image] = []
    width, height = size
    whole = by == (1, 1)
    across = [*boxes.runs(width, by[0])]
    for rows in boxes.runs(height, by[1], max(1, _PIXELS // (width * by[1]))):
        colours, alpha = part((0, rows.start, width, rows.stop))
        values = [_value(colour, averaging, channel).convert("I") for channel, colour in enumerate(colours)]
        if alpha:  # of 8 bits; its average needs 16, because the colours are divided by it
            weight = alpha.point(_VISIBLE if whole else _SAME, "I")
            values = [product(value, weight) for value in values]
            values.append(alpha if whole else computed(lambda of: of * 257, weight))
        if not planes:
            modes = ["I;16" if whole or not alpha else "I"] * len(colours) + ["L" if whole else "I;16"] * bool(alpha)
            planes = [Image.new(mode, (width // by[0], height // by[1]), None) for mode in modes]
        for plane, value in zip(planes, values, strict=True):
            boxes.place(plane, value, 0, across, rows)
    if len(planes) % 2:
        return planes, None
    *products, weight = planes
    if whole:
        return products, weight
    weight = weight.convert("F")
    straight = (computed(lambda of, by: of / by, scaled(one.convert("F"), 257), weight) for one in products)
    return [*map(sixteen_bits, straight)], scaled(weight, 1 / 257, 0.5).convert("L")  # 0 / 0 is 0 here


def _value(colour: Halves, averaging: tuple[Pieces, ...], channel: int) -> Image.Image:
    """The values to average, in mode F."""
    if averaging:
        return scaled(looked_up(*colour, averaging[channel % len(averaging)]), MOST, 0.5)
    upper, lower = colour
    return total([upper.point(_UPPER_VALUES, "F"), lower.convert("F")])


def of_halves(upper: Image.Image, lower: Image.Image) -> Callable[[Box], Part]:
    """The parts of a picture. upper, lower: the bytes of its samples, in mode L, LA, RGB or RGBA."""

    def part(box: Box) -> Part:
        high, low = upper.crop(box).split(), lower.crop(box).split()
        colours = high[: len(high) - 1 + len(high) % 2]
        return [*zip(colours, low, strict=False)], None if len(high) % 2 else high[-1]

    return part


def of_gray(image: Image.Image) -> Callable[[Box], Part]:
    """The parts of a picture in mode I;16, of which one shade may be transparent."""
    transparent = image.info.get("transparency")

    def part(box: Box) -> Part:
        strip = image.crop(box).convert("I")
        alpha = None
        if isinstance(transparent, int):
            alpha = strip.point([255 * (shade != transparent) for shade in range(MOST + 1)], "L")
        return [halves(strip.convert("I;16"))], alpha

    return part


def _curve(content: bytes) -> icc.Curve | None:
    """From 0 to 1."""
    curve = icc_read.curve(content)
    return (lambda sample: min(1.0, max(0.0, curve(sample)))) if curve else None


def _in_srgb(curve: icc.Curve) -> icc.Curve:
    return lambda sample: icc.srgb_signal(curve(sample))


def _is_coarse(curve: icc.Curve) -> bool:
    levels = [255 * icc.srgb_signal(curve(level / 255)) for level in range(256)]
    return any(high - low > _TOO_COARSE for low, high in pairwise(levels))
