"""pyvips at its best: one decode, each size from the one before."""

from typing import Any

from benchmarks.peers import SIDES
from benchmarks.peers.vips_documented import ALL_FRAMES, version, vips, webp

__all__ = ["animations", "thumbnails", "version"]


def thumbnails(original: bytes) -> list[bytes]:
    return _cascade(vips.Image.thumbnail_buffer(original, SIDES[0], height=SIDES[0], size="down"))


def animations(original: bytes) -> list[bytes]:
    largest = vips.Image.thumbnail_buffer(original, SIDES[0], height=SIDES[0], size="down", option_string=ALL_FRAMES)
    return _cascade(largest)


def _cascade(largest: Any) -> list[bytes]:
    picture = largest.copy_memory()
    made = [webp(picture)]
    for side in SIDES[1:]:
        picture = picture.thumbnail_image(side, height=side, size="down").copy_memory()
        made.append(webp(picture))
    return made
