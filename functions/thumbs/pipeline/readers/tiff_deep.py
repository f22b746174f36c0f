"""TIFF of 16 bits in colours that need more than 8 (see `deep`)."""

import sys
from io import BytesIO

from PIL import Image, ImageFile, TiffImagePlugin

from thumbs.pipeline.readers import deep

_GRAY = {"I;16", "I;16B", "I;16L", "I;16N"}
# Pillow's raw modes, by byte order, for unpacking the upper bytes of samples, and modes that find the lower bytes in
# their place.
_SWAPPED = {"16L": "16B", "16B": "16L", "16N": "16B" if sys.byteorder == "little" else "16L"}


def recoding(image: TiffImagePlugin.TiffImageFile) -> deep.Recoding | None:
    """None if the upper bytes suffice. image: not loaded yet."""
    sixteen = image.mode in _GRAY or all(_order(tile) in _SWAPPED for tile in image.tile)
    return deep.of_profile(image.info.get("icc_profile")) if sixteen else None


def recoded(image: TiffImagePlugin.TiffImageFile, original: bytes, by: deep.Recoding) -> Image.Image:
    """image: loaded."""
    if image.mode in _GRAY:
        return deep.recoded_gray(image, by)
    lower = TiffImagePlugin.TiffImageFile(BytesIO(original))
    lower.info.pop("xmp", None)  # as `tiff` does
    lower.tile = [_with_order(tile, _SWAPPED[_order(tile)]) for tile in lower.tile]
    lower.load()
    return deep.recoded(image, lower, by)


def _order(tile: ImageFile._Tile) -> str:
    return str(tile.args[0]).partition(";")[2] if isinstance(tile.args, tuple) else ""


def _with_order(tile: ImageFile._Tile, order: str) -> ImageFile._Tile:
    assert isinstance(tile.args, tuple)
    kind, *others = tile.args
    return tile._replace(args=(f"{str(kind).partition(';')[0]};{order}", *others))
