"""A decoder under an attacker's control reaches nothing: no file, no socket, no other process, no secret."""

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.actors.pipeline import LIMITS, WANTED, refusal
from tests.actors.sandbox import LINUX, without_filter
from tests.material import pictures, wicked
from thumbs import pipeline
from thumbs.pipeline.sandbox import parent, processes


@pytest.fixture
def _no_filter(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    parent.close()
    monkeypatch.setattr(processes, "_ZYGOTE", without_filter())
    yield
    parent.close()


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
    # As root, only the filter stops ptrace.
    allowed = {"a signal to our parent", "a file to delete", "another process"}
    root = {"ptrace of our parent", "ptrace of the zygote", "memory beyond the limit", "descriptors beyond the limit"}
    found = set(json.loads(refused.detail.removeprefix("ValueError: found ").replace("'", '"')))
    assert found <= (set() if filtered else allowed | (root if os.geteuid() == 0 else set()))
    assert not (tmp_path / "theirs").exists()
    # If a program may be started, it does not find its libraries.
    ran = "PermissionError: [Errno 1] Operation not permitted" if filtered else "the decoder ended its process with 127"
    assert refusal(wicked.file("run")).detail == ran


_UNPRIVILEGED = """
import os, resource, sys
sys.path[:] = sys.argv[1:]
from tests.actors.pipeline import LIMITS, WANTED
from tests.actors.sandbox import fresh_look
from tests.material import pictures
from thumbs import pipeline
resource.setrlimit(resource.RLIMIT_AS, (2 * 2**30, 2 * 2**30))
assert pipeline.run(pictures.jpeg(), WANTED, LIMITS).thumbnails
fresh_look()
"""


def _without_capabilities() -> None:
    """What root keeps is what an unprivileged user has, but for the files."""
    for capability in range(64):
        ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)


_PR_CAPBSET_DROP = 24


@LINUX
def test_an_unprivileged_process_under_a_lower_hard_limit_converts() -> None:
    """Without the filter, a decoder there reaches no more than a signal and another process."""
    said = subprocess.run(
        [sys.executable, "-c", _UNPRIVILEGED, *sys.path],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=_without_capabilities,
    )
    assert said.stdout == "ValueError: found ['a signal to our parent', 'another process']\n"


@LINUX
def test_a_zygote_has_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A program in Python's place tells what it was started with: of a zygote's memory, only root may read that."""
    seen, python = tmp_path / "environ", tmp_path / "python"
    python.write_text(f'#!/bin/sh\n/bin/cat /proc/$$/environ > "{seen}"\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sesame")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/lib")
    parent.close()

    pipeline.run(pictures.jpeg(), WANTED, LIMITS)

    parent.close()
    assert seen.read_bytes() in {b"", b"LD_LIBRARY_PATH=/opt/lib\0"}
