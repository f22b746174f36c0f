"""This pipeline, with everything that it does besides thumbnails: a process for each picture, ThumbHash, main
colour."""

from functools import cache
from importlib.metadata import version as installed

from benchmarks.peers import QUALITY, SIDES
from thumbs import formats, pipeline
from thumbs.sizes import Size

_MAX_MEGAPIXELS = 100


@cache
def wanted() -> pipeline.Wanted:
    sizes = tuple(Size(str(side), side, side) for side in SIDES)
    return pipeline.Wanted(sizes, formats.OUTPUTS["webp"], QUALITY, _MAX_MEGAPIXELS)


def thumbnails(original: bytes) -> list[bytes]:
    return [rendered.content for rendered in pipeline.run(original, wanted()).thumbnails]


def version() -> str:
    return f"on Pillow {installed('pillow')}, pillow-heif {installed('pillow-heif')}"
