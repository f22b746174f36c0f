"""Decoders that go wrong, or are in somebody else's hands, harm nothing but their picture."""

import ctypes
import json
import os
import pickle
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest

from tests.material import pictures, wicked
from tests.material.mutants import mutants, parents
from tests.unit.pipeline.test_hostile import LIMITS, WANTED, refusal
from thumbs import formats, pipeline
from thumbs.errors import Reason
from thumbs.pipeline.sandbox import parent, processes, wire
from thumbs.pipeline.sandbox.answer import NONSENSE, SandboxError

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="what is tested is Linux's")


@pytest.fixture(autouse=True)
def _wicked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "INPUTS", (*formats.INPUTS, wicked.FORMAT))


def without_filter() -> str:
    """The code of a zygote on a kernel that takes none."""
    first = "from thumbs.pipeline.sandbox import seccomp; seccomp.install = bool"
    return processes._ZYGOTE.replace("from ", f"{first}; from ", 1)


@pytest.fixture
def _no_filter(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    parent.close()
    monkeypatch.setattr(processes, "_ZYGOTE", without_filter())
    yield
    parent.close()


# What becomes of the picture


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
for accepted in formats.INPUTS:
    if os.fork() == 0:  # so that it does not have what other formats load
        for output in formats.OUTPUTS.values():
            steps.prepare(accepted, output)
        sys.addaudithook(watch)
        for original in originals:
            try:
                if identify(original) is accepted:
                    for output in formats.OUTPUTS.values():
                        steps.convert(original, accepted, Wanted(parse("a=24,b=20x20"), output, 80, 4), Limits())
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


# What it may cost


def test_spinning_is_stopped_by_processor_time() -> None:
    refused = refusal(wicked.file("spin", 3600), pipeline.Limits(cpu_seconds=0.2))
    assert (refused.reason, refused.detail) == (Reason.TOO_COMPLEX, "stopped after 0.20 s of processor time")


def test_the_processor_time_of_every_thread_counts() -> None:
    refused = refusal(wicked.file("spin elsewhere"), pipeline.Limits(cpu_seconds=0.2))
    assert (refused.reason, refused.detail) == (Reason.TOO_COMPLEX, "stopped after 0.20 s of processor time")


def test_time_that_passes_costs_a_picture_nothing() -> None:
    """As on a machine that has better to do."""
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
    pipeline.run(wicked.file("nap", 0), WANTED, limits)  # which is kept
    first = kept()
    refused = refusal(wicked.file("spin", 0.2), limits)
    assert refused.reason is Reason.TOO_COMPLEX  # of the second; a whole budget would have been enough for "tired"
    assert 0 < float(refused.detail.split()[2]) < 0.15
    assert not _runs(first)


# What it can reach


@LINUX
@pytest.mark.parametrize("filtered", [True, False])
def test_a_decoder_that_looks_around_finds_nothing(
    filtered: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sesame")
    if filtered:
        parent.close()
    else:
        request.getfixturevalue("_no_filter")
    (tmp_path / "ours").touch()
    pipeline.run(wicked.file("nap", 0), WANTED, LIMITS)
    if filtered and "seccomp" not in parent.enforced():
        pytest.skip("this kernel takes no filter of system calls")
    with (tmp_path / "open").open("wb"):
        refused = refusal(wicked.file("look", os.getpid(), tmp_path / "theirs"))
    # As root, nothing but the filter stops ptrace.
    allowed = {"a signal to our parent", "a file to delete", "another process"}
    root = {"ptrace of our parent", "ptrace of the zygote", "memory beyond the limit", "descriptors beyond the limit"}
    found = set(json.loads(refused.detail.removeprefix("ValueError: found ").replace("'", '"')))
    assert found <= (set() if filtered else allowed | (root if os.geteuid() == 0 else set()))
    assert not (tmp_path / "theirs").exists()
    # Where a program may be started, it does not find its libraries.
    ran = "PermissionError: [Errno 1] Operation not permitted" if filtered else "the decoder ended its process with 127"
    assert refusal(wicked.file("run")).detail == ran


_UNPRIVILEGED = """
import os, resource, sys
sys.path[:] = sys.argv[1:]
from tests.unit.pipeline.test_sandbox import LIMITS, WANTED, fresh_look, pictures, pipeline
resource.setrlimit(resource.RLIMIT_AS, (2 * 2**30, 2 * 2**30))
assert pipeline.run(pictures.jpeg(), WANTED, LIMITS).thumbnails
fresh_look()
"""


def fresh_look() -> None:
    """Prints what a child without a filter finds."""
    formats.INPUTS = (*formats.INPUTS, wicked.FORMAT)  # type: ignore[assignment]  # one more than the tuple's type has
    parent.close()
    processes._ZYGOTE = without_filter()
    refused = refusal(wicked.file("look", os.getpid(), "/nowhere/theirs"))
    print(refused.detail)  # noqa: T201  for the test that runs this


def _without_capabilities() -> None:
    """What root keeps is what an unprivileged user has, but for the files."""
    for capability in range(64):
        ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)


_PR_CAPBSET_DROP = 24


@LINUX
def test_an_unprivileged_process_under_a_lower_hard_limit_converts() -> None:
    """Without the filter, a decoder there finds no more than a signal and another process."""
    said = subprocess.run(
        [sys.executable, "-c", _UNPRIVILEGED, *sys.path],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=_without_capabilities,
    )
    assert said.stdout == "ValueError: found ['a signal to our parent', 'another process']\n"


def test_a_zygote_has_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sesame")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/lib")
    parent.close()
    parent.start()
    zygote = parent._sandbox()._zygote
    assert zygote is not None
    if sys.platform == "linux":
        assert Path(f"/proc/{zygote.process.pid}/environ").read_bytes() in {b"", b"LD_LIBRARY_PATH=/opt/lib\0"}
    parent.close()


