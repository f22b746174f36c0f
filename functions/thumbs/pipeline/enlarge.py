"""Enlarge: Lanczos upwards, for sizes that say so (docs/decisions/sizes-notation.md).

Only what a thumbnail shows is enlarged, so that its size bounds memory and time, whatever the shape of the picture.
"""

from collections.abc import Iterator
from math import ceil

from PIL import Image

from thumbs.pipeline.crop import Box
from thumbs.pipeline.pixelmath import computed, product, scaled

_REACH = 4  # pixels on each side that count: Lanczos has three lobes, and parts begin between pixels
_AT_ONCE = 2**20  # pixels of the result, each of which takes up to 50 bytes if it has alpha

Part = tuple[float, float, float, float]


def enlarged(image: Image.Image, whole: tuple[int, int], box: Box) -> Image.Image:
    """What is in the box (left, top, right, bottom) of a picture that was enlarged to the size `whole`. image: RGB or
    RGBA; the result has its mode."""
    result = Image.new(image.mode, (box[2] - box[0], box[3] - box[1]), None)
    for top, bottom in _strips(result):
        part = (
            *(box[0] * image.width / whole[0], (box[1] + top) * image.height / whole[1]),
            *(box[2] * image.width / whole[0], (box[1] + bottom) * image.height / whole[1]),
        )
        result.paste(_resized(image, part, (result.width, bottom - top)), (0, top))
    return result


def _strips(result: Image.Image) -> Iterator[tuple[int, int]]:
    rows = max(1, _AT_ONCE // result.width)
    for top in range(0, result.height, rows):
        yield top, min(result.height, top + rows)


def _resized(image: Image.Image, part: Part, size: tuple[int, int]) -> Image.Image:
    """part: of the image, in pixels, which may begin and end between them."""
    left, top = (max(0, int(at) - _REACH) for at in part[:2])
    right, bottom = (min(side, ceil(at) + _REACH) for at, side in zip(part[2:], image.size, strict=True))
    near = image.crop((left, top, right, bottom))
    inner = part[0] - left, part[1] - top, part[2] - left, part[3] - top
    if image.mode == "RGB" or near.getchannel("A").getextrema()[0] == 255:
        return near.convert("RGB").resize(size, Image.Resampling.LANCZOS, inner).convert(image.mode)
    # In floating point, what overshoots is not clipped before it is divided by alpha, so flat colours stay flat.
    *colours, alpha = (band.convert("F") for band in near.split())
    planes = *(product(colour, alpha) for colour in colours), alpha
    *larger, weight = (plane.resize(size, Image.Resampling.LANCZOS, inner) for plane in planes)
    bands = [computed(lambda colour, weight: colour / weight + 0.5, plane, weight) for plane in larger]
    return Image.merge("RGBA", [band.convert("L") for band in (*bands, scaled(weight, 1.0, 0.5))])
