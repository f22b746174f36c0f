"""How much of a picture a thumbnail has kept."""

from functools import cache
from io import BytesIO
from math import inf, log10
from pathlib import Path

from PIL import Image, ImageChops
from pillow_heif import register_heif_opener


@cache
def reference(path: Path, side: int) -> Image.Image:
    """The picture at this longer side by a full-resolution Lanczos, never encoded: the ideal result."""
    register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(path) as picture:
        scale = side / max(picture.size)
        size = round(picture.width * scale), round(picture.height * scale)
        plain = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
        return on_white(plain.resize(size, Image.Resampling.LANCZOS))


def psnr(thumbnail: bytes, ideal: Image.Image) -> float:
    """Peak signal-to-noise ratio in dB over the three channels (ITU-T J.340); transparency composited onto white.

    Raises ValueError if the sizes differ.
    """
    with Image.open(BytesIO(thumbnail)) as picture:
        if picture.size != ideal.size:
            raise ValueError(f"made {picture.width}x{picture.height}, not {ideal.width}x{ideal.height}")
        made = on_white(picture.convert("RGBA" if picture.has_transparency_data else "RGB"))
    histogram = ImageChops.difference(made, ideal).histogram()
    error = sum(count * (index % 256) ** 2 for index, count in enumerate(histogram))
    mean = error / (3 * ideal.width * ideal.height)
    return 10 * log10(255**2 / mean) if mean else inf


def on_white(picture: Image.Image) -> Image.Image:
    if picture.mode == "RGB":
        return picture
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture).convert("RGB")
