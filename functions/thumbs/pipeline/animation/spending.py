"""Holds an animation to its budget."""

import time

from thumbs.picture import Stillness
from thumbs.pipeline import budget
from thumbs.pipeline.animation.frames import Animation
from thumbs.pipeline.contract import Limits

# Bytes of memory per pixel of the canvas, and of all thumbnails.
_PER_PIXEL = _PER_MADE_PIXEL = 48


class OverBudget(Exception):
    """An animation is too expensive, or broken. reason: for the manifest."""

    def __init__(self, reason: Stillness):
        super().__init__(reason)
        self.reason: Stillness = reason


def check(animation: Animation, made: int, limits: Limits) -> None:
    """Raises OverBudget, before any frame is decoded. made: pixels of all thumbnails together."""
    if animation.frames > budget.FRAMES:
        raise OverBudget("too_many_frames")
    memory = animation.largest * _PER_PIXEL + made * _PER_MADE_PIXEL
    if animation.pixels > budget.PIXELS or made * animation.frames > budget.MADE_PIXELS or memory > limits.memory:
        raise OverBudget("too_many_pixels")


class Clock:
    """Counts the processor time of this process, from now on."""

    def __init__(self, limits: Limits) -> None:
        """At most half of the limit is spent, so that the first frame is safe."""
        self._until = time.process_time() + min(budget.SECONDS, limits.cpu_seconds / 2)

    def check(self) -> None:
        """Raises OverBudget."""
        if time.process_time() > self._until:
            raise OverBudget("too_slow")
