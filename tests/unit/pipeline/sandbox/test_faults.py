"""Decoders that misbehave affect only their picture, and their cost is limited."""

import pickle
import signal
import socket
import struct
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import pytest

from tests.actors.pipeline import LIMITS, WANTED, refusal
from tests.actors.sandbox import LINUX, kept, runs
from tests.material import pictures, wicked
from tests.material.mutants import mutants, parents
from thumbs import pipeline
from thumbs.errors import Reason
from thumbs.pipeline.sandbox import parent, wire
from thumbs.pipeline.sandbox.answer import NONSENSE, SandboxError

# The outcome of the picture


def test_a_crash_means_a_damaged_picture() -> None:
    refused = refusal(wicked.file("crash"))
    assert (refused.reason, refused.detail) == (Reason.DAMAGED, f"the decoder crashed: {signal.strsignal(11)}")


def test_a_decoder_that_ends_the_process_means_a_damaged_picture() -> None:
    for code in (0, 1, 42):
        refused = refusal(wicked.file("exit", code))
        assert (refused.reason, refused.detail) == (Reason.DAMAGED, f"the decoder ended its process with {code}")


def test_asking_for_too_much_memory_means_too_complex() -> None:
    assert refusal(wicked.file("devour")).reason is Reason.TOO_COMPLEX


def test_what_the_kernel_kills_for_its_memory_is_too_complex() -> None:
    assert refusal(wicked.file("die")).reason is Reason.TOO_COMPLEX


def test_a_mistake_of_ours_is_not_blamed_on_the_file() -> None:
    with pytest.raises(SandboxError, match="AttributeError"):
        pipeline.run(wicked.file("mistake"), WANTED, LIMITS)


@LINUX
def test_a_module_that_is_imported_too_late_is_a_mistake_of_ours() -> None:
    with pytest.raises(SandboxError, match="colorsys"):
        pipeline.run(wicked.file("import"), WANTED, LIMITS)


_LATE = """
import os, pickle, sys
sys.path[:] = sys.argv[2:]
from thumbs import formats
from thumbs.errors import Rejected
from thumbs.pipeline import Limits, Wanted, steps
from thumbs.pipeline.identify import identify
from thumbs.sizes import parse

def watch(event, arguments):
    if event in ("import", "open", "ctypes.dlopen"):
        print(accepted.name, event, arguments[0], flush=True)

originals = pickle.load(open(sys.argv[1], "rb"))
outputs = tuple(formats.OUTPUTS.values())
for accepted in formats.INPUTS:
    if os.fork() == 0:  # so that it does not have what other formats load
        steps.prepare(accepted, outputs, animated=True)
        sys.addaudithook(watch)
        for original in originals:
            try:
                if identify(original) is accepted:
                    wanted = Wanted(parse("a=24,b=20x20"), outputs, 80, 4, animated=True)
                    steps.convert(original, accepted, wanted, Limits())
            except Rejected:
                pass
        os._exit(0)
    os.wait()
"""


def test_readers_and_encoders_load_nothing_once_there_is_a_picture(tmp_path: Path) -> None:
    originals = tmp_path / "originals"
    originals.write_bytes(pickle.dumps([*parents(), *islice(mutants(seed=26), 300)]))
    late = subprocess.run(
        [sys.executable, "-c", _LATE, originals, *sys.path], capture_output=True, text=True, check=True
    )
    assert late.stdout == ""


# The cost of a picture


def test_spinning_is_stopped_by_processor_time() -> None:
    refused = refusal(wicked.file("spin", 3600), pipeline.Limits(cpu_seconds=0.2))
    assert (refused.reason, refused.detail) == (Reason.TOO_COMPLEX, "stopped after 0.20 s of processor time")


def test_the_processor_time_of_every_thread_counts() -> None:
    refused = refusal(wicked.file("spin elsewhere"), pipeline.Limits(cpu_seconds=0.2))
    assert (refused.reason, refused.detail) == (Reason.TOO_COMPLEX, "stopped after 0.20 s of processor time")


def test_time_that_passes_costs_a_picture_nothing() -> None:
    """As on a busy machine."""
    assert pipeline.run(wicked.file("nap", 1.0), WANTED, pipeline.Limits(cpu_seconds=0.5)).thumbnails


def test_a_picture_in_a_kept_child_may_cost_as_much_as_the_first() -> None:
    limits = pipeline.Limits(cpu_seconds=0.3)
    pipeline.run(wicked.file("work", 0.15), WANTED, limits)
    first = kept()
    for _ in range(3):
        assert pipeline.run(wicked.file("work", 0.15), WANTED, limits).thumbnails
    assert kept() == first


def test_a_child_that_hangs_is_our_problem_and_raises() -> None:
    with pytest.raises(SandboxError, match=r"no answer in 0\.5 s"):
        pipeline.run(wicked.file("hang"), WANTED, pipeline.Limits(wall_seconds=0.5))
    assert pipeline.run(pictures.jpeg(), WANTED, LIMITS).thumbnails


def test_the_waiting_ends_also_when_there_is_always_one_more_byte() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(struct.pack(">QQ", 1, 1000) + bytes(1000))
        with pytest.raises(TimeoutError):
            wire.receive(ours, 1, 1000, until=time.monotonic())


@LINUX
def test_a_child_that_disarms_its_timer_is_refused_when_the_waiting_ends() -> None:
    refused = refusal(wicked.file("spin on"), pipeline.Limits(cpu_seconds=0.02, wall_seconds=3))
    assert refused.reason is Reason.TOO_COMPLEX
    assert refused.detail.startswith("stopped after ")


@LINUX
def test_what_a_kept_child_spent_is_not_had_again_by_the_next_one() -> None:
    limits = pipeline.Limits(cpu_seconds=0.3)
    pipeline.run(wicked.file("nap", 0), WANTED, limits)  # its child is kept
    first = kept()
    refused = refusal(wicked.file("spin", 0.2), limits)
    assert refused.reason is Reason.TOO_COMPLEX  # of the second; a whole budget would have sufficed for "tired"
    assert 0 < float(refused.detail.split()[2]) < 0.15
    assert not runs(first)


# Impossible answers (test_answers.py has more of them)


@pytest.mark.parametrize(
    "answer",
    [
        bytes(range(32)),
        struct.pack(">QQ", 1, 2**62),
        struct.pack(">QQI", 1, 24, 20) + b'{"thumbnails": [[]]}',
        struct.pack(">QQ", 2, 0),
    ],
    ids=["noise", "endless", "incomplete", "another picture's"],
)
def test_nonsense_means_a_damaged_picture(answer: bytes) -> None:
    parent.close()  # so that its picture is the first
    refused = refusal(wicked.file("say", answer.hex()))
    assert (refused.reason, refused.detail) == (Reason.DAMAGED, NONSENSE)
    assert pipeline.run(pictures.jpeg(), WANTED, LIMITS).thumbnails
