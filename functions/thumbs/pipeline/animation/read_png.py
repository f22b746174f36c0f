"""The frames of an APNG (PNG 3, 4.9 and 11.3.6). Each becomes a PNG of its own for the reader of stills."""

from collections.abc import Iterator
from struct import pack, unpack
from typing import NamedTuple

from PIL import Image

from thumbs.errors import Reason, Rejected
from thumbs.pipeline import budget, colour
from thumbs.pipeline.animation.canvas import Canvas, Disposal
from thumbs.pipeline.animation.frames import Animation, Frame, duration
from thumbs.pipeline.readers import png, png_chunks
from thumbs.pipeline.rows import Rows

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CONTROL = ">IIIIIHHBB"  # fcTL: sequence, width, height, left, top, delay as a fraction, disposal, blend
_DISPOSALS = (Disposal.KEEP, Disposal.BACKGROUND, Disposal.PREVIOUS)
_BLENDS = (False, True)  # whether it is drawn over what is there
_16_BITS = b"\x10"


class _Picture(NamedTuple):
    """box: left, top, width, height. data: the parts of its zlib stream."""

    box: tuple[int, int, int, int]
    duration: int
    disposal: Disposal
    over: bool
    data: list[memoryview]


class _Found:
    """What the chunks say; of those that may be there once, the first counts. header: of IHDR. shared: the chunks that
    every frame needs, by their types. promised: how many frames."""

    def __init__(self, size: tuple[int, int]):
        self._size = size
        self.header = b""
        self.shared: dict[bytes, memoryview] = {}
        self.promised, self.loop = 0, 0
        self.pictures: list[_Picture] = []
        self._sequence, self._seen_data = 0, False

    def add(self, kind: bytes, content: memoryview, chunk: memoryview) -> None:
        """A chunk. Raises Rejected."""
        match kind:
            case b"IHDR":
                self.header = bytes(content)
            case b"PLTE" | b"tRNS" if not self._seen_data:
                self.shared.setdefault(kind, chunk)
            case b"cICP" | b"iCCP" | b"sRGB" | b"gAMA" | b"cHRM" if self.header[8:9] == _16_BITS:
                self.shared.setdefault(kind, chunk)  # the reader of stills applies these colours itself
            case b"acTL" if not (self._seen_data or self.promised) and len(content) == 8:
                self.promised, self.loop = unpack(">II", content)
            case b"IDAT":
                self._data(content)
            case b"fcTL" | b"fdAT":
                self._frame(kind, content)

    def _data(self, content: memoryview) -> None:
        """Data of the still, which may be the first frame. It has the size of the whole, so its frame must, too."""
        self._seen_data = True
        if self.pictures:
            if self.pictures[0].box != (0, 0, *self._size):
                raise Rejected(Reason.DAMAGED, "a still that is part of its canvas")
            self.pictures[-1].data.append(content)

    def _frame(self, kind: bytes, content: memoryview) -> None:
        if int.from_bytes(content[:4], "big") != self._sequence:
            raise Rejected(Reason.DAMAGED, "frames out of order")
        self._sequence += 1
        if kind == b"fdAT":
            self.pictures[-1].data.append(content[4:])
        else:
            self.pictures.append(_picture(bytes(content), self._size, first=not self.pictures))


def animation(original: bytes, size: tuple[int, int], most: int) -> Animation:
    """Finds the frames without decoding any. size: of the canvas. most: stops after more frames than this. Raises
    Rejected if they break the rules that browsers insist on."""
    found = _Found(size)
    view = memoryview(original)
    for kind, start, end in png_chunks.each(original):
        found.add(kind, view[start + 8 : end - 4], view[start:end])
        if len(found.pictures) > most:
            break
    pictures, shared = found.pictures[: found.promised], b"".join(found.shared.values())
    if not found.promised or len(pictures) < min(found.promised, most):
        raise Rejected(Reason.DAMAGED, f"{len(pictures)} of {found.promised} frames")

    def play() -> Iterator[Frame]:
        canvas = Canvas(size)
        for picture in pictures:
            image = _decoded(found.header, shared, picture)
            shown = canvas.draw(image, picture.box[:2], picture.disposal, over=picture.over)
            yield Frame(shown, picture.duration)

    area, frames = size[0] * size[1], len(pictures)
    return Animation(frames, min(found.loop, budget.LOOPS), area * frames, area, play)


def _picture(content: bytes, size: tuple[int, int], *, first: bool) -> _Picture:
    _, width, height, left, top, numerator, denominator, disposal, blend = unpack(_CONTROL, content)
    if not (width and height and left + width <= size[0] and top + height <= size[1]):
        raise Rejected(Reason.DAMAGED, "a frame outside of its canvas")
    if first and disposal == 2:  # nothing was there before
        disposal = 1
    milliseconds = duration(round(1000 * numerator / (denominator or 100)))
    return _Picture((left, top, width, height), milliseconds, _DISPOSALS[disposal], _BLENDS[blend], [])


def _decoded(header: bytes, shared: bytes, picture: _Picture) -> Image.Image:
    size = picture.box[2:]
    alone = b"".join(
        (
            _SIGNATURE,
            png_chunks.made(b"IHDR", pack(">II", *size) + header[8:]),
            shared,
            *(png_chunks.made(b"IDAT", part) for part in picture.data),
            png_chunks.made(b"IEND", b""),
        )
    )
    loaded = png.source(alone).load(size)
    return loaded.whole() if isinstance(loaded, Rows) else colour.plain(loaded)
