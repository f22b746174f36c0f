"""Encode: the finished picture as a file without metadata, except what we write ourselves."""

from importlib import import_module
from io import BytesIO
from itertools import pairwise
from typing import Any

from PIL import Image

from thumbs import formats
from thumbs.pipeline import limits, phase

_WHITE = (255, 255, 255)
_SEEN = [0] + [255] * 255  # by alpha
_BLOCK = 4  # pixels across
_BYTES_PER_PIXEL = 48  # of memory, at most: what AVIF takes (docs/decisions/imaging-animated.md)
# One opaque pixel gives its block an alpha of 16. Below half of that, 8 bits of colour times alpha are too coarse.
_PRECISE = [0] * 8 + [255] * 248
_ENCODERS = {"webp": "PIL.WebPImagePlugin", "jpeg": "PIL.JpegImagePlugin", "avif": "PIL.AvifImagePlugin"}


class _File(BytesIO):
    """Pillow chooses the encoder by the file's name. Given a format, it would load five others first."""

    def __init__(self, output: formats.Output):
        super().__init__()
        self.name = f"/thumbnail.{output.extension}"


def encode(image: Image.Image, output: formats.Output, quality: int, xmp: bytes = b"") -> bytes:
    """image: RGB or RGBA. xmp: the packet to embed. Other metadata is omitted, because nothing requests it. Raises
    MemoryError, also where an encoder calls it something else."""
    if image.mode == "RGBA":
        image = filled(image) if output.transparency else on_white(image)
    file = _File(output)
    clean = image.copy() if image.info else image
    clean.info = {}
    embedded: dict[str, Any] = {"xmp": xmp} if xmp else {}
    is_short = limits.is_short_of(_BYTES_PER_PIXEL * image.width * image.height)
    try:
        with phase.entered(phase.SHORT if is_short else phase.MAKING):
            clean.save(file, **options(output, quality), **embedded)
    except (RuntimeError, OSError, ValueError) as error:
        if is_short:
            raise MemoryError(str(error)) from error
        raise
    return file.getvalue()


def on_white(image: Image.Image) -> Image.Image:
    white = Image.new("RGB", image.size, _WHITE)
    white.paste(image, mask=image.getchannel("A"))
    return white


def filled(image: Image.Image) -> Image.Image:
    """RGBA that looks the same. Invisible pixels get the colour of the nearest visible ones, because lossy encoders mix
    the colours of neighbours without regard to alpha (docs/decisions/imaging-alpha.md).

    This is the pull-push algorithm (Gortler et al., The Lumigraph, 1996) without interpolation: a gap gets the mean
    colour of its block, and a block without colour is a gap among blocks.
    """
    alpha = image.getchannel("A")
    if alpha.getextrema()[0] or image.size == (1, 1):
        return image
    blocks = image.reduce(_BLOCK)  # weighs by alpha
    blocks.putalpha(blocks.getchannel("A").point(_PRECISE))
    blocks = filled(blocks)
    blocks.putalpha(0)
    whole = (0, 0, image.width / _BLOCK, image.height / _BLOCK)
    result = blocks.resize(image.size, Image.Resampling.NEAREST, whole)
    result.paste(image, mask=alpha.point(_SEEN, "1"))
    return result


def prepare(output: formats.Output) -> None:
    """Loads the encoder."""
    import_module(_ENCODERS[output.name])


def options(output: formats.Output, quality: int) -> dict[str, Any]:
    """quality: on JPEG's scale, which people know, and which WebP's matches within a step or two."""
    if output.name == "webp":
        return {"quality": quality, "method": 2}  # method 4 takes twice as long for 3 % fewer bytes
    if output.name == "avif":
        return {"quality": _of_avif(quality), "speed": 9, "max_threads": 1}  # 8 takes 3.5 times as long for 6 % less
    return {"quality": quality, "optimize": True, "progressive": True}


# For qualities of JPEG, the quality of AVIF with the same structural similarity (docs/decisions/imaging-encoders.md).
_AVIF = ((1, 25), (30, 40), (40, 45), (50, 48), (60, 51), (70, 57), (80, 65), (90, 78), (95, 89), (100, 100))


def _of_avif(quality: int) -> int:
    for (low, start), (high, end) in pairwise(_AVIF):
        if quality <= high:
            return round(start + (end - start) * (quality - low) / (high - low))
    return 100
