"""What a child under an attacker's control may say of an animation."""

from typing import Any

import pytest

from tests.material import pictures
from tests.material.child_answers import CARD, SMALL, THUMBNAILS, WANTED, framed, header, job_for
from thumbs.errors import Rejected
from thumbs.pipeline import budget
from thumbs.pipeline.sandbox.answer import NONSENSE, understood

ORIGINAL = pictures.gif(1200, 900)
JOB = job_for(ORIGINAL)
DONE = header({"format": "GIF", "width": 1200, "height": 900, "bytes": len(ORIGINAL), "frames": 5}, [])


def done(contents: bytes = SMALL + CARD, **changed: object) -> bytes:
    return framed(DONE | changed, contents)


MOVING: dict[str, Any] = {"animated": True, "reason": None, "duration": 900, "loop": 0}


def moving(
    contents: bytes = SMALL + CARD, frames: Any = (3, 1), thumbnails: Any = THUMBNAILS, **changed: object
) -> bytes:
    return done(contents, animation=MOVING | changed, frames=list(frames), thumbnails=thumbnails)


ANIMATED = JOB._replace(wanted=WANTED._replace(animated=True))
STILL: dict[str, Any] = {"animated": False, "reason": "too_slow", "duration": None, "loop": None}


def test_an_animation_is_taken_if_one_is_wanted() -> None:
    taken = understood(moving(reason="too_large"), ANIMATED)

    assert (taken.animation, [one.frames for one in taken.thumbnails]) == (MOVING | {"reason": "too_large"}, [3, 1])
    assert understood(done(animation=STILL), ANIMATED).animation == STILL
    assert understood(done(), ANIMATED).animation is None


UNREAL = {
    "more frames than the budget has": moving(frames=(budget.FRAMES + 1, 1)),
    "frames without an animation": done(frames=[3, 1]),
    "an animation without frames": moving(frames=(1, 1)),
    "half a frame": moving(frames=(2.5, 1)),
    "frames of one thumbnail": moving(frames=(3,)),
    "frames of none": moving(frames=(0, 3)),
    "frames of a still": moving(**STILL),
    "an animation as a list": done(animation=[MOVING], frames=[3, 1]),
    "an animation with more": moving(url="https://evil.example"),
    "a still with more": done(animation=STILL | {"url": "https://evil.example"}),
    "a duration of nothing": moving(duration=0),
    "a duration in words": moving(duration="long"),
    "a loop below 0": moving(loop=-1),
    "a loop beyond what a WebP can say": moving(loop=65536),
    "a truth as a loop": moving(loop=True),
    "a reason that no animation has": done(animation=STILL | {"reason": "ugly"}),
    "a reason for all that move": moving(reason="too_slow"),
    "an animation in words": moving(animated="yes"),
    "a file beyond the budget": moving(
        SMALL.ljust(budget.BYTES + 1) + CARD,
        thumbnails=[["small", 160, 120, budget.BYTES + 1], THUMBNAILS[1]],
    ),
}


@pytest.mark.parametrize("nonsense", UNREAL.values(), ids=UNREAL.keys())
def test_an_animation_that_cannot_be_is_nonsense(nonsense: bytes) -> None:
    with pytest.raises(Rejected, match=NONSENSE):
        understood(nonsense, ANIMATED)


@pytest.mark.parametrize("answer", [moving(), done(animation=STILL)])
def test_an_animation_that_nobody_wants_is_nonsense(answer: bytes) -> None:
    with pytest.raises(Rejected, match=NONSENSE):
        understood(answer, JOB)
