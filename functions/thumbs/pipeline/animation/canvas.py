"""A canvas on which each frame is drawn, as GIF and APNG describe it.

What a frame leaves for the next one is its disposal: the picture with it, without it, or with a hole in its place. A
hole is transparent, as in browsers, whatever background colour a GIF declares.
"""

from enum import Enum, auto

from PIL import Image

from thumbs.pipeline import alpha

Box = tuple[int, int, int, int]


class Disposal(Enum):
    """What is left of a frame when the next one is drawn."""

    KEEP = auto()
    BACKGROUND = auto()
    PREVIOUS = auto()


class Canvas:
    """Every picture that it returns stays as it is, because the next one is drawn on a copy."""

    def __init__(self, size: tuple[int, int]):
        self.size = size
        self._under: Image.Image | None = None  # what the next frame is drawn on; None: nothing

    def draw(
        self,
        part: Image.Image,
        at: tuple[int, int],
        disposal: Disposal,
        mask: Image.Image | None = None,
        *,
        over: bool = True,
    ) -> Image.Image:
        """Returns the picture with a frame. What lies outside of the canvas is cut off.

        part: L, LA, RGB or RGBA; always gray, or never. mask: where the part is drawn, if it has no alpha. over: blends
        its alpha with what is below; otherwise, it replaces that.
        """
        box = _common(part.size, at, self.size)
        under = self._under
        if box is None:
            shown = under or self._blank(part)
        else:
            inner = box[0] - at[0], box[1] - at[1], box[2] - at[0], box[3] - at[1]
            if inner != (0, 0, *part.size):
                part, mask = part.crop(inner), mask and mask.crop(inner)
            if part.size == self.size and not _has_holes(part, mask):
                shown = part.copy() if mask is None else part
            else:
                shown = _drawn(under or self._blank(part), part, box, mask, over=over)
        if disposal is Disposal.BACKGROUND:
            self._under = _cleared(shown, box)
        elif disposal is Disposal.KEEP:
            self._under = shown
        return shown

    def _blank(self, part: Image.Image) -> Image.Image:
        return Image.new("LA" if part.mode in {"L", "LA"} else "RGBA", self.size)


def _common(size: tuple[int, int], at: tuple[int, int], canvas: tuple[int, int]) -> Box | None:
    """The box on the canvas that a frame covers."""
    left, top = at
    right, bottom = min(canvas[0], left + size[0]), min(canvas[1], top + size[1])
    return (left, top, right, bottom) if right > left and bottom > top else None


def _has_holes(part: Image.Image, mask: Image.Image | None) -> bool:
    if mask is not None:
        return bool(mask.getextrema()[0] != 255)
    return _has_alpha(part) and not alpha.is_opaque(part)


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in {"LA", "RGBA"}


def _with_alpha(image: Image.Image) -> Image.Image:
    return image if _has_alpha(image) else image.convert({"L": "LA", "RGB": "RGBA"}[image.mode])


def _drawn(under: Image.Image, part: Image.Image, box: Box, mask: Image.Image | None, *, over: bool) -> Image.Image:
    if mask is not None or not _has_alpha(part):
        shown = under.copy()
        shown.paste(part.convert(shown.mode), box, mask)
    elif not over:
        shown = _with_alpha(under).copy()
        shown.paste(part, box)
    elif _has_alpha(under):
        shown = under.copy()
        shown.paste(Image.alpha_composite(under.crop(box), part), box)
    else:
        shown = under.copy()
        shown.paste(part.convert(shown.mode), box, part.getchannel("A"))
    return shown


def _cleared(image: Image.Image, box: Box | None) -> Image.Image:
    if box is None:
        return image
    cleared = _with_alpha(image).copy()
    cleared.paste((0,) * len(cleared.getbands()), box)
    return cleared
