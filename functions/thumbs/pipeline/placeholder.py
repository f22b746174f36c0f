"""Placeholder: what a page shows while a thumbnail loads."""

from collections import defaultdict
from operator import mul

from PIL import Image

from thumbs.picture import Placeholder
from thumbs.pipeline import geometry, thumbhash

# Pixels of the longer side. ThumbHash keeps at most 7 waves, which 32 samples describe well within its 4 bits.
_SIDE = 32
_SHADES = 6  # per channel, into which colours are sorted
# The number of a colour's group is a sum of three: one for its red, one for its green, and one for its blue.
_GROUPS = [bytes((level * _SHADES >> 8) * _SHADES**place for level in range(256)) for place in range(3)]


def of(picture: Image.Image) -> Placeholder:
    """picture: RGB, RGBA or RGBa in sRGB."""
    small = geometry.scale(picture.size, min(1.0, _SIDE / max(picture.size)))
    pixels = picture.resize(small, Image.Resampling.BOX, reducing_gap=1.0).convert("RGBA").tobytes()
    return {"thumbhash": thumbhash.encode(*small, pixels), "color": main_colour(pixels)}


def main_colour(rgba: bytes) -> str:
    """The mean, as #rrggbb, of the most frequent colours: the mean of all colours is too often gray."""
    bands, alpha = [rgba[band::4] for band in range(3)], rgba[3::4]
    groups = [*map(sum, zip(*map(bytes.translate, bands, _GROUPS), strict=True))]
    weights: dict[int, int] = defaultdict(int)
    for group, weight in zip(groups, alpha, strict=True):
        weights[group] += weight
    frequent = max(weights, key=lambda group: weights[group])
    if not weights[frequent]:
        return "#ffffff"  # nothing is visible
    shares = [weight if group == frequent else 0 for group, weight in zip(groups, alpha, strict=True)]
    return "#" + "".join(f"{round(sum(map(mul, band, shares)) / weights[frequent]):02x}" for band in bands)
