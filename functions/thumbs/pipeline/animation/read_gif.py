"""The frames of a GIF. Each becomes a GIF of its own for Pillow; how they follow each other is decided here, because
Pillow fills holes with the background colour, which browsers ignore."""

from collections.abc import Iterator
from io import BytesIO
from struct import pack, unpack_from
from typing import NamedTuple

from PIL import GifImagePlugin, Image

from thumbs.pipeline import budget
from thumbs.pipeline.animation.canvas import Canvas, Disposal
from thumbs.pipeline.animation.frames import Animation, Frame, duration
from thumbs.pipeline.readers.gif import IMAGE, LOOPS, blocks, table

_CONTROL, _APPLICATION = 0xF9, 0xFF
_HAS_TABLE, _TABLE_SIZE, _INTERLACED = 0x80, 0x07, 0x40
# GIF89a (23) leaves disposals from 4 on undefined: browsers read 4 as "previous" and keep the frame with the others.
_DISPOSALS = {2: Disposal.BACKGROUND, 3: Disposal.PREVIOUS, 4: Disposal.PREVIOUS}


class _Control(NamedTuple):
    """A graphic control extension. delay: hundredths of a second. clear: the transparent index."""

    delay: int = 0
    disposal: Disposal = Disposal.KEEP
    clear: int | None = None


class _Picture(NamedTuple):
    """at: of its descriptor in the file. end: of its data."""

    at: int
    end: int
    control: _Control


def animation(original: bytes, size: tuple[int, int], most: int) -> Animation:
    """Finds the frames without decoding any. size: of the canvas. most: stops after more frames than this."""
    pictures: list[_Picture] = []
    loop = 1
    for found in _blocks(original):
        if isinstance(found, int):
            loop = found
        else:
            pictures.append(found)
        if len(pictures) > most:
            break
    areas = [max(size[0] * size[1], _area(original, picture)) for picture in pictures]

    def play() -> Iterator[Frame]:
        canvas = Canvas(size)
        for picture in pictures:
            yield Frame(_drawn(canvas, original, picture), duration(picture.control.delay * 10))

    return Animation(len(pictures), loop, sum(areas), max(areas, default=0), play)


def _blocks(original: bytes) -> Iterator[_Picture | int]:
    """Each picture, and how often to play them."""
    control = _Control()
    for kind, start, end in blocks(original):
        if kind == IMAGE:
            yield _Picture(start, end, control)
            control = _Control()
        elif original[start + 1 : start + 2] == bytes([_CONTROL]) and end >= start + 8:
            control = _control(original, start)
        elif original[start + 1 : start + 2] == bytes([_APPLICATION]) and original[start + 3 : start + 14] in LOOPS:
            loop = _loop(original[start + 14 : start + 18])
            if loop is not None:
                yield loop


def _control(original: bytes, start: int) -> _Control:
    packed, delay, clear = unpack_from("<BHB", original, start + 3)
    return _Control(delay, _DISPOSALS.get(packed >> 2 & 7, Disposal.KEEP), clear if packed & 1 else None)


def _loop(block: bytes) -> int | None:
    """A GIF counts repetitions, browsers play it once more (cc/paint/image_animation_count.h in Chromium)."""
    if block[:2] != b"\3\1" or len(block) < 4:
        return None
    repeated = int.from_bytes(block[2:4], "little")
    return min(repeated + 1, budget.LOOPS) if repeated else 0


def _area(original: bytes, picture: _Picture) -> int:
    width, height = _size(original, picture)
    return width * height


def _size(original: bytes, picture: _Picture) -> tuple[int, int]:
    """Zeros if the file ends before it."""
    width, height = unpack_from("<HH", original[picture.at + 5 : picture.at + 9].ljust(4, b"\0"))
    return width, height


def _drawn(canvas: Canvas, original: bytes, picture: _Picture) -> Image.Image:
    left, top = unpack_from("<HH", original, picture.at + 1)
    size = _size(original, picture)
    if not size[0] * size[1]:
        return canvas.draw(Image.new("RGB", (1, 1)), canvas.size, picture.control.disposal)
    image = GifImagePlugin.GifImageFile(BytesIO(_alone(original, picture, size)))
    image.load()
    mask = None
    if picture.control.clear is not None:
        mask = image.point([0 if index == picture.control.clear else 255 for index in range(256)], "L")
    return canvas.draw(image.convert("RGB"), (left, top), picture.control.disposal, mask)


def _alone(original: bytes, picture: _Picture, size: tuple[int, int]) -> bytes:
    """A file of one frame, in its own colours or in those of the whole."""
    flags, whole = original[picture.at + 9], original[10]
    start = picture.at + 10
    colours = b"" if flags & _HAS_TABLE or not whole & _HAS_TABLE else original[13 : 13 + table(original, 10)]
    if colours:
        flags = flags & _INTERLACED | whole & (_HAS_TABLE | _TABLE_SIZE)
    header = b"GIF89a" + pack("<HHBBB", *size, 0, 0, 0)
    descriptor = pack("<BHHHHB", IMAGE, 0, 0, *size, flags)
    return b"".join((header, descriptor, colours, original[start : picture.end], b";"))
