"""Crop: the part of a picture that matters."""

from PIL import Image


def window(image: Image.Image, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The box of this size (left, top, right, bottom)."""
    left, top = (image.width - size[0]) // 2, (image.height - size[1]) // 2
    return left, top, left + size[0], top + size[1]
