"""Shapes: how large a thumbnail must be, and what surrounds the picture in it.

Computed from the settings alone, because the pipeline's own code would share its bugs.
"""

from math import inf

from thumbs import formats, sizes


def box(width: int, height: int, size: sizes.Size) -> tuple[float, float]:
    """The required size of a thumbnail, to within a pixel: in the shape of its box if cropped."""
    if size.fit == "pad":
        return size.width, size.height
    if size.fit == "crop":
        part = 1.0 if size.enlarge else min(1.0, width / size.width, height / size.height)
        return max(1.0, size.width * part), max(1.0, size.height * part)
    return fitted(width, height, size)


def fitted(width: int, height: int, size: sizes.Size) -> tuple[float, float]:
    """The size of a picture that is shown whole."""
    part = min(_most(size), size.width / width, size.height / height)
    return max(1.0, width * part), max(1.0, height * part)


def _most(size: sizes.Size) -> float:
    """How much larger than it is a picture may be shown."""
    return inf if size.enlarge else 1.0


def inner(width: int, height: int, size: sizes.Size) -> tuple[float, float] | None:
    """The size of the picture inside a padded thumbnail."""
    return fitted(width, height, size) if size.fit == "pad" else None


def uncut(width: int, height: int, size: sizes.Size) -> tuple[float, float] | None:
    """The size of a picture before it is cropped to the shape of its box."""
    if size.fit != "crop":
        return None
    part = min(_most(size), max(size.width / width, size.height / height))
    return width * part, height * part


def ground(background: str | None, output: formats.Output) -> list[int]:
    """What shows where the picture is not, as it looks on white."""
    if background is None:
        return [255, 255, 255, 0 if output.transparency else 255]
    return [*bytes.fromhex(background[1:]), 255]
