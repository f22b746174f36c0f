"""How a child's death is judged: it says something about the file only while the bytes of the file are read."""

import os
import signal
import threading
from typing import Any

import pytest

from tests.actors.deaths import Deaths
from tests.actors.pipeline import LIMITS, WANTED
from tests.actors.sandbox import LINUX, kept, runs
from tests.material import pictures, wicked
from thumbs import formats, pipeline, sizes
from thumbs.errors import Reason, Rejected
from thumbs.pipeline import Conversion, Limits
from thumbs.pipeline.sandbox import parent
from thumbs.pipeline.sandbox.answer import SandboxError

pytestmark = LINUX

CRASHES = ["SEGV", "BUS", "ILL", "FPE", "ABRT", "TRAP", "SYS"]
OUTSIDE = ["TERM", "INT", "HUP", "QUIT", "USR1"]
DECODES, RESIZES, COLOURS = "ImagingDecoder.decode", "resize", "CmsTransform.apply"
ENCODES = {"webp": "WebPEncode", "avif": "AvifEncoder.add", "jpeg": "jpeg_encoder"}
PLENTY = Limits()
LITTLE = Limits(memory=20 * 2**20)  # for a thumbnail of 800 x 600, at 48 bytes for each pixel, too little


def convert(original: bytes | None = None, output: str = "webp", limits: Limits = PLENTY) -> Conversion:
    wanted = pipeline.Wanted(sizes.parse("a=800,b=80"), (formats.OUTPUTS[output],), 80, 50)
    return pipeline.run(original or PHOTO, wanted, limits)


PHOTO = pictures.jpeg(picture=pictures.photo(1000, 750))


def verdict(original: bytes | None = None, output: str = "webp", limits: Limits = PLENTY) -> tuple[Any, str]:
    """A reason and its detail, or the class of an error and its text."""
    with pytest.raises((Rejected, SandboxError)) as caught:
        convert(original, output, limits)
    error = caught.value
    return (error.reason, error.detail) if isinstance(error, Rejected) else (type(error), str(error))


def named(name: str) -> signal.Signals:
    return signal.Signals[f"SIG{name}"]


@pytest.mark.parametrize("name", CRASHES)
def test_a_crash_is_the_files_fault_only_while_it_is_read(planned: Deaths, name: str) -> None:
    how = signal.strsignal(named(name))

    planned.at(DECODES, named(name))
    assert verdict() == (Reason.DAMAGED, f"the decoder crashed: {how}")
    for step in (RESIZES, ENCODES["webp"]):
        planned.at(step, named(name))
        assert verdict() == (parent.CrashError, f"a step that follows decoding crashed: {how}")


@pytest.mark.parametrize("output", ENCODES)
@pytest.mark.parametrize("name", ["SEGV", "ABRT"])
def test_an_encoder_that_crashes_without_memory_is_no_damage(planned: Deaths, output: str, name: str) -> None:
    """libaom does so, between 250 and 330 MB for 4,096 x 4,096."""
    how = signal.strsignal(named(name))
    planned.at(ENCODES[output], named(name))

    short = Reason.TOO_COMPLEX, f"short of memory, the encoder crashed: {how}"
    assert verdict(output=output, limits=LITTLE) == short
    assert verdict(output=output) == (parent.CrashError, f"a step that follows decoding crashed: {how}")
    planned.never()
    assert convert(output=output, limits=LITTLE) == convert(output=output), "what was short may suffice"


@pytest.mark.parametrize("code", [0, 1, 42])
def test_an_end_without_an_answer_is_judged_like_a_crash(planned: Deaths, code: int) -> None:
    for step, limits, expected in (
        (DECODES, PLENTY, (Reason.DAMAGED, f"the decoder ended its process with {code}")),
        (RESIZES, PLENTY, (parent.CrashError, f"a step that follows decoding ended its process with {code}")),
        (ENCODES["webp"], LITTLE, (Reason.TOO_COMPLEX, f"short of memory, the encoder ended its process with {code}")),
    ):
        planned.at(step, -code)
        assert verdict(limits=limits) == expected


@pytest.mark.parametrize("step", [DECODES, RESIZES, ENCODES["webp"]])
def test_limits_are_the_same_in_each_phase(planned: Deaths, step: str) -> None:
    planned.at(step, signal.SIGKILL)
    assert verdict() == (Reason.TOO_COMPLEX, "killed, probably for its memory")
    planned.at(step, signal.SIGPROF)
    assert verdict() == (Reason.TOO_COMPLEX, "stopped after 20.00 s of processor time")
    planned.at(step, signal.SIGALRM)
    assert verdict() == (SandboxError, "a child gave up before its parent did")


@pytest.mark.parametrize("name", OUTSIDE)
def test_who_stops_a_child_from_outside_says_nothing_about_its_picture(planned: Deaths, name: str) -> None:
    for step in (DECODES, RESIZES, ENCODES["webp"]):
        planned.at(step, named(name))
        assert verdict() == (SandboxError, f"a child was stopped from outside: {signal.strsignal(named(name))}")


def test_a_profile_is_read_like_the_picture(planned: Deaths) -> None:
    planned.at(COLOURS, signal.SIGSEGV)

    assert verdict(pictures.jpeg(icc_profile=pictures.srgb_profile()))[0] is Reason.DAMAGED


def test_a_crash_of_a_kept_child_is_tried_again_at_once(planned: Deaths) -> None:
    """What an earlier picture has left in its memory may be the cause."""
    planned.at(ENCODES["webp"], signal.SIGSEGV, count=3)  # the first of a child's second picture
    made = convert()
    first = kept()

    assert convert() == made

    assert not runs(first)


def test_a_zygote_that_dies_with_its_child_is_no_damage() -> None:
    """As where no filter of system calls keeps a decoder from killing others of its user."""
    parent.close()
    over = threading.Event()

    def kill() -> None:
        while not over.wait(0.005):
            zygote = parent._sandbox()._zygote
            if zygote and zygote._child and zygote._child._at_first:  # it has begun
                os.kill(zygote.process.pid, signal.SIGKILL)
                return

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        with pytest.raises(SandboxError, match="the zygote ended"):
            pipeline.run(wicked.file("hang"), WANTED, LIMITS)
    finally:
        over.set()
        killer.join()
