"""Encode: the finished picture as a file that holds nothing but the picture."""

from importlib import import_module
from io import BytesIO
from typing import Any

from PIL import Image

from thumbs import formats

_WHITE = (255, 255, 255)
_ENCODERS = {"webp": "PIL.WebPImagePlugin", "jpeg": "PIL.JpegImagePlugin", "avif": "PIL.AvifImagePlugin"}


def encode(image: Image.Image, output: formats.Output, quality: int) -> bytes:
    """image: RGB or RGBA. Metadata is left out by being asked for nowhere."""
    if image.mode == "RGBA" and not output.transparency:
        image = on_white(image)
    file = BytesIO()
    clean = image.copy() if image.info else image
    clean.info = {}
    clean.save(file, output.name.upper(), **_options(output, quality))
    return file.getvalue()


def on_white(image: Image.Image) -> Image.Image:
    white = Image.new("RGB", image.size, _WHITE)
    white.paste(image, mask=image.getchannel("A"))
    return white


def prepare(output: formats.Output) -> None:
    """Loads the encoder."""
    import_module(_ENCODERS[output.name])


def _options(output: formats.Output, quality: int) -> dict[str, Any]:
    if output.name == "webp":
        return {"quality": quality, "method": 2}
    if output.name == "avif":
        return {"quality": quality, "speed": 8, "max_threads": 1}
    return {"quality": quality, "optimize": True, "progressive": True}
