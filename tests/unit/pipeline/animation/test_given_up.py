"""A child process that dies while it animates costs the motion, not the thumbnails."""

import signal

import pytest

from tests.actors.sandbox import LINUX, killed_later
from tests.material import animations
from thumbs import formats, pipeline, sizes
from thumbs.picture import Stillness

WANTED = pipeline.Wanted(sizes.parse("a=300,b=290,c=280,d=270"), (formats.OUTPUTS["webp"],), 80, 50, animated=True)


@LINUX
@pytest.mark.parametrize(
    ("how", "reason", "detail"),
    [
        (signal.SIGSEGV, "damaged", f"the decoder crashed: {signal.strsignal(signal.SIGSEGV)}"),
        (signal.SIGKILL, "too_many_pixels", "killed, probably for its memory"),
    ],
    ids=["crash", "memory"],
)
def test_a_child_that_dies_of_a_later_frame_leaves_the_first(
    how: signal.Signals, reason: Stillness, detail: str
) -> None:
    with killed_later(how):
        made = pipeline.run(animations.long(), WANTED)

    assert made.animation == {"animated": False, "reason": reason, "duration": None, "loop": None}
    assert made.given_up == detail
    still = pipeline.run(animations.long(), WANTED._replace(animated=False))
    assert made._replace(animation=None, given_up=None) == still
