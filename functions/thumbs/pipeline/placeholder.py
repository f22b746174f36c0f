"""Placeholder: what a page shows while a thumbnail loads."""

from collections import defaultdict

from PIL import Image

from thumbs.picture import Placeholder
from thumbs.pipeline import geometry, thumbhash

# Pixels of the longer side. ThumbHash keeps at most 7 waves, which 32 samples describe well within its 4 bits.
_SIDE = 32
_SHADES = 6  # per channel, into which colours are sorted


def of(picture: Image.Image) -> Placeholder:
    """picture: RGB, RGBA or RGBa in sRGB."""
    small = geometry.scale(picture.size, min(1.0, _SIDE / max(picture.size)))
    pixels = picture.resize(small, Image.Resampling.BOX, reducing_gap=1.0).convert("RGBA").tobytes()
    return {"thumbhash": thumbhash.encode(*small, pixels), "color": main_colour(pixels)}


def main_colour(rgba: bytes) -> str:
    """The mean, as #rrggbb, of the most frequent colours: the mean of all colours is too often gray."""
    groups: dict[tuple[int, int, int], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for red, green, blue, alpha in zip(rgba[::4], rgba[1::4], rgba[2::4], rgba[3::4], strict=True):
        group = groups[red * _SHADES >> 8, green * _SHADES >> 8, blue * _SHADES >> 8]
        for index, value in enumerate((red * alpha, green * alpha, blue * alpha, alpha)):
            group[index] += value
    *sums, weight = max(groups.values(), key=lambda group: group[3])
    if not weight:
        return "#ffffff"  # nothing is visible
    return "#" + "".join(f"{round(value / weight):02x}" for value in sums)
