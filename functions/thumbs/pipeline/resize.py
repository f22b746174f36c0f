"""Resize: Lanczos, after averaging if the picture is much larger than its result.

docs/decisions/imaging-resize.md has the measurements.
"""

from math import ceil

from PIL import Image

from thumbs.pipeline import alpha, boxes
from thumbs.pipeline.lanczos import MOST_PIXELS, lanczos
from thumbs.pipeline.rows import Picture, Rows

# How much larger than its result averaging leaves a picture. At 2 the encoded thumbnail is within 0.1 dB of one
# made from all pixels, and as good as libvips's for screenshots; 3 gains 0.1 to 0.3 dB, and costs 20 MB.
GAP = 2.0

# The same for decoders that scale, which average better than boxes do: at 1.15 thumbnails of photographs are within
# 0.4 dB of libvips's, in two thirds of the time of 1.5.
DECODER_GAP = 1.15


def resize(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Returns a picture of that size unchanged. The picture is never smaller."""
    return alpha.straight(resize_multiplied(image, size))


def resize_multiplied(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The same, but may leave a picture with alpha premultiplied (RGBa, La), to resize it again without loss."""
    if image.size == size:
        return image
    by = boxes.factor(image.size, size, GAP)
    if _is_drawing(image, by):
        return alpha.resized_exactly(image, by, size)
    image = _averaged(image, by)
    return alpha.resized(image, size) if image.mode in alpha.MODES else lanczos(image, size)


def averaged(picture: Picture, size: tuple[int, int]) -> Image.Image:
    """Averages in boxes, to GAP times the size or more. Returns pictures smaller than twice that unchanged, and also
    drawings with alpha, which `resize` averages itself."""
    by = boxes.factor(picture.size, size, GAP)
    image = _of_rows(picture, by) if isinstance(picture, Rows) else picture
    by = boxes.factor(image.size, size, GAP)
    return image if by == (1, 1) or _is_drawing(image, by) else _averaged(image, by)


def _of_rows(rows: Rows, by: boxes.Factor) -> Image.Image:
    """Averaged, or whole if `averaged` would not average it, or may not."""
    if by == (1, 1):
        return rows.whole()
    if rows.mode not in alpha.PREMULTIPLIED:
        return boxes.averaged_rows(rows, by)
    return alpha.averaged_rows(rows, by)


def _averaged(image: Image.Image, by: boxes.Factor) -> Image.Image:
    if by == (1, 1):
        return image
    return alpha.averaged(image, by) if image.mode in alpha.PREMULTIPLIED else boxes.averaged(image, by)


def _is_drawing(image: Image.Image, by: boxes.Factor) -> bool:
    """Whether a picture is resized exactly, which takes 9 bytes per pixel of its average."""
    width, height = boxes.size_of(image, by)
    return image.mode in alpha.PREMULTIPLIED and width * height <= MOST_PIXELS and alpha.is_drawing(image)


def from_decoder(original: tuple[int, int], size: tuple[int, int]) -> tuple[int, int]:
    """The smallest width and height to which a decoder may scale a picture. A narrow side is not scaled by the decoder,
    which would round it up to whole pixels."""
    width, height = (
        max(ceil(wanted * DECODER_GAP), min(side, boxes.FEW)) for side, wanted in zip(original, size, strict=True)
    )
    return width, height
