"""Thumbnail sizes in the syntax of the setting ThumbnailSizes: `small=160,medium=320,card=400x300`."""

import re
from dataclasses import dataclass

MAX_SIZES = 10
MAX_SIDE = 4096

_SIZE = re.compile(r"(?P<name>[a-z0-9][a-z0-9-]{0,31})=(?P<width>[0-9]{1,4})(?:x(?P<height>[0-9]{1,4}))?")


@dataclass(frozen=True)
class Size:
    """A box in pixels. The picture fits inside it, or, with crop, fills it and is cut. It is never enlarged."""

    name: str
    width: int
    height: int
    crop: bool = False


def parse(text: str) -> tuple[Size, ...]:
    """The sizes in the order given. Raises ValueError with a sentence for the operator."""
    sizes = tuple(_parse_one(part.strip()) for part in text.split(","))
    if len(sizes) > MAX_SIZES:
        raise ValueError(f"ThumbnailSizes: at most {MAX_SIZES} sizes, not {len(sizes)}")
    if len({size.name for size in sizes}) < len(sizes):
        raise ValueError(f"ThumbnailSizes: a name is given twice in {text!r}")
    return sizes


def _parse_one(text: str) -> Size:
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ValueError(f"ThumbnailSizes: {text!r} is neither name=SIDE nor name=WIDTHxHEIGHT")
    width = int(match["width"])
    height = int(match["height"] or width)
    if not (1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE):
        raise ValueError(f"ThumbnailSizes: {text!r} has a side outside 1 to {MAX_SIDE}")
    return Size(match["name"], width, height, crop=match["height"] is not None)
