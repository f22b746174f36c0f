"""Crop: the important part of a picture.

A picture that fills a box exceeds it on one side only, so the question is where along that side to cut. Each strip
across it gets a score for what people look at: edges, strong colours, colours that the rest of the picture does not
have, and skin. There is no face recognition and no learning, but the top counts more, because heads are there. The
scores and constants for detail, skin and saturation are those of smartcrop.js 2.0
(https://github.com/jwagner/smartcrop.js).
"""

from math import dist, sqrt

from PIL import Image, ImageFilter

Box = tuple[int, int, int, int]

# Longer side, in pixels, of the copies that are analysed: one for edges, one for everything else.
_FINE, _COARSE = 192, 48

_SKIN = (0.78, 0.57, 0.44)  # its direction in RGB
_SKIN_FROM, _SATURATION_FROM = 0.8, 0.4  # the values, of 1, from which each counts
_SKIN_WEIGHT, _SATURATION_WEIGHT, _DETAIL_WEIGHT, _RARITY_WEIGHT = 1.8, 0.3, 0.2, 0.3
# Scores count this much less at the edge of the crop than in its middle, so that the subject is inside.
_EDGE = 0.5
# How much more the top of a tall picture counts than its bottom: people stand in it, with their heads up.
_HEADS = 0.5
# How much better than the middle another position must be: without a reason, the photographer's choice stays.
_REASON = 1.05


def window(image: Image.Image, size: tuple[int, int], focus: tuple[float, float] | None = None) -> Box:
    """The box (left, top, right, bottom) of that size to cut from an RGB or RGBA image that contains it. focus: the
    point (x, y) that it keeps, as shares of the width and height; None to find the important part."""
    if focus:
        return _around(image.size, size, focus)
    spare = image.width - size[0], image.height - size[1]
    if spare[0] >= spare[1]:
        left = _offset(_scores(image, across=True), image.width, size[0])
        top = spare[1] // 2
    else:
        left = spare[0] // 2
        top = _offset(_scores(image, across=False), image.height, size[1])
    return left, top, left + size[0], top + size[1]


def _around(whole: tuple[int, int], size: tuple[int, int], focus: tuple[float, float]) -> Box:
    """The box of that size whose middle is as near to the focus as the picture, of the size `whole`, allows."""
    left, top = (
        min(max(round(share * length - part / 2), 0), length - part)
        for share, length, part in zip(focus, whole, size, strict=True)
    )
    return left, top, left + size[0], top + size[1]


def _offset(scores: list[float], length: int, part: int) -> int:
    """Where to start a part of a side. Each score covers an equal share of the side."""
    spare = length - part
    cells = len(scores)
    width = max(1, round(cells * part / length))
    starts = cells - width
    if starts < 1:
        return spare // 2
    centre = (width - 1) / 2
    weights = [1 - _EDGE * (abs(i - centre) / max(centre, 1)) ** 2 for i in range(width)]
    values = [sum(s * w for s, w in zip(scores[start:], weights, strict=False)) for start in range(starts + 1)]
    best = max(range(starts + 1), key=lambda start: (values[start], -abs(start - starts / 2)))
    if values[best] <= _REASON * values[starts // 2]:
        return spare // 2
    return round(spare * best / starts)


def _scores(image: Image.Image, *, across: bool) -> list[float]:
    """One score per strip: columns of the picture when across, rows otherwise."""
    image = image.convert("RGB") if image.mode == "RGB" else _seen(image)
    fine = _small(image, _FINE)
    edges = fine.convert("L").filter(ImageFilter.FIND_EDGES)
    if min(edges.size) > 2:  # the filter leaves the outermost pixels unchanged
        edges = edges.crop((1, 1, edges.width - 1, edges.height - 1))
    coarse = _small(image, _COARSE)
    detail = edges.resize(coarse.size, Image.Resampling.BOX).tobytes()
    pixels = coarse.tobytes()
    cells = list(zip(pixels[::3], pixels[1::3], pixels[2::3], detail, strict=True))
    means = [sum(cell[band] for cell in cells) / len(cells) / 255 for band in range(3)]
    scored = [_score(cell, means) for cell in cells]
    width, height = coarse.size
    if across:
        return [sum(scored[x::width]) for x in range(width)]
    rows = [sum(scored[y * width : (y + 1) * width]) for y in range(height)]
    return [row * (1 + _HEADS * (1 - y / height)) for y, row in enumerate(rows)]


def _score(cell: tuple[int, int, int, int], means: list[float]) -> float:
    """How much one cell attracts attention: by detail, skin, strong colours, and distance from the mean colour."""
    red, green, blue, edge = (value / 255 for value in cell)
    brightness = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    skin = saturation = 0.0
    length = sqrt(red * red + green * green + blue * blue)
    if length and brightness > 0.2:
        off = dist((red / length, green / length, blue / length), _SKIN)
        skin = max(0.0, (1 - off - _SKIN_FROM) / (1 - _SKIN_FROM)) * (edge + 0.01)
    most, least = max(red, green, blue), min(red, green, blue)
    if most > least and 0.05 < brightness < 0.9:
        colourful = (most - least) / (most + least if most + least <= 1 else 2 - most - least)
        saturation = max(0.0, (colourful - _SATURATION_FROM) / (1 - _SATURATION_FROM)) * (edge + 0.2)
    rarity = dist((red, green, blue), means) ** 2
    return _DETAIL_WEIGHT * edge + _SKIN_WEIGHT * skin + _SATURATION_WEIGHT * saturation + _RARITY_WEIGHT * rarity


def _small(image: Image.Image, side: int) -> Image.Image:
    factor = min(1.0, side / max(image.size))
    size = max(1, round(image.width * factor)), max(1, round(image.height * factor))
    return image.resize(size, Image.Resampling.BOX, reducing_gap=1.0)


def _seen(image: Image.Image) -> Image.Image:
    """Composited onto gray, so that transparent areas score low."""
    ground = Image.new("RGB", image.size, (128, 128, 128))
    ground.paste(image, mask=image.getchannel("A"))
    return ground
