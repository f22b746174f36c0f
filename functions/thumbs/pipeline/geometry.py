"""The sizes of all results. Sizes are (width, height) in pixels, after orientation."""

from typing import NamedTuple

from thumbs import sizes


class Target(NamedTuple):
    """One thumbnail to make. scaled: size of the whole picture. output: size of the thumbnail, smaller if the picture
    is cropped, larger if it is padded. enlarged: whether scaled is larger than the picture. It is then only a measure:
    a picture of 1 by 4096 pixels that fills a box of 4096 by 4096 would have 68,000 megapixels."""

    size: sizes.Size
    scaled: tuple[int, int]
    output: tuple[int, int]
    enlarged: bool = False

    @property
    def has_margin(self) -> bool:
        return self.size.fit == "pad" and self.output != self.scaled


def target(picture: tuple[int, int], size: sizes.Size) -> Target:
    """Fits the picture into the box, or fills the box; enlarges only if the size says so; sides are at least 1.

    If a picture is smaller than the box that it should fill, the result has the box's shape rather than its size,
    because pages are laid out by shape. A padded one always has the box's size.
    """
    width, height = picture
    if size.enlarge and (made := _enlarged(picture, size)):
        return made
    shrink = min(1.0, size.width / width, size.height / height)
    if size.fit != "crop":
        fitted = scale(picture, shrink)
        return Target(size, fitted, (size.width, size.height) if size.fit == "pad" else fitted)
    part = min(1.0, width / size.width, height / size.height)
    output = scale((size.width, size.height), part)
    cover = scale(picture, max(output[0] / width, output[1] / height))
    return Target(size, (max(cover[0], output[0]), max(cover[1], output[1])), output)


def _enlarged(picture: tuple[int, int], size: sizes.Size) -> Target | None:
    """None for a picture that is large enough."""
    across, down = size.width / picture[0], size.height / picture[1]
    factor = max(across, down) if size.fit == "crop" else min(across, down)
    if factor <= 1:
        return None
    whole = scale(picture, factor)
    return Target(size, whole, whole if size.fit == "fit" else (size.width, size.height), enlarged=True)


def scale(size: tuple[int, int], factor: float) -> tuple[int, int]:
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))
