"""The readers: one module per accepted format, named in `formats`, and loaded when its first file arrives.

Each has one function,

    source(original: bytes) -> Source

that reads the header and no pixel. `opened` and `decoding` wrap everything that a decoder does.
"""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import NamedTuple, TypeVar

from PIL import Image

from thumbs import formats
from thumbs.errors import Reason, Rejected
from thumbs.pipeline import phase
from thumbs.pipeline.colour import Profile
from thumbs.pipeline.metadata import Block
from thumbs.pipeline.rows import PackedRows, Picture, Rows

_Part = TypeVar("_Part")


class Source(NamedTuple):
    """A picture whose header has been read.

    size: width and height as stored, in pixels. load: decodes the first frame; given the smallest width and height
    that are needed, it may decode to any size from those upwards, in the shape of the original, or return rows, which
    are decoded when they are read. orientation: 1 to 8. profile: of its colours (see `colour`). frames: 1 for a still.
    bytes_per_pixel: memory that this picture takes, if that differs from its format's maximum (see `formats`). coded:
    width and height to decode, if a part is cut off afterwards. metadata: the blocks in its container. divides: whether
    load divides width and height by 1, 2, 4 or 8, and rounds them up.
    """

    size: tuple[int, int]
    load: Callable[[tuple[int, int]], Picture]
    orientation: int = 1
    profile: Profile | None = None
    frames: int = 1
    bytes_per_pixel: float | None = None
    coded: tuple[int, int] | None = None
    metadata: tuple[Block, ...] = ()
    divides: bool = False


def reader(accepted: formats.Input) -> ModuleType:
    """The module that reads this format; importing it imports the decoder."""
    return import_module(accepted.reader)


def opened(accepted: formats.Input, original: bytes) -> Source:
    """Raises Rejected (damaged, too_complex)."""
    with decoding():
        source: Source = reader(accepted).source(original)
    if min(source.size) < 1:
        raise Rejected(Reason.DAMAGED, f"a size of {source.size}")
    return source


def rows_or_whole(rows: Rows, load: Callable[[], Image.Image]) -> Rows:
    """The same rows, until they raise OSError or ValueError: then the picture is decoded whole, by a decoder that
    decides whether it is damaged. load: decodes it, in the mode of the rows. Both are let go after the last row,
    because they hold the file."""
    height = rows.size[1]
    whole: list[Image.Image] = []

    def decoded(part: Callable[[int, int], _Part], start: int, stop: int) -> _Part | None:
        """None if the picture is whole."""
        if not whole:
            try:
                return part(start, stop)
            except (OSError, ValueError):
                whole.append(load())
        return None

    def let_go() -> None:
        nonlocal rows, load
        del rows, load

    def read(start: int, stop: int) -> Image.Image:
        with decoding():
            strip = decoded(rows.read, start, stop)
            if strip is None:
                return whole[0].crop((0, start, whole[0].width, stop))
            if stop == height:
                let_go()
            return strip

    def packed(start: int, stop: int) -> PackedRows | None:
        with decoding():
            part = rows.packed and decoded(rows.packed, start, stop)
            if part and part.stop == height:
                let_go()
            return part

    return rows._replace(read=read, packed=packed if rows.packed else None)


@contextmanager
def decoding() -> Iterator[None]:
    """Treats everything that a decoder raises as the file's fault. Run only decoders inside: it would hide our bugs.

    Seen: OSError, ValueError, RuntimeError, SyntaxError, EOFError, ZeroDivisionError, TypeError, IndexError,
    struct.error, zlib.error. Decoders' warnings are about the file as well. An ImportError is our fault: a reader that
    imports something when its first picture arrives is too late for the sandbox.
    """
    try:
        with warnings.catch_warnings(), phase.entered(phase.READING):
            warnings.simplefilter("ignore")
            yield
    except (Rejected, ImportError):
        raise
    except Exception as error:
        # libheif, libavif and libtiff report a refused allocation as an error of their own that contains this word.
        memory = isinstance(error, MemoryError) or "memory" in str(error).lower()
        reason = Reason.TOO_COMPLEX if memory else Reason.DAMAGED
        raise Rejected(reason, f"{type(error).__name__}: {error}") from error
