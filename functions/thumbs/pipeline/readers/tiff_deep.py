"""TIFF of 16 bits in colours that need more than 8 (see `deep`)."""

import sys
from io import BytesIO

from PIL import Image, ImageFile, TiffImagePlugin

from thumbs.pipeline.readers import deep

_GRAY = {"I;16", "I;16B", "I;16L", "I;16N"}
_COLOURS = {"RGB", "RGBA"}
# Pillow's raw modes, by byte order, for unpacking the upper bytes of samples, and modes that find the lower bytes in
# their place.
_SWAPPED = {"16L": "16B", "16B": "16L", "16N": "16B" if sys.byteorder == "little" else "16L"}


def meant(image: TiffImagePlugin.TiffImageFile, profile: bytes | None) -> deep.Deep | None:
    """None if the upper bytes suffice. image: not loaded yet. Premultiplied colours, which Pillow divides by alpha
    while it unpacks one byte of them, are not read twice."""
    if image.mode in _GRAY:
        return deep.of_profile(profile, 1)
    sixteen = image.mode in _COLOURS and all(_order(tile) in _SWAPPED and _raw(tile) != "RGBa" for tile in image.tile)
    return deep.of_profile(profile) if sixteen else None


def in_srgb(
    image: TiffImagePlugin.TiffImageFile, original: bytes, by: deep.Deep, wanted: tuple[int, int]
) -> Image.Image:
    """image: loaded."""
    if image.mode in _GRAY:
        return deep.to_srgb(image.size, deep.of_gray(image), by, wanted)
    lower = TiffImagePlugin.TiffImageFile(BytesIO(original))
    lower.info.pop("xmp", None)  # as `tiff` does
    lower.tile = [_with_order(tile, _SWAPPED[_order(tile)]) for tile in lower.tile]
    lower.load()
    return deep.to_srgb(image.size, deep.of_halves(image, lower), by, wanted)


def _raw(tile: ImageFile._Tile) -> str:
    return str(tile.args[0]).partition(";")[0] if isinstance(tile.args, tuple) else ""


def _order(tile: ImageFile._Tile) -> str:
    return str(tile.args[0]).partition(";")[2] if isinstance(tile.args, tuple) else ""


def _with_order(tile: ImageFile._Tile, order: str) -> ImageFile._Tile:
    assert isinstance(tile.args, tuple)
    kind, *others = tile.args
    return tile._replace(args=(f"{str(kind).partition(';')[0]};{order}", *others))
