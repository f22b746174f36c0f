"""The sizes of all results. Sizes are (width, height) in pixels, after orientation."""

from typing import NamedTuple

from thumbs import sizes


class Target(NamedTuple):
    """One thumbnail to make. scaled: size of the whole picture. output: size of the thumbnail, smaller if the picture
    is cropped, larger if it is padded."""

    size: sizes.Size
    scaled: tuple[int, int]
    output: tuple[int, int]

    @property
    def has_margin(self) -> bool:
        return self.size.fit == "pad" and self.output != self.scaled


def target(picture: tuple[int, int], size: sizes.Size) -> Target:
    """Fits the picture into the box, or fills the box; never enlarges; sides are at least 1.

    If a picture is smaller than the box that it should fill, the result has the box's shape rather than its size,
    because pages are laid out by shape. A padded one always has the box's size.
    """
    width, height = picture
    shrink = min(1.0, size.width / width, size.height / height)
    if size.fit != "crop":
        fitted = scale(picture, shrink)
        return Target(size, fitted, (size.width, size.height) if size.fit == "pad" else fitted)
    part = min(1.0, width / size.width, height / size.height)
    output = scale((size.width, size.height), part)
    cover = scale(picture, max(output[0] / width, output[1] / height))
    return Target(size, (max(cover[0], output[0]), max(cover[1], output[1])), output)


def scale(size: tuple[int, int], factor: float) -> tuple[int, int]:
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))
