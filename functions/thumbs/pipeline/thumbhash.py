"""ThumbHash: a blurred picture in 25 bytes or fewer, shown while the thumbnail loads.

The algorithm of https://evanw.github.io/thumbhash/ (rgbaToThumbHash in js/thumbhash.js, version 0.1.1). The transform
is separable, so it is summed along rows first: the same result with a twentieth of the work.
"""

from base64 import b64encode
from collections.abc import Sequence
from math import cos, floor, pi
from operator import mul

MAX_SIDE = 100


def encode(width: int, height: int, rgba: bytes) -> str:
    """The hash in base64. rgba: 4 bytes per pixel, row by row, not premultiplied; sides up to MAX_SIDE."""
    if width > MAX_SIDE or height > MAX_SIDE:
        raise ValueError(f"{width}x{height} does not fit in {MAX_SIDE}x{MAX_SIDE}")
    count = width * height
    alpha = [value / 255 for value in rgba[3::4]]
    opacity = sum(alpha)
    means = [sum(map(mul, alpha, rgba[band::4])) / 255 / opacity if opacity else 0.0 for band in range(3)]
    has_alpha = opacity < count

    # Composited onto the average colour where transparent.
    red, green, blue = (
        [mean * (1 - a) + a / 255 * value for a, value in zip(alpha, rgba[band::4], strict=True)]
        for band, mean in enumerate(means)
    )
    luminance = [(r + g + b) / 3 for r, g, b in zip(red, green, blue, strict=True)]
    yellow_blue = [(r + g) / 2 - b for r, g, b in zip(red, green, blue, strict=True)]
    red_green = [r - g for r, g in zip(red, green, strict=True)]

    limit = 5 if has_alpha else 7  # fewer luminance terms if alpha needs some
    across = max(1, _round(limit * width / max(width, height)))
    down = max(1, _round(limit * height / max(width, height)))
    l_dc, l_ac, l_scale = _transform(luminance, width, height, max(3, across), max(3, down))
    p_dc, p_ac, p_scale = _transform(yellow_blue, width, height, 3, 3)
    q_dc, q_ac, q_scale = _transform(red_green, width, height, 3, 3)

    landscape = width > height
    header = (
        _round(63 * l_dc)
        | _round(31.5 + 31.5 * p_dc) << 6
        | _round(31.5 + 31.5 * q_dc) << 12
        | _round(31 * l_scale) << 18
        | has_alpha << 23
        | (down if landscape else across) << 24
        | _round(63 * p_scale) << 27
        | _round(63 * q_scale) << 33
        | landscape << 39
    )
    hashed = bytearray(header.to_bytes(5, "little"))
    terms = l_ac + p_ac + q_ac
    if has_alpha:
        a_dc, a_ac, a_scale = _transform(alpha, width, height, 5, 5)
        hashed.append(_round(15 * a_dc) | _round(15 * a_scale) << 4)
        terms += a_ac
    nibbles = [_round(15 * term) for term in terms]
    nibbles += [0] * (len(nibbles) % 2)
    hashed += bytes(low | high << 4 for low, high in zip(nibbles[::2], nibbles[1::2], strict=True))
    return b64encode(hashed).decode()


def _transform(
    channel: Sequence[float], width: int, height: int, across: int, down: int
) -> tuple[float, list[float], float]:
    """The cosine transform of one channel: its constant, its lower triangle of terms from 0 to 1, and their scale."""
    waves = [[cos(pi / width * term * (x + 0.5)) for x in range(width)] for term in range(across)]
    rows = [channel[y * width : (y + 1) * width] for y in range(height)]
    sums = [[sum(map(mul, row, wave)) for row in rows] for wave in waves]
    terms = []
    for cy in range(down):
        wave = [cos(pi / height * cy * (y + 0.5)) for y in range(height)]
        terms += [
            sum(map(mul, sums[cx], wave)) / (width * height) for cx in range(across) if cx * down < across * (down - cy)
        ]
    constant, *varying = terms
    scale = max(map(abs, varying), default=0.0)
    return constant, [0.5 + 0.5 / scale * term for term in varying] if scale else varying, scale


def _round(value: float) -> int:
    """Rounds as JavaScript does: halves go up."""
    return floor(value + 0.5)
