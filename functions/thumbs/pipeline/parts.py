"""Parts: pictures that fill their last column and row only partly, because a decoder has divided their size.

A JPEG of 3997 pixels is decoded to a quarter as 1000 samples, though it fills 999.25 of them. Taken for the whole, they
would shift what is at the right by half a pixel of the thumbnail (docs/decisions/imaging-resize.md).
"""

from math import ceil

from PIL import Image

from thumbs.pipeline.lanczos import lanczos

# How much of a picture's width and height the original fills.
Part = tuple[float, float]
WHOLE: Part = (1.0, 1.0)

_MOST = 64  # pixels that a result is made larger, to be cut off again


def filled(original: tuple[int, int], decoded: tuple[int, int]) -> Part:
    """decoded: the original's size, divided by 1, 2, 4 or 8, and rounded up."""
    divisor = next(
        divisor
        for divisor in (1, 2, 4, 8)
        if all(ceil(side / divisor) == made for side, made in zip(original, decoded, strict=True))
    )
    return original[0] / divisor / decoded[0], original[1] / divisor / decoded[1]


def resized(image: Image.Image, part: Part, size: tuple[int, int], *, last: bool = False) -> Image.Image:
    """The part alone at this size. image, last: as for `lanczos`.

    pic-scale only resizes whole pictures. So the picture is continued beyond its last column and row, until it and a
    result that is a little larger have nearly the ratio that the part and its size have.
    """
    (columns, width), (rows, height) = (
        _whole_numbers(share * side, side, wanted) for share, side, wanted in zip(part, image.size, size, strict=True)
    )
    continued = _continued(image, (columns, rows))
    if last:
        image.close()
    return lanczos(continued, (width, height), last=True).crop((0, 0, *size))


def _whole_numbers(length: float, least: int, wanted: int) -> tuple[int, int]:
    """A number of samples, at least least, and one of pixels. Their ratio is nearly that of length to wanted."""
    larger = range(wanted, wanted + max(2, min(_MOST, wanted // 4)))
    exact = {pixels: length * pixels / wanted for pixels in larger}
    enough = [pixels for pixels in larger if round(exact[pixels]) >= least]
    best = min(enough, key=lambda pixels: abs(round(exact[pixels]) / exact[pixels] - 1))
    return round(exact[best]), best


def _continued(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The picture with its last column and row repeated to this size."""
    width, height = image.size
    result = Image.new(image.mode, size, None)
    result.paste(image, (0, 0))
    if size[0] > width:
        result.paste(image.crop((width - 1, 0, width, height)).resize((size[0] - width, height)), (width, 0))
    if size[1] > height:
        result.paste(result.crop((0, height - 1, size[0], height)).resize((size[0], size[1] - height)), (0, height))
    return result
