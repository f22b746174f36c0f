"""The child that is kept for the next picture, the zygote, and that neither outlives its parent."""

import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest

from tests.actors.pipeline import LIMITS, WANTED, refusal
from tests.actors.sandbox import ends, kept, runs
from tests.material import pictures, wicked
from thumbs import pipeline
from thumbs.errors import Reason
from thumbs.pipeline.sandbox import parent, processes, wire
from thumbs.pipeline.sandbox.answer import SandboxError


def test_a_child_is_kept_for_the_next_picture_of_a_loaded_format() -> None:
    parent.close()
    originals = (pictures.jpeg(), pictures.png(), pictures.webp(), pictures.heic(), pictures.gif())
    for original in originals:
        assert pipeline.run(original, WANTED, LIMITS).thumbnails
    last = kept()
    for original in originals:
        assert pipeline.run(original, WANTED, LIMITS).thumbnails
    assert kept() == last


def test_what_a_kept_child_makes_is_what_a_new_one_makes() -> None:
    originals = [pictures.jpeg(picture=pictures.photo(400 + 10 * n, 300)) for n in range(4)]
    in_turn = [pipeline.run(original, WANTED, LIMITS) for original in originals]
    for original, made in zip(originals, in_turn, strict=True):
        parent.close()
        assert pipeline.run(original, WANTED, LIMITS) == made


def test_after_a_refusal_there_is_another_child() -> None:
    pipeline.run(pictures.jpeg(), WANTED, LIMITS)
    first = kept()
    assert refusal(pictures.jpeg()[:-200]).reason is Reason.DAMAGED
    assert not runs(first)
    assert pipeline.run(pictures.jpeg(), WANTED, LIMITS).thumbnails


def test_with_other_memory_there_is_another_child() -> None:
    pipeline.run(pictures.jpeg(), WANTED, pipeline.Limits(memory=200 * 2**20))
    first = kept()
    pipeline.run(pictures.jpeg(), WANTED, pipeline.Limits(memory=300 * 2**20))
    assert not runs(first)


@pytest.mark.parametrize("which", ["child", "zygote"])
def test_a_process_that_died_unnoticed_is_replaced_at_no_loss(which: str) -> None:
    pipeline.run(pictures.jpeg(), WANTED, LIMITS)
    first = kept()
    zygote = parent._sandbox()._zygote
    assert zygote is not None
    os.kill(first if which == "child" else zygote.process.pid, signal.SIGKILL)
    assert which == "child" or ends(first)
    assert pipeline.run(pictures.jpeg(), WANTED, LIMITS).thumbnails
    assert kept() != first
    assert not runs(first)


@pytest.mark.parametrize("original", [pictures.jpeg, pictures.avif], ids=["a loaded format", "another format"])
def test_a_zygote_that_died_without_a_child_is_replaced_at_no_loss(
    original: Callable[[], bytes],
) -> None:
    parent.close()
    pipeline.run(pictures.jpeg(), WANTED, LIMITS)
    assert refusal(pictures.jpeg()[:-200]).reason is Reason.DAMAGED
    zygote = parent._sandbox()._zygote
    assert zygote is not None
    os.kill(zygote.process.pid, signal.SIGKILL)
    os.waitid(os.P_PID, zygote.process.pid, os.WEXITED | os.WNOWAIT)
    assert pipeline.run(original(), WANTED, LIMITS).thumbnails


def test_a_zygote_that_is_stuck_is_given_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parent.close()
    pipeline.run(pictures.jpeg(), WANTED, LIMITS)
    zygote = parent._sandbox()._zygote
    assert zygote is not None
    zygote._control.settimeout(0.5)
    os.kill(zygote.process.pid, signal.SIGSTOP)
    with pytest.raises(SandboxError, match="no sandbox starts"):
        pipeline.run(pictures.avif(), WANTED, LIMITS)
    assert not zygote.runs()
    assert pipeline.run(pictures.avif(), WANTED, LIMITS).thumbnails


@pytest.mark.parametrize("said", [b"[" * 1000, b"7", b"NaN", b'{"a"', b""])
def test_a_kept_child_that_begins_with_nonsense_has_not_begun(said: bytes) -> None:
    assert begun(b'["memory", "' + b"x" * 900 + b'", [["files"]], {}, "processor"]') == ["processor", "memory"]
    with pytest.raises(processes.NotBegunError):
        begun(said)


def begun(said: bytes) -> list[str]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(struct.pack(">QQ", 1, len(said)) + said)
        return processes.Child(ours).begin(wire.Job(b"", wicked.FORMAT, WANTED, LIMITS))


def test_a_child_that_is_stuck_before_it_begins_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline.run(pictures.jpeg(), WANTED, LIMITS)
    first = kept()
    os.kill(first, signal.SIGSTOP)
    monkeypatch.setattr(processes, "_START_SECONDS", 10)  # of waiting, and then for another zygote
    assert pipeline.run(pictures.jpeg(picture=pictures.photo(2000, 1500), quality=100), WANTED, LIMITS).thumbnails
    assert not runs(first)


def test_no_child_is_kept_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    parent.close()
    monkeypatch.setattr(processes, "_MOST_PICTURES", 2)
    pipeline.run(pictures.jpeg(), WANTED, LIMITS)
    first = kept()
    pipeline.run(pictures.jpeg(), WANTED, LIMITS)
    assert not runs(first)


def test_a_child_that_holds_on_to_much_memory_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_MOST_GROWTH", -(2**30))
    pipeline.run(pictures.jpeg(), WANTED, LIMITS)
    assert parent._sandbox()._kept is None


def test_a_process_with_threads_converts() -> None:
    done = threading.Event()
    other = threading.Thread(target=done.wait)
    other.start()
    parent.close()
    try:
        assert pipeline.run(pictures.jpeg(), WANTED).thumbnails
        assert refusal(b"\xff\xd8\xff" + bytes(100)).reason is Reason.DAMAGED
    finally:
        done.set()
        other.join()


# Leftovers

_CHILDREN = """
import os, sys
sys.path[:] = sys.argv[1:]
from tests.actors.pipeline import LIMITS, WANTED
from tests.actors.sandbox import kept
from tests.material import pictures, wicked
from thumbs import formats, pipeline
from thumbs.pipeline.sandbox import parent
formats.INPUTS = (*formats.INPUTS, wicked.FORMAT)
pipeline.run(pictures.jpeg(), WANTED, LIMITS)
print(kept(), parent._sandbox()._zygote.process.pid, flush=True)
if os.environ.get("ORPHAN"):
    child = parent._sandbox()._kept
    child.begin(parent.Job(wicked.file("hang"), wicked.FORMAT, WANTED, LIMITS))
    os._exit(0)  # while the child hangs
"""


@pytest.mark.parametrize("orphan", [False, True], ids=["ends", "is killed"])
def test_a_process_that_is_gone_leaves_nothing_running(orphan: bool) -> None:
    said = subprocess.run(
        [sys.executable, "-c", _CHILDREN, *sys.path],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | ({"ORPHAN": "1"} if orphan else {}),
    )
    for process in said.stdout.split():
        assert ends(int(process))
