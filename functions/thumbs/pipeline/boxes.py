"""Boxes: a picture is averaged in boxes of whole pixels before it is resized.

All pixels count: the remainder left when a side is divided into boxes enlarges the first and the last box.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

from PIL import Image

from thumbs.pipeline import box_average
from thumbs.pipeline.rows import Picture, Rows

Factor = tuple[int, int]

# With fewer boxes side by side, larger ones at the ends would shift what is between them: with 64 boxes by one or two
# of 255 levels in the mean of a ramp, with 2 boxes by 20.
FEW = 64

# Pixels per call: with fewer, the call itself takes longer than its work.
_WORTH = 2**14
# Rows of boxes at a time: for most pictures, as many as fit into the processor's cache.
ROWS = 16
# The same in pixels, if nothing is averaged: whole strips are resized then, and each takes 0.2 ms.
BAND = 2**18


class Run(NamedTuple):
    """Adjacent boxes. start, stop: in pixels. box: pixels of each. at: the index of the first, from 0."""

    start: int
    stop: int
    box: int
    at: int


def factor(image: tuple[int, int], size: tuple[int, int], gap: float) -> Factor:
    """Width and height of the boxes that leave a picture at least gap times as large as size. If there are few boxes,
    they divide a side without a remainder."""
    most = int(min(image[0] / size[0], image[1] / size[1]) / gap)
    if most < 2:
        return 1, 1
    across, down = (
        most if length // most >= FEW else next(box for box in range(most, 0, -1) if length % box == 0)
        for length in image
    )
    return across, down


def runs(length: int, box: int, most: int | None = None) -> Iterator[Run]:
    """The boxes along one side, in groups of at most this many."""
    count, rest = divmod(length, box)
    first, last = rest // 2, rest - rest // 2
    begin, end = int(first > 0), count - int(last > 0)
    if first:
        yield Run(0, box + first, box + first, 0)
    for at in range(begin, end, most or count):
        stop = min(end, at + (most or count))
        yield Run(first + at * box, first + stop * box, box, at)
    if last:
        yield Run(length - box - last, length, box + last, count - 1)


def at_a_time(width: int, rows: int) -> int:
    """The number of rows per call, or more if the picture is narrow: one of a single column may have millions."""
    return max(rows, _WORTH // width)


def size_of(picture: Picture, by: Factor) -> tuple[int, int]:
    """Width and height of the picture averaged in boxes."""
    return picture.size[0] // by[0], picture.size[1] // by[1]


Strips = Iterator[tuple[Run, Image.Image]]


def strips(picture: Picture, by: Factor, rows: int = 0) -> Strips:
    """Yields the picture from top to bottom, this many rows of boxes at a time."""
    for run in _down(picture, by, rows):
        if isinstance(picture, Rows):
            yield run, picture.read(run.start, run.stop)
        else:
            yield run, picture.crop((0, run.start, picture.width, run.stop))


def _down(picture: Picture, by: Factor, rows: int = 0) -> Iterator[Run]:
    """The rows of boxes of each strip."""
    width, height = picture.size
    rows = rows or (BAND // width if by == (1, 1) else ROWS)
    if isinstance(picture, Rows):
        rows = max(rows, picture.at_once // by[1])
    yield from runs(height, by[1], at_a_time(width * by[1], rows))


class Canvas(Protocol):
    """What averages are written to: a picture, or something that does more with them, and may free what is pasted. They
    come from top to bottom."""

    @property
    def mode(self) -> str: ...
    def paste(self, im: Image.Image, box: tuple[int, int], /) -> None: ...


def average_rows(rows: Rows, by: Factor, into: Canvas) -> None:
    """Writes the same as `averaged`, without the whole picture in memory."""
    if by == (1, 1):
        for run, strip in strips(rows, by):
            into.paste(without_rest(strip, run), (0, run.at))
        return
    across = [*runs(rows.size[0], by[0])]
    for run in _down(rows, by):
        if averages := box_average.averaged(rows, across, run):
            into.paste(averages, (0, run.at))
        else:
            place(into, rows.read(run.start, run.stop), 0, across, run)


def without_rest(strip: Image.Image, run: Run) -> Image.Image:
    """Without the rows that a decoder may leave below."""
    height = run.stop - run.start
    return strip if strip.height == height else strip.crop((0, 0, strip.width, height))


def averaged(image: Image.Image, by: Factor) -> Image.Image:
    """The picture averaged in boxes of that width and height."""
    if image.width % by[0] == image.height % by[1] == 0:
        return image.reduce(by)
    result = Image.new(image.mode, size_of(image, by), None)
    across = [*runs(image.width, by[0])]
    for row in runs(image.height, by[1]):
        place(result, image, row.start, across, row)
    return result


def place(result: Canvas, image: Image.Image, top: int, across: Iterable[Run], down: Run) -> None:
    """Writes the averages of rows of boxes, which begin at top of the image, into result."""
    for run in across:
        box = run.start, top, run.stop, top + down.stop - down.start
        part = image.crop(box) if run.box == down.box == 1 else image.reduce((run.box, down.box), box)
        result.paste(part if part.mode == result.mode else part.convert(result.mode), (run.at, down.at))
