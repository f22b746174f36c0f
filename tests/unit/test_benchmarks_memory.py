"""The memory of convert, as the benchmark measures it."""

import os
from typing import Any

import pytest

from benchmarks import functions, memory
from tests.actors.sandbox import LINUX
from thumbs.pipeline.sandbox import processes


@LINUX
def test_the_child_stays_until_its_peak_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it has kept in memory: its successor has decoded nothing, and has a peak of a few megabytes."""
    first = ""

    def invoke(*_: Any, **given: Any) -> functions.Measured:
        nonlocal first
        first = given.get("first", "")
        raise InterruptedError

    monkeypatch.setattr(functions, "built", tuple)
    monkeypatch.setattr(functions, "invoke", invoke)
    monkeypatch.setattr(processes, "_MOST_GROWTH", 0)
    with pytest.raises(InterruptedError):
        next(memory._peaks(1, 1))

    child = processes.Child.__new__(processes.Child)
    child.process, child._pictures, child._at_first = os.getpid(), 1, 0
    assert not child.may_stay()
    exec(first, {})
    assert child.may_stay()
