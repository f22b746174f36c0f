"""Resize: Lanczos, after averaging when there is far to go. Where pic-scale is installed, it does it by SIMD in a fifth
of the time that Pillow takes.

docs/decisions/imaging-resize.md has the measurements.
"""

from importlib import import_module
from typing import Any

from PIL import Image

try:
    _pic_scale: Any = import_module("pic_scale")
except ImportError:
    _pic_scale = None

# How much larger than its result a picture is left by averaging: at 2 the encoded thumbnail is within 0.1 dB of one
# made from all pixels, and as good as that of libvips on screenshots; 3 gains 0.1 to 0.3 dB, and costs 20 MB.
GAP = 2.0

# The same for decoders that scale, which average better than boxes do: at 1.15 thumbnails of photographs are within
# 0.4 dB of those of libvips, in two thirds of the time of 1.5.
DECODER_GAP = 1.15

# What pic-scale takes; CMYK and LAB are left to Pillow. So are the larger ones, for thumbnails of thousands of pixels:
# pic-scale works on copies, of up to 12 bytes per pixel together.
_MODES = {"L", "LA", "RGB", "RGBA"}
_MOST_PIXELS = 8_000_000

# Rows of the result averaged at a time, when there is transparency.
_ROWS = 16


def resize(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Does nothing to what has the size already. The picture is never smaller."""
    if image.size == size:
        return image
    image = averaged(image, size)
    if _pic_scale is None or image.mode not in _MODES or image.width * image.height > _MOST_PIXELS:
        return image.resize(size, Image.Resampling.LANCZOS)
    resized: Image.Image = _pic_scale.resize(image, size, _pic_scale.Resampling.LANCZOS)
    return resized


def averaged(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """In boxes, to GAP times the size or more; does nothing to what is smaller than twice that.

    Rows and columns at the edges that do not fill a box are left out, half of them on each side.
    """
    factor = int(min(image.width / size[0], image.height / size[1]) / GAP)
    if factor < 2:
        return image
    width, height = image.width // factor, image.height // factor
    left, top = image.width % factor // 2, image.height % factor // 2
    box = left, top, left + width * factor, top + height * factor
    return _averaged_with_alpha(image, factor, box) if image.mode == "RGBA" else image.reduce(factor, box)


def _averaged_with_alpha(image: Image.Image, factor: int, box: tuple[int, int, int, int]) -> Image.Image:
    """What Pillow's reduce gives, premultiplied, without a second copy of the whole picture.

    Multiplying by alpha takes longer than all else, and most rows of most pictures need none of it.
    """
    left, first, right, bottom = box
    result = Image.new("RGBa", ((right - left) // factor, (bottom - first) // factor))
    for top in range(first, bottom, factor * _ROWS):
        strip = image.crop((left, top, right, min(bottom, top + factor * _ROWS)))
        least, most = strip.getchannel("A").getextrema()
        if most == 0:
            continue
        if least == 255:
            averaged = strip.convert("RGB").reduce(factor).convert("RGBA").convert("RGBa")
        else:
            averaged = strip.convert("RGBa").reduce(factor)
        result.paste(averaged, (0, (top - first) // factor))
    return result.convert("RGBA")
