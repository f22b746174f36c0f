"""This pipeline, with everything that it does besides thumbnails: a process for each picture, ThumbHash, main
colour."""

import re
from functools import cache
from pathlib import Path

from benchmarks.peers import QUALITY, SIDES
from thumbs import formats, pipeline
from thumbs.sizes import Size

_MAX_MEGAPIXELS = 100
_LAYER = Path(__file__).resolve().parents[2] / "layers" / "imaging" / "requirements.in"


@cache
def wanted() -> pipeline.Wanted:
    sizes = tuple(Size(str(side), side, side) for side in SIDES)
    return pipeline.Wanted(sizes, (formats.OUTPUTS["webp"],), QUALITY, _MAX_MEGAPIXELS)


def thumbnails(original: bytes) -> list[bytes]:
    return [rendered.content for rendered in pipeline.run(original, wanted()).thumbnails]


def animations(original: bytes) -> list[bytes]:
    made = pipeline.run(original, wanted()._replace(animated=True))
    assert made.animation, "a picture that moves"
    if not made.animation["animated"]:
        raise ValueError(f"does not move: {made.animation['reason']}")
    return [rendered.content for rendered in made.thumbnails]


def version() -> str:
    """Each package of the imaging layer."""
    from importlib.metadata import version as installed  # here, because its memory is not the pipeline's

    packages = re.findall(r"^([\w-]+)==", _LAYER.read_text(), re.MULTILINE)
    return f"on {', '.join(f'{name} {installed(name)}' for name in packages)}"
