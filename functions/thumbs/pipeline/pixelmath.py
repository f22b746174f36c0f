"""Arithmetic on the pixels of whole pictures, in the forms that Pillow computes quickly.

`ImageMath` makes a picture of every number, which takes 20 times as long as a multiplication; `Image.point` multiplies
by a number without one. Functions of one variable are looked up by straight lines, or parabolas, between 257 points.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from PIL import Image, ImageMath

from thumbs.pipeline.icc import Curve

MOST = 65535  # of 16 bits
# For each upper byte of 16 bits: the value where the lower byte is 0, its slope, and the bend of a parabola if any.
Pieces = tuple[tuple[float, ...], ...]
_BOW = [lower * (256 - lower) for lower in range(256)]  # 0 where a piece begins and ends


def scaled(image: Image.Image, by: float, plus: float = 0.0) -> Image.Image:
    """image: in mode F."""
    return image.point(lambda value: value * by + plus)


def product(first: Image.Image, second: Image.Image) -> Image.Image:
    return computed(lambda a, b: a * b, first, second)


def total(images: Sequence[Image.Image]) -> Image.Image:
    return computed(lambda first, *others: sum(others, first), *images)


def power(image: Image.Image, exponent: float) -> Image.Image:
    """image: in mode F, not negative."""
    return computed(lambda a, b: a**b, image, scaled(image, 0.0, exponent))


def largest(images: Sequence[Image.Image]) -> Image.Image:
    result, *others = images
    for other in others:
        result = ImageMath.lambda_eval(lambda of: of["max"](of["a"], of["b"]), a=result, b=other)
    return result


def computed(expression: Callable[..., Any], *images: Image.Image) -> Image.Image:
    named = {f"b{place}": image for place, image in enumerate(images)}
    made: Image.Image = ImageMath.lambda_eval(lambda of: expression(*(of[name] for name in named)), **named)
    return made


def lines(curve: Curve) -> Pieces:
    """curve: from 0 to 1, which 16 bits represent."""
    ends = [curve(min(1.0, 256 * step / MOST)) for step in range(257)]
    ends[-1] = ends[-2] + (ends[-1] - ends[-2]) * 256 / 255  # 16 bits end at 65,535, one before the last step
    return tuple(ends[:-1]), tuple((high - low) / 256 for low, high in pairwise(ends))


def parabolas(curve: Curve) -> Pieces:
    """The same, but also right in the middle of each piece, where light's curves are bent most."""
    starts, slopes = lines(curve)
    middles = (curve((256 * step + 128) / MOST) for step in range(256))
    bends = ((at - low - 128 * slope) / 2**14 for at, low, slope in zip(middles, starts, slopes, strict=True))
    return starts, slopes, tuple(bends)


def looked_up(upper: Image.Image, lower: Image.Image, pieces: Pieces) -> Image.Image:
    """In mode F. upper, lower: bytes of 16 bits, in mode L."""
    starts, slopes, *bends = (upper.point(table, "F") for table in pieces)
    risen = [product(slopes, lower.convert("F")), *(product(bend, lower.point(_BOW, "F")) for bend in bends)]
    return total([starts, *risen])


def halves(image: Image.Image) -> tuple[Image.Image, Image.Image]:
    """The upper and the lower bytes, in mode L, of mode I;16."""
    lower, upper = Image.frombytes("LA", image.size, image.tobytes()).split()
    return upper, lower


def sixteen_bits(image: Image.Image) -> Image.Image:
    """Mode I;16 from mode F."""
    return image.convert("I").convert("I;16")
