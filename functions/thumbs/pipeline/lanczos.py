"""Lanczos: where pic-scale is installed, it does it by SIMD in a fifth of the time that Pillow takes.

docs/decisions/imaging-resize.md has the measurements.
"""

from importlib import import_module
from typing import Any, Protocol

from PIL import Image

try:
    _pic_scale: Any = import_module("pic_scale")
except ImportError:
    _pic_scale = None

# What pic-scale takes; CMYK and LAB are left to Pillow. So are the larger ones, for thumbnails of thousands of pixels:
# pic-scale works on copies, of up to 12 bytes per pixel together.
_MODES = {"L", "RGB", "I;16"}
MOST_PIXELS = 8_000_000


class Pixels(Protocol):
    """All of a picture that pic-scale asks for."""

    @property
    def mode(self) -> str: ...
    @property
    def size(self) -> tuple[int, int]: ...
    def tobytes(self) -> bytes: ...


def lanczos(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """image: without alpha, or in a mode that holds its colours multiplied by alpha already."""
    if image.mode not in _MODES or not accelerated(image.size):
        return image.resize(size, Image.Resampling.LANCZOS)
    resized: Image.Image = _pic_scale.resize(image, size, _pic_scale.Resampling.LANCZOS)
    return resized


def accelerated(size: tuple[int, int]) -> bool:
    """Whether pic-scale resizes pictures of that size."""
    return _pic_scale is not None and size[0] * size[1] <= MOST_PIXELS


def of_channels(pixels: Pixels, size: tuple[int, int]) -> Image.Image:
    """Every channel of an RGBA or LA picture by itself, by pic-scale: its own division by alpha is only near, and makes
    254 of 255."""
    resized: Image.Image = _pic_scale.resize(pixels, size, _pic_scale.Resampling.LANCZOS, premultiply_alpha=False)
    return resized
