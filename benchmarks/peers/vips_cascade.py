"""pyvips at its best: one decode, each size from the one before."""

from benchmarks.peers import SIDES
from benchmarks.peers.vips_documented import version, vips, webp

__all__ = ["thumbnails", "version"]


def thumbnails(original: bytes) -> list[bytes]:
    picture = vips.Image.thumbnail_buffer(original, SIDES[0], height=SIDES[0], size="down").copy_memory()
    made = [webp(picture)]
    for side in SIDES[1:]:
        picture = picture.thumbnail_image(side, height=side, size="down").copy_memory()
        made.append(webp(picture))
    return made
