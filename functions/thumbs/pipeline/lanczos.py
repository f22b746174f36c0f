"""Lanczos: pic-scale, if it is installed, does it with SIMD in a fifth of Pillow's time.

docs/decisions/imaging-resize.md has the measurements.
"""

from functools import cache
from importlib import import_module
from typing import Any

from PIL import Image

from thumbs.pipeline.packed import Bytes, Packed, Pixels

try:
    _pic_scale: Any = import_module("pic_scale")
except ImportError:
    _pic_scale = None

# The modes that pic-scale supports. Pillow resizes CMYK and LAB, and also larger pictures, for thumbnails of thousands
# of pixels, because pic-scale makes copies that take up to 12 bytes per pixel.
_MODES = {"L", "RGB", "I;16"}
MOST_PIXELS = 8_000_000


def lanczos(image: Image.Image, size: tuple[int, int], *, last: bool = False) -> Image.Image:
    """image: without alpha, or in a mode whose colours are already premultiplied. last: nothing else needs it, so its
    memory may be freed."""
    if image.mode not in _MODES or not accelerated(image.size):
        return image.resize(size, Image.Resampling.LANCZOS)
    return of_channels(Packed(image, last=True) if last and _is_exact(image.mode) else image, size)


def lanczos_of(pixels: Bytes, size: tuple[int, int]) -> Image.Image:
    """The same for bytes."""
    if accelerated(pixels.size):
        return of_channels(pixels, size)
    return Image.frombytes(pixels.mode, pixels.size, pixels.tobytes()).resize(size, Image.Resampling.LANCZOS)


def accelerated(size: tuple[int, int]) -> bool:
    """Whether pic-scale resizes pictures of that size."""
    return _pic_scale is not None and size[0] * size[1] <= MOST_PIXELS


def of_channels(pixels: Pixels, size: tuple[int, int]) -> Image.Image:
    """Resizes every channel separately with pic-scale, whose own division by alpha is approximate, and turns 255 into
    254."""
    if _is_exact(pixels.mode):
        return _resized(pixels, size)
    image = pixels if isinstance(pixels, Image.Image) else Image.frombytes(pixels.mode, pixels.size, pixels.tobytes())
    # In 16 bits pic-scale is exact on every processor, but takes three times as long. "L" clips what overshoots.
    bands = (image.getchannel(band).convert("I;16") for band in image.getbands())
    return Image.merge(pixels.mode, [_resized(band, size).convert("L") for band in bands])


def of_four(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The same as `lanczos` of a picture that nothing else needs, but faster where only rows become shorter: RGB is
    resized as Pillow stores it, with a fourth byte. The result may have a fourth channel, which means nothing."""
    if image.mode != "RGB" or not accelerated(image.size) or not _is_exact("RGBA"):
        return lanczos(image, size, last=True)
    packed = Packed(image, "RGBX", last=True)
    packed.mode = "RGBA"
    return _resized(packed, size)


@cache
def _is_exact(mode: str) -> bool:
    """Whether flat colours stay as they are. On arm64 processors with the instruction SQRDMLAH (Graviton has it),
    pic-scale makes 8-bit pictures up to two levels brighter; which modes depends on the processor."""
    return mode == "I;16" or all(_keeps(mode, level) for level in (127, 200, 254))


def _keeps(mode: str, level: int) -> bool:
    flat = Image.merge(mode, [Image.new("L", (16, 16), level)] * Image.getmodebands(mode))
    return _resized(flat, (12, 12)).tobytes() == flat.crop((0, 0, 12, 12)).tobytes()


def _resized(pixels: Pixels, size: tuple[int, int]) -> Image.Image:
    pixels = Packed(pixels) if isinstance(pixels, Image.Image) else pixels
    resized: Image.Image = _pic_scale.resize(pixels, size, _pic_scale.Resampling.LANCZOS, premultiply_alpha=False)
    return resized
