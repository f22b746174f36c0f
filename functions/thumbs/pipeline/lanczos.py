"""Lanczos: pic-scale, if it is installed, does it with SIMD in a fifth of Pillow's time.

docs/decisions/imaging-resize.md has the measurements.
"""

from importlib import import_module
from typing import Any, Protocol

from PIL import Image

try:
    _pic_scale: Any = import_module("pic_scale")
except ImportError:
    _pic_scale = None

# The modes that pic-scale supports. Pillow resizes CMYK and LAB, and also larger pictures, for thumbnails of thousands
# of pixels, because pic-scale makes copies that take up to 12 bytes per pixel.
_MODES = {"L", "RGB", "I;16"}
MOST_PIXELS = 8_000_000


class Pixels(Protocol):
    """The attributes of a picture that pic-scale reads."""

    @property
    def mode(self) -> str: ...
    @property
    def size(self) -> tuple[int, int]: ...
    def tobytes(self) -> bytes: ...


def lanczos(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """image: without alpha, or in a mode whose colours are already premultiplied."""
    if image.mode not in _MODES or not accelerated(image.size):
        return image.resize(size, Image.Resampling.LANCZOS)
    resized: Image.Image = _pic_scale.resize(image, size, _pic_scale.Resampling.LANCZOS)
    return resized


def accelerated(size: tuple[int, int]) -> bool:
    """Whether pic-scale resizes pictures of that size."""
    return _pic_scale is not None and size[0] * size[1] <= MOST_PIXELS


def of_channels(pixels: Pixels, size: tuple[int, int]) -> Image.Image:
    """Resizes every channel of an RGBA or LA picture separately with pic-scale, whose own division by alpha is
    approximate, and turns 255 into 254."""
    resized: Image.Image = _pic_scale.resize(pixels, size, _pic_scale.Resampling.LANCZOS, premultiply_alpha=False)
    return resized