# The child that is kept


def kept() -> int:
    """The number of its process."""
    child = parent._sandbox()._kept
    assert child is not None
    return child.process


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _ends(process: int) -> bool:
    until = time.monotonic() + 60
    while _runs(process) and time.monotonic() < until:
        time.sleep(0.05)
    return not _runs(process)


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
    assert not _runs(first)
    assert pipeline.run(pictures.jpeg(), WANTED, LIMITS).thumbnails


def test_with_other_memory_there_is_another_child() -> None:
    pipeline.run(pictures.jpeg(), WANTED, pipeline.Limits(memory=200 * 2**20))
    first = kept()
    pipeline.run(pictures.jpeg(), WANTED, pipeline.Limits(memory=300 * 2**20))
    assert not _runs(first)


@pytest.mark.parametrize("which", ["child", "zygote"])
def test_a_process_that_died_unnoticed_is_replaced_at_no_loss(which: str) -> None:
    pipeline.run(pictures.jpeg(), WANTED, LIMITS)
    first = kept()
    zygote = parent._sandbox()._zygote
    assert zygote is not None
    os.kill(first if which == "child" else zygote.process.pid, signal.SIGKILL)
    assert which == "child" or _ends(first)
    assert pipeline.run(pictures.jpeg(), WANTED, LIMITS).thumbnails
    assert kept() != first
    assert not _runs(first)


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
    assert not _runs(first)


def test_no_child_is_kept_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    parent.close()
    monkeypatch.setattr(processes, "_MOST_PICTURES", 2)
    pipeline.run(pictures.jpeg(), WANTED, LIMITS)
    first = kept()
    pipeline.run(pictures.jpeg(), WANTED, LIMITS)
    assert not _runs(first)


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


# What is left behind

_CHILDREN = """
import os, sys
sys.path[:] = sys.argv[1:]
from tests.unit.pipeline.test_sandbox import LIMITS, WANTED, formats, kept, parent, pictures, pipeline, wicked
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
        assert _ends(int(process))


# An answer that cannot be (test_answers.py has more of them)


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
