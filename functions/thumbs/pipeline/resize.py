"""Resize: Lanczos, after averaging if the picture is much larger than its result.

docs/decisions/imaging-resize.md has the measurements.
"""

from math import ceil

from PIL import Image

from thumbs.pipeline import alpha, boxes, parts
from thumbs.pipeline.lanczos import MOST_PIXELS, lanczos, lanczos_of, of_four
from thumbs.pipeline.packed import Bytes
from thumbs.pipeline.parts import WHOLE, Part
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


def resize_multiplied(
    image: Image.Image, size: tuple[int, int], part: Part = WHOLE, *, last: bool = False
) -> Image.Image:
    """The same, but may leave a picture with alpha premultiplied (RGBa, La), to resize it again without loss. part: of
    a picture without alpha. last: nothing else needs the image, so its memory may be freed before the result needs
    some."""
    if part != WHOLE:
        by = boxes.factor(image.size, size, GAP)
        return parts.resized(_averaged(image, by), part, size, last=last or by != (1, 1))
    if image.size == size:
        return image
    by = boxes.factor(image.size, size, GAP)
    if _is_drawing(image, by):
        return alpha.resized_exactly(image, by, size)
    image = _averaged(image, by)
    if image.mode in alpha.MODES:
        return alpha.resized(image, size)
    return lanczos(image, size, last=last or by != (1, 1))


def averaged(picture: Picture, size: tuple[int, int], *, resized: bool = False) -> Image.Image:
    """Averages in boxes, to GAP times the size or more. Returns pictures smaller than twice that unchanged, and also
    drawings with alpha, which `resize` averages itself. resized: what is decoded in rows may already have its final
    size, and is then never whole in memory."""
    by = boxes.factor(picture.size, size, GAP)
    if isinstance(picture, Rows):
        return _of_rows(picture, by, size, resized)
    return picture if by == (1, 1) or _is_drawing(picture, by) else _averaged(picture, by)


def _of_rows(rows: Rows, by: boxes.Factor, size: tuple[int, int], resized: bool) -> Image.Image:
    """Averaged, or whole if `averaged` would not average it, or may not."""
    across, down = boxes.size_of(rows, by)
    if resized and rows.decoded and by == (1, 1) and size != rows.size:
        return lanczos_of(rows.decoded, size)
    # Strips of a TIFF take more memory than bands would save. What is decoded already needs none, and their pixels
    # differ a little, so without them a JPEG looks the same with any decoder.
    alone = rows.at_once == 1 and not rows.decoded
    if resized and alone and rows.mode in _RESIZED and size != rows.size and across * down > boxes.BAND:
        canvas = _Resized(rows.mode, (across, down), size)
        return _written(rows, by, canvas) or canvas.finished()
    if by == (1, 1):
        return rows.whole()
    image = Image.new(alpha.PREMULTIPLIED.get(rows.mode, rows.mode), (across, down))
    return _written(rows, by, image) or image


def _written(rows: Rows, by: boxes.Factor, into: boxes.Canvas) -> Image.Image | None:
    """See `alpha.averaged_rows`."""
    if rows.mode in alpha.PREMULTIPLIED:
        return alpha.averaged_rows(rows, by, into)
    boxes.average_rows(rows, by, into)
    return None


_RESIZED = {"L", "LA", "RGB", "RGBA"}  # the modes that bands may have


class _Resized:
    """A canvas that resizes what is written to it. Bands of rows become as wide as the result, and their bytes are
    kept, with premultiplied colours; the height follows when all are there."""

    def __init__(self, mode: str, size: tuple[int, int], final: tuple[int, int]) -> None:
        """mode: L, LA, RGB or RGBA. size: of what is written."""
        self.mode = alpha.PREMULTIPLIED.get(mode, mode)
        self._final = final
        self._across = size[0]
        self._rows = max(1, boxes.BAND // size[0] // boxes.ROWS) * boxes.ROWS
        self._band: Image.Image | None = None
        self._top = 0
        self._narrow = Bytes(mode, (final[0], size[1]))

    def paste(self, im: Image.Image, box: tuple[int, int], /) -> None:
        left, top = box
        if im.width == self._across and im.height >= self._rows:
            self._flush(top)
            self._resize(im, top)
            return
        if self._band is None or top + im.height > self._top + self._band.height:
            self._flush(top)
            self._band, self._top = Image.new(self.mode, (self._across, max(self._rows, im.height))), top
        self._band.paste(im, (left, top - self._top))

    def finished(self) -> Image.Image:
        self._flush(self._narrow.size[1])
        made = lanczos_of(self._narrow, self._final)
        return made if made.mode == self.mode else alpha.as_multiplied(made)

    def _flush(self, bottom: int) -> None:
        """Resizes the rows above bottom; what was never written stays empty."""
        if self._band:
            rows = min(self._band.height, bottom - self._top)
            whole = rows == self._band.height
            self._resize(self._band if whole else self._band.crop((0, 0, self._across, rows)), self._top)
            self._band = None

    def _resize(self, band: Image.Image, top: int) -> None:
        size = self._final[0], band.height
        made = alpha.resized(band, size) if band.mode in alpha.MODES else of_four(band, size)
        self._narrow.write(made, top)


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
