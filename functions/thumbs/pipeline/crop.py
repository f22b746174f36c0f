"""Crop: the important part of a picture.

A picture that fills a box exceeds it on one side only, so the question is where along that side to cut. Each strip
across it gets a score for what people look at: edges, skin, colours that the rest of the picture does not have, and
colours that its borders do not have, because backgrounds touch them. There is no face recognition and no learning, but
the top counts more, because heads are there. The scores and constants for detail and skin are those of smartcrop.js 2.0
(https://github.com/jwagner/smartcrop.js); the borders are the boundary prior of Wei et al., "Geodesic Saliency Using
Background Priors" (2012). docs/develop.md has the measurements.
"""

from math import dist, sqrt

from PIL import Image, ImageFilter, ImageStat

Box = tuple[int, int, int, int]

# Longer side, in pixels, of the copies that are analysed: one for edges, one for everything else.
_FINE, _COARSE = 192, 44

_SKIN = (0.78, 0.57, 0.44)  # its direction in RGB
_SKIN_FROM = 0.8  # the value, of 1, from which it counts
_SKIN_WEIGHT, _DETAIL_WEIGHT, _RARITY_WEIGHT, _BORDER_WEIGHT = 1.8, 0.2, 0.3, 0.3
_BORDER = 0.08  # of the shorter side: what is compared as the background
_CHROMA = 1.5  # how much more than brightness the differences in chroma count
# Scores count this much less at the edge of the crop than in its middle, so that the subject is inside.
_EDGE = 0.5
# How much more the top of a tall picture counts than its bottom: people stand in it, with their heads up.
_HEADS = 0.5
# How much better than the middle another position must be: without a reason, the photographer's choice stays.
_REASON = 1.02


def window(
    image: Image.Image,
    size: tuple[int, int],
    focus: tuple[float, float] | None = None,
    whole: tuple[int, int] | None = None,
) -> Box:
    """The box (left, top, right, bottom) of that size to cut from an RGB or RGBA image that contains it. focus: the
    point (x, y) that it keeps, as shares of the width and height; None to find the important part. whole: the size of
    what is cut, if the image shows it in another size."""
    width, height = whole or image.size
    if focus:
        return _around((width, height), size, focus)
    spare = width - size[0], height - size[1]
    if spare[0] >= spare[1]:
        left = _offset(_scores(image, across=True), width, size[0])
        top = spare[1] // 2
    else:
        left = spare[0] // 2
        top = _offset(_scores(image, across=False), height, size[1])
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
    colours, sides = coarse.tobytes(), [_opponent(_mean(coarse.crop(side))) for side in _borders(coarse.size)]
    mean = _mean(coarse)
    scored = [
        _score((red / 255, green / 255, blue / 255), edge / 255, mean, sides)
        for red, green, blue, edge in zip(colours[::3], colours[1::3], colours[2::3], detail, strict=True)
    ]
    width, height = coarse.size
    if across:
        return [sum(scored[x::width]) for x in range(width)]
    rows = [sum(scored[y * width : (y + 1) * width]) for y in range(height)]
    return [row * (1 + _HEADS * (1 - y / height)) for y, row in enumerate(rows)]


Colour = tuple[float, float, float]


def _score(colour: Colour, edge: float, mean: Colour, sides: list[Colour]) -> float:
    """How much one cell attracts attention: by detail, skin, distance from the mean colour, and distance from the two
    sides of the picture that it resembles most. Colours and edge: 0 to 1. sides: mean colours, as `_opponent` says."""
    red, green, blue = colour
    score = _DETAIL_WEIGHT * edge + _RARITY_WEIGHT * (
        (red - mean[0]) ** 2 + (green - mean[1]) ** 2 + (blue - mean[2]) ** 2
    )
    seen = _opponent(colour)
    first, second, _, _ = sorted([dist(seen, side) for side in sides])
    score += _BORDER_WEIGHT * (first * first + second * second) / 2
    length = sqrt(red * red + green * green + blue * blue)
    if seen[0] > 0.2:  # brighter than black, which has no colour
        off = dist((red / length, green / length, blue / length), _SKIN)
        score += _SKIN_WEIGHT * max(0.0, (1 - off - _SKIN_FROM) / (1 - _SKIN_FROM)) * (edge + 0.01)
    return score


def _opponent(colour: Colour) -> Colour:
    """Brightness (Rec. 709), red against green, and blue against yellow, in which distances are nearer to what people
    see than in RGB."""
    red, green, blue = colour
    brightness = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return brightness, _CHROMA * (red - green), _CHROMA * (blue - (red + green) / 2)


def _mean(image: Image.Image) -> Colour:
    red, green, blue = (value / 255 for value in ImageStat.Stat(image).mean)
    return red, green, blue


def _borders(size: tuple[int, int]) -> list[Box]:
    """The boxes along the top, bottom, left and right."""
    width, height = size
    deep = max(1, round(_BORDER * min(size)))
    return [
        (0, 0, width, deep),
        (0, height - deep, width, height),
        (0, 0, deep, height),
        (width - deep, 0, width, height),
    ]


def _small(image: Image.Image, side: int) -> Image.Image:
    factor = min(1.0, side / max(image.size))
    size = max(1, round(image.width * factor)), max(1, round(image.height * factor))
    return image.resize(size, Image.Resampling.BOX, reducing_gap=1.0)


def _seen(image: Image.Image) -> Image.Image:
    """Composited onto gray, so that transparent areas score low."""
    ground = Image.new("RGB", image.size, (128, 128, 128))
    ground.paste(image, mask=image.getchannel("A"))
    return ground
