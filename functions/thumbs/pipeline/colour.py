"""Colour: every picture becomes 8-bit RGB or RGBA, first in its own colours, then in sRGB.

Profiles are applied after the resize: 9 ms on 640 pixels instead of 176 on 12 megapixels. If 8 bits of a picture's own
colours are too coarse, its reader has already converted its 16 bits to sRGB (see `deep`).
"""

from io import BytesIO
from itertools import pairwise
from typing import Any

from PIL import Image, ImageCms

from thumbs.pipeline import alpha, hdr, icc, icc_read, light, phase

# The meaning of a picture's colours: an ICC profile, or the names of HDR, which no profile describes.
Profile = bytes | light.Signal

_FINE = 2  # levels of sRGB between two of a curve
_16_BIT = {"I;16", "I;16L", "I;16B", "I;16N"}


def plain(image: Image.Image) -> Image.Image:
    """The picture in a mode that can be resized: L, LA, RGB, RGBA, CMYK or LAB.

    Returns such pictures unchanged. Palettes and single bits become colours, transparent colours become alpha, and
    16-bit gray keeps its upper 8 bits, because a plain conversion would clip at 255 and turn white.
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


def from_16_bit(image: Image.Image, transparent: Any) -> Image.Image:
    """16-bit gray as L, or as LA if one of its shades is transparent."""
    wide = image.convert("I")
    gray = wide.point([value >> 8 for value in range(65536)], "L")
    if not isinstance(transparent, int):
        return gray
    alpha = wide.point([0 if value == transparent else 255 for value in range(65536)], "L")
    return Image.merge("LA", (gray, alpha))


def named(primaries: int, transfer: int) -> Profile | None:
    """The profile of colours named by number (ITU-T H.273); None for sRGB, unspecified and unknown ones."""
    return hdr.of_cicp(primaries, transfer) or icc.of_cicp(primaries, transfer)


def is_known(primaries: int, transfer: int) -> bool:
    """Whether both numbers have a known meaning."""
    return icc.is_known(primaries, transfer) or hdr.of_cicp(primaries, transfer) is not None


def measured(image: Image.Image, profile: Profile | None) -> Profile | None:
    """The profile, and what must be known about the picture before it is resized. A profile that names HDR is replaced
    by those names, because its curves and tables describe one particular display."""
    meant = _meant(profile)
    if not isinstance(meant, light.Signal):
        return meant
    return light.measured(alpha.straight(image).convert("RGB").split(), meant)


def is_hdr(profile: Profile | None) -> bool:
    """Whether `measured` needs a picture that Lanczos has not sharpened."""
    return isinstance(_meant(profile), light.Signal)


def _meant(profile: Profile | None) -> Profile | None:
    names = icc_read.cicp(profile) if isinstance(profile, bytes) else None
    return (hdr.of_cicp(*names) if names else None) or profile


def to_srgb(image: Image.Image, profile: Profile | None) -> Image.Image:
    """The picture in sRGB, as RGB, RGBA or RGBa. A profile that is broken or unsuitable is ignored."""
    if image.mode == "RGBa" and not profile:
        return image
    image = alpha.straight(image)
    if isinstance(profile, light.Signal):
        made = light.to_srgb(image.convert("RGB").split(), profile)
        if image.mode in alpha.PREMULTIPLIED:
            made.putalpha(image.getchannel("A"))
        return made
    if image.mode == "LAB":
        return _transformed(image, None) or image.convert("RGB")
    if profile:
        managed = _of_gray(image, profile) or _transformed(image, profile)
        if managed is not None:
            return managed
    return image.convert("RGBA" if image.mode in {"LA", "RGBA"} else "RGB")


def _of_gray(image: Image.Image, profile: bytes) -> Image.Image | None:
    """Gray by its own curve, if that is so far from sRGB's that lcms is up to 10 levels off, or if the mode is RGBA:
    Pillow makes RGBA of gray with alpha in 16 bits, and lcms does not accept it as gray. None for everything else."""
    found = icc_read.curves(profile) if profile[16:20] == b"GRAY" else None
    curve = icc_read.curve(found.contents[0]) if found else None
    if curve is None or image.mode not in {"L", "LA", "RGBA"}:
        return None
    try:
        lights = [min(1.0, max(0.0, curve(level / 255))) for level in range(256)]
    except ArithmeticError:  # parameters that are no curve
        return None
    levels = [round(255 * icc.srgb_signal(light)) for light in lights]
    if max(high - low for low, high in pairwise(levels)) <= _FINE and image.mode != "RGBA":
        return None
    if image.mode == "RGBA" and not alpha.is_gray(image):
        return None
    made = image.getchannel(0).point(levels).convert("RGB")
    if image.mode != "L":
        made.putalpha(image.getchannel("A"))
    return made


# The colour spaces of a profile, as in its header, and the modes that it can describe.
_SPACES = {"GRAY": {"L"}, "RGB": {"RGB", "RGBA"}, "CMYK": {"CMYK"}}


@phase.entered(phase.READING)  # the profile is the file's
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
