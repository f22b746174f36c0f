"""Reduces sixteen bits per channel to eight along a curve like sRGB's, if the picture's own curve is far from it.

The upper eight bits of linear light have 13 sRGB levels between the two darkest values. So the lower bits are looked up
in a table before they are dropped, and the profile is replaced by the result's. Pillow unpacks one byte of each sample,
so such pictures are decoded twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from PIL import Image

from thumbs.pipeline import boxes, colour, hdr, icc, icc_read

# Bytes per pixel: two pictures with one byte for each of four channels, and working memory.
BYTES_PER_PIXEL = 10.0
_LEVELS = 65536
_ROWS = 64  # recoded at a time
# If two 8-bit levels are this many sRGB levels apart, 8 bits are too few.
_TOO_COARSE = 2.0


@dataclass(frozen=True)
class Recoding:
    """tables: one of 256 levels for each of 65,536, per channel or for all. profile: of the result."""

    tables: tuple[Sequence[int], ...]
    profile: colour.Profile | None


def of_cicp(primaries: int, transfer: int) -> Recoding | None:
    """The recoding for named HDR. None for others: their curves are close to sRGB's, or become a profile."""
    if hdr.of_cicp(primaries, transfer) is None:
        return None
    table, signal = hdr.companded(primaries, transfer)
    return Recoding((table,), signal)


def of_profile(profile: colour.Profile | None) -> Recoding | None:
    """None if 8 bits in the profile's own curves suffice, or if the profile has more than curves."""
    if not isinstance(profile, bytes):
        return None
    names = icc_read.cicp(profile)
    if names and hdr.of_cicp(*names):
        return of_cicp(*names)
    found = icc_read.curves(profile)
    if found is None or not any(map(_is_coarse, set(found.contents))):
        return None
    made = icc.with_colorants(found.colorants, icc.srgb) if found.colorants else None
    tables = tuple(_table(content) for content in found.contents)
    return None if any(not table for table in tables) else Recoding(tables, made)


def recoded(upper: Image.Image, lower: Image.Image, recoding: Recoding) -> Image.Image:
    """upper, lower: RGB or RGBA, from the bytes of the same samples. Changes the upper one, except for its alpha."""
    tables = recoding.tables * (3 // len(recoding.tables))
    rows = boxes.at_a_time(upper.width, _ROWS)
    for top in range(0, upper.height, rows):
        box = 0, top, upper.width, min(upper.height, top + rows)
        high, low = upper.crop(box), lower.crop(box)
        bands = [
            _looked_up(wide(high.getchannel(name), low.getchannel(name)), table)
            for name, table in zip("RGB", tables, strict=True)
        ]
        bands += [high.getchannel("A")] if upper.mode == "RGBA" else []
        upper.paste(Image.merge(upper.mode, bands), (0, top))
    return upper


def recoded_gray(image: Image.Image, recoding: Recoding) -> Image.Image:
    """L or LA from image: in mode I;16, with or without a transparent shade."""
    return colour.from_16_bit(image, image.info.get("transparency"), recoding.tables[len(recoding.tables) // 2])


def wide(upper: Image.Image, lower: Image.Image) -> Image.Image:
    """Mode I;16 from the bytes of its samples, each in mode L."""
    return Image.frombytes("I;16", upper.size, Image.merge("LA", (lower, upper)).tobytes())


def _looked_up(image: Image.Image, table: Sequence[int]) -> Image.Image:
    return image.convert("I").point(table, "L")


@lru_cache(6)
def _is_coarse(content: bytes) -> bool:
    curve = icc_read.curve(content)
    if curve is None:
        return False
    levels = [255 * icc.srgb_signal(min(1.0, max(0.0, curve(level / 255)))) for level in range(256)]
    return any(high - low > _TOO_COARSE for low, high in pairwise(levels))


@lru_cache(3)
def _table(content: bytes) -> tuple[int, ...]:
    """The table of a curve; empty if it is not a curve."""
    curve = icc_read.curve(content)
    if curve is None:
        return ()
    steps = (min(1.0, max(0.0, curve(level / (_LEVELS - 1)))) for level in range(_LEVELS))
    return tuple(round(255 * icc.srgb_signal(step)) for step in steps)
