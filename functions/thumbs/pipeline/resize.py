"""Resize: Lanczos, after averaging when there is far to go (docs/decisions/imaging-resize.md has the measurements)."""

from PIL import Image

# How much larger than its result a picture is left by averaging: at 2 the encoded thumbnail is as good as without (on
# photographs and screenshots never more than 0.04 dB behind libvips, 0.1 dB ahead in the mean), at 1.5 text loses up to
# 2.7 dB.
GAP = 2.0

# The same for decoders that scale, which average better than boxes do: at 1.15 thumbnails of photographs are within
# 0.4 dB of those of libvips, in two thirds of the time of 1.5.
DECODER_GAP = 1.15

# Rows of the result averaged at a time, when there is transparency.
_ROWS = 16


def resize(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Does nothing to what has the size already. The picture is never smaller."""
    if image.size == size:
        return image
    factor = int(min(image.width / size[0], image.height / size[1]) / GAP)
    if factor > 1 and image.mode == "RGBA":
        reduced = _averaged_with_alpha(image, factor)
        exact = 0, 0, image.width / factor, image.height / factor
        return reduced.resize(size, Image.Resampling.LANCZOS, box=exact).convert("RGBA")
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=GAP)


def _averaged_with_alpha(image: Image.Image, factor: int) -> Image.Image:
    """What Pillow's reduce gives, premultiplied, without a second copy of the whole picture.

    Multiplying by alpha takes longer than all else, and most rows of most pictures need none of it.
    """
    result = Image.new("RGBa", (-(-image.width // factor), -(-image.height // factor)))
    for top in range(0, image.height, factor * _ROWS):
        strip = image.crop((0, top, image.width, min(image.height, top + factor * _ROWS)))
        least, most = strip.getchannel("A").getextrema()
        if most == 0:
            continue
        if least == 255:
            averaged = strip.convert("RGB").reduce(factor).convert("RGBA").convert("RGBa")
        else:
            averaged = strip.convert("RGBa").reduce(factor)
        result.paste(averaged, (0, top // factor))
    return result
