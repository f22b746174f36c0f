"""Animated thumbnails of animated GIF, PNG and WebP, with the setting Animated.

`read_*` find the frames and draw them one at a time, on a `canvas`; `budget` limits what they may cost; `write_*`
encode them. Whatever prevents an animation, the still of its first frame remains.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from PIL import Image

from thumbs import formats
from thumbs.errors import Reason, Rejected
from thumbs.pipeline import budget, readers
from thumbs.pipeline.animation.frames import Animation, Frame
from thumbs.pipeline.animation.spending import Clock, OverBudget, check
from thumbs.pipeline.animation.writing import Encoder, NeedsAlpha
from thumbs.pipeline.contract import Conversion, Limits, Wanted

# From a frame to its thumbnails, in the order of the sizes.
Render = Callable[[Image.Image], list[Image.Image]]


def prepare(accepted: formats.Input, outputs: tuple[formats.Output, ...]) -> None:
    """Imports what `animated` needs for these formats."""
    if accepted.name in budget.ORIGINALS:
        _module("read", accepted.name)
        for output in outputs:
            if output.animation:
                _module("write", output.name)


def animated(
    still: Conversion,
    original: bytes,
    size: tuple[int, int],
    wanted: Wanted,
    allowed: Limits,
    render: Render,
    xmp: bytes = b"",
) -> Conversion:
    """The conversion with thumbnails that move, or with the reason why they do not. Returns that of a still unchanged,
    and of a format whose animations are not read.

    still: the conversion of the first frame. size: of the canvas, as stored. render: is called with every frame. xmp:
    the packet to embed.
    """
    if still.original["frames"] < 2 or still.original["format"] not in budget.ORIGINALS:
        return still
    try:
        return _animated(still, original, size, wanted, allowed, render, xmp)
    except OverBudget as why:
        return still.without_motion(why.reason)
    except MemoryError:
        return still.without_motion("too_many_pixels")
    except Rejected as refusal:
        return still.without_motion(refusal)


def _animated(
    still: Conversion,
    original: bytes,
    size: tuple[int, int],
    wanted: Wanted,
    allowed: Limits,
    render: Render,
    xmp: bytes,
) -> Conversion:
    """Raises OverBudget, and Rejected if a frame is broken."""
    moving = [(place, one) for place, one in enumerate(still.thumbnails) if one.output.animation]
    if not moving:
        raise OverBudget("still_format")
    clock = Clock(allowed)
    with readers.decoding():
        animation: Animation = _module("read", still.original["format"]).animation(original, size, budget.FRAMES)
    check(animation, sum(one.width * one.height for _, one in moving), allowed)

    def encoded(*, alpha: bool) -> tuple[list[tuple[bytes, int]], int]:
        encoders: list[Encoder] = [
            _module("write", one.output.name).Encoder(
                (one.width, one.height), wanted.quality, animation.loop, alpha, xmp
            )
            for _, one in moving
        ]
        duration = 0
        for pictures, shown in _distinct(animation, render):
            for encoder, (place, _) in zip(encoders, moving, strict=True):
                encoder.add(pictures[place % len(pictures)], shown)  # each format has all sizes
            duration += shown
            clock.check()
        return [encoder.finish() for encoder in encoders], duration

    try:
        made, duration = encoded(alpha=False)
    except NeedsAlpha:
        made, duration = encoded(alpha=True)
    if all(frames < 2 for _, frames in made):
        raise OverBudget("no_motion")
    too_large = any(len(content) > budget.BYTES for content, _ in made)
    thumbnails = list(still.thumbnails)
    for (place, one), (content, frames) in zip(moving, made, strict=True):
        if frames > 1 and len(content) <= budget.BYTES:
            thumbnails[place] = one._replace(content=content, frames=frames)
    moves = any(one.frames > 1 for one in thumbnails)
    return still._replace(
        thumbnails=tuple(thumbnails),
        animation={
            "animated": moves,
            "reason": "too_large" if too_large else None,
            "duration": duration if moves else None,
            "loop": animation.loop if moves else None,
        },
    )


def _distinct(animation: Animation, render: Render) -> Iterator[tuple[list[Image.Image], int]]:
    """The thumbnails of each frame, and how long they are shown. Frames that look like the previous one prolong it."""
    before: list[Image.Image] = []
    shown = 0
    for frame in _played(animation):
        pictures = render(frame.image)
        if before and pictures != before:
            yield before, shown
            shown = 0
        before, shown = pictures, shown + frame.duration
    yield before, shown


def _played(animation: Animation) -> Iterator[Frame]:
    """Every frame that the headers announce. Raises Rejected."""
    frames = animation.play()
    for _ in range(animation.frames):
        with readers.decoding():
            frame = next(frames, None)
        if frame is None:
            raise Rejected(Reason.DAMAGED, "frames are missing")
        yield frame


def _module(does: str, name: str) -> Any:
    """does: read or write. name: of an input or output."""
    return import_module(f"thumbs.pipeline.animation.{does}_{name.lower()}")
