"""Pillow with thumbnail() on a picture that is opened for each size, so that a JPEG is decoded at a smaller scale."""

from io import BytesIO

from PIL import Image, ImageOps

from benchmarks.peers import SIDES
from benchmarks.peers.pillow_naive import version, webp

__all__ = ["thumbnails", "version"]


def thumbnails(original: bytes) -> list[bytes]:
    made = []
    for side in SIDES:
        picture = Image.open(BytesIO(original))
        picture.thumbnail((side, side), Image.Resampling.LANCZOS)
        made.append(webp(ImageOps.exif_transpose(picture)))
    return made
