"""What the encoders of animations have in common."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from PIL import Image

from thumbs.pipeline.animation.spending import OverBudget


class NeedsAlpha(Exception):
    """A frame is transparent, and the encoder has to know from the first one on."""


class Encoder(Protocol):
    """One thumbnail. All raise OverBudget if the encoder gets no memory."""

    def add(self, image: Image.Image, duration: int) -> None:
        """image: RGB or RGBA. duration: milliseconds. Raises NeedsAlpha."""

    def finish(self) -> tuple[bytes, int]:
        """The file, and how many frames it has."""


@contextmanager
def encoding() -> Iterator[None]:
    """The sizes and modes are right, so what an encoder reports is a lack of memory."""
    try:
        yield
    except (MemoryError, RuntimeError, OSError, ValueError) as error:
        raise OverBudget("too_many_pixels") from error
