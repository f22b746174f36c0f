"""Looks at the sandbox from outside: the child that it keeps, running processes, and what an unfiltered decoder
finds."""

import os
import sys
import time

import pytest

from tests.actors.pipeline import refusal
from tests.material import wicked
from thumbs import formats
from thumbs.pipeline.sandbox import parent, processes

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="what is tested is Linux's")


def without_filter() -> str:
    """The code of a zygote on a kernel that accepts no filter."""
    first = "from thumbs.pipeline.sandbox import seccomp; seccomp.install = bool"
    return processes._ZYGOTE.replace("from ", f"{first}; from ", 1)


def fresh_look() -> None:
    """Prints what a child without a filter finds."""
    formats.INPUTS = (*formats.INPUTS, wicked.FORMAT)  # type: ignore[assignment]  # one more than the tuple's type has
    parent.close()
    processes._ZYGOTE = without_filter()
    refused = refusal(wicked.file("look", os.getpid(), "/nowhere/theirs"))
    print(refused.detail)  # noqa: T201  for the test that runs this


def kept() -> int:
    """The id of its process."""
    child = parent._sandbox()._kept
    assert child is not None
    return child.process


def runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def ends(process: int) -> bool:
    until = time.monotonic() + 60
    while runs(process) and time.monotonic() < until:
        time.sleep(0.05)
    return not runs(process)
