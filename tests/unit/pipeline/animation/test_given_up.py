"""A child process that dies while it animates costs the motion, not the thumbnails."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from tests.actors.sandbox import LINUX
from tests.fuzz.trial import harm
from tests.material import animations
from tests.material.animations import Part, flat
from thumbs import formats, pipeline, sizes
from thumbs.picture import Stillness
from thumbs.pipeline.sandbox import parent

SIDE = 300
WANTED = pipeline.Wanted(sizes.parse("a=300,b=290,c=280,d=270"), (formats.OUTPUTS["webp"],), 80, 50, animated=True)
_LATER = 0.3  # seconds of processor time: the first frame takes a twentieth of it, all frames take some seconds


@contextmanager
def killed_later(how: signal.Signals) -> Iterator[None]:
    """Ends the first child that has worked for so long that it must be at a later frame."""
    parent.close()
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.005):
            zygote = parent._sandbox()._zygote
            child = zygote and zygote._child
            if child and child.begun and child._clock is not None:
                spent = child._processor_time()
                if spent is not None and spent - child._clock > _LATER:
                    os.kill(child.process, how)
                    return

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


@pytest.fixture(scope="module")
def long() -> bytes:
    pair = [Part(flat((SIDE, SIDE), colour), delay=20) for colour in ((220, 30, 40, 255), (30, 40, 220, 255))]
    return animations.apng((SIDE, SIDE), pair * 300)


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
    long: bytes, how: signal.Signals, reason: Stillness, detail: str
) -> None:
    with killed_later(how):
        made = pipeline.run(long, WANTED)

    assert made.animation == {"animated": False, "reason": reason, "duration": None, "loop": None}
    assert made.given_up == detail
    still = pipeline.run(long, replace(WANTED, animated=False))
    assert replace(made, animation=None, given_up=None) == still


@LINUX
def test_fuzzing_blames_a_file_whose_later_frame_crashes(long: bytes) -> None:
    with killed_later(signal.SIGSEGV):
        assert harm(long) == f"the decoder crashed: {signal.strsignal(signal.SIGSEGV)}"
    assert harm(long) is None
