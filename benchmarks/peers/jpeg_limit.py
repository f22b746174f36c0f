"""The minimum with these libraries: libjpeg-turbo's decode at the smallest sufficient scale, and the encodes of
thumbnails that already exist. No resize. Only for JPEG."""

from functools import cache
from io import BytesIO

from PIL import Image

from benchmarks.peers import SIDES
from benchmarks.peers.pillow_naive import version, webp

__all__ = ["thumbnails", "version"]


def thumbnails(original: bytes) -> list[bytes]:
    decoded(original)
    return [webp(thumbnail) for thumbnail in _finished(original)]


def decoded(original: bytes) -> Image.Image:
    picture = Image.open(BytesIO(original))
    if picture.format != "JPEG":
        raise ValueError("only a JPEG has a scaled decode")
    picture.draft(None, (SIDES[0], 1))
    picture.load()
    return picture


@cache
def _finished(original: bytes) -> list[Image.Image]:
    picture = decoded(original)
    made = []
    for side in SIDES:
        picture.thumbnail((side, side), Image.Resampling.LANCZOS)
        made.append(picture.copy())
    return made
