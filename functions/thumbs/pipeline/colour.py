"""Colour: every picture becomes 8-bit RGB or RGBA, first in its own colours, then in sRGB.

Profiles are applied after the resize: 9 ms on 640 pixels against 176 on 12 megapixels. Where 8 bits of a picture's own
colours are too few, a reader has brought its 16 bits nearer to sRGB before (see `deep`).
"""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms

from thumbs.pipeline import alpha, hdr, icc, icc_read

# What says how the colours of a picture are meant: an ICC profile, or the names of HDR, which no profile describes.
Profile = bytes | hdr.Signal

_UPPER_BITS = [value >> 8 for value in range(65536)]
_16_BIT = {"I;16", "I;16L", "I;16B", "I;16N"}


def plain(image: Image.Image) -> Image.Image:
    """The picture in a mode that can be resized: L, LA, RGB, RGBA, CMYK or LAB.

    Does nothing to what already is. Palettes and single bits become colours, transparent colours become alpha, and
    16-bit gray keeps its upper 8 bits, where a plain conversion would cut off at 255 and turn white.
    """
    transparent = image.info.get("transparency") is not None
    if image.mode in _16_BIT or image.mode == "I":
        return from_16_bit(image, image.info.get("transparency"))
    if image.mode == "F":
        return image.convert("L")
    if image.mode == "P":
        return image.convert("RGBA" if transparent or (image.palette and image.palette.mode == "RGBA") else "RGB")
    if image.mode == "PA":
        return image.convert("RGBA")
    if image.mode in {"1", "L", "RGB"} and transparent:
        return image.convert("RGBA" if image.mode == "RGB" else "LA")
    if image.mode == "1":
        return image.convert("L")
    if image.mode in {"YCbCr", "HSV", "RGBX"}:
        return image.convert("RGB")
    if image.mode in {"RGBa", "La"}:
        return image.convert(image.mode.upper())
    return image


def from_16_bit(image: Image.Image, transparent: Any, table: Sequence[int] = _UPPER_BITS) -> Image.Image:
    """16-bit gray in L, or in LA when one of its shades is transparent. table: for each of 65,536 levels one of 256."""
    wide = image.convert("I")
    gray = wide.point(table, "L")
    if not isinstance(transparent, int):
        return gray
    alpha = wide.point([0 if value == transparent else 255 for value in range(65536)], "L")
    return Image.merge("LA", (gray, alpha))


def named(primaries: int, transfer: int) -> Profile | None:
    """Of colours named by number (ITU-T H.273); None for sRGB, and for what is unspecified or unknown."""
    return hdr.of_cicp(primaries, transfer) or icc.of_cicp(primaries, transfer)


def is_known(primaries: int, transfer: int) -> bool:
    """Whether both numbers name something that can be followed."""
    return icc.is_known(primaries, transfer) or hdr.of_cicp(primaries, transfer) is not None


def measured(image: Image.Image, profile: Profile | None) -> Profile | None:
    """The profile, with what has to be known of the picture before it is resized. One that names HDR stands for that:
    its curves and tables show it as some display did, for which the profile was made."""
    names = icc_read.cicp(profile) if isinstance(profile, bytes) else None
    meant = (hdr.of_cicp(*names) if names else None) or profile
    return hdr.measured(image, meant) if isinstance(meant, hdr.Signal) else meant


def to_srgb(image: Image.Image, profile: Profile | None) -> Image.Image:
    """The picture in RGB, RGBA or RGBa and sRGB. A profile that is broken, or not made for it, counts as none."""
    if image.mode == "RGBa" and not profile:
        return image
    if isinstance(profile, hdr.Signal):
        return hdr.to_srgb(image, profile)
    image = alpha.straight(image)
    if image.mode == "LAB":
        return _transformed(image, None) or image.convert("RGB")
    if profile:
        managed = _transformed(image, profile)
        if managed is not None:
            return managed
    return image.convert("RGBA" if image.mode in {"LA", "RGBA"} else "RGB")


# The colour spaces of a profile, as its header spells them, and the modes that it can describe.
_SPACES = {"GRAY": {"L"}, "RGB": {"RGB", "RGBA"}, "CMYK": {"CMYK"}}


def _transformed(image: Image.Image, profile: bytes | None) -> Image.Image | None:
    output = "RGBA" if image.mode in {"LA", "RGBA"} else "RGB"
    alpha = image.getchannel("A") if image.mode == "LA" else None
    try:
        own = ImageCms.ImageCmsProfile(BytesIO(profile)) if profile else ImageCms.createProfile("LAB")
        space = own.profile.xcolor_space.strip() if isinstance(own, ImageCms.ImageCmsProfile) else "LAB"
        if space == "RGB" and image.mode in {"L", "LA"}:
            image = image.convert(output)
        elif space == "GRAY" and image.mode == "LA":
            image = image.convert("L")
        if image.mode not in _SPACES.get(space, {"LAB"}):
            return None
        converted = ImageCms.profileToProfile(
            image,
            own,
            ImageCms.createProfile("sRGB"),
            renderingIntent=ImageCms.Intent.PERCEPTUAL,
            outputMode="RGBA" if image.mode == "RGBA" else "RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError, SyntaxError):
        return None
    if converted is not None and alpha is not None and converted.mode == "RGB":
        converted.putalpha(alpha)
    return converted
