"""python -m benchmarks.worker MODULE: a warm process that converts when asked, one line of JSON in, one out.

    {"do": "version"}              a string
    {"do": "open", "path": …, "moves": false}   reads the file; from now on it is in memory. moves: all of its frames
    {"do": "convert", "times": n}  CPU seconds of one conversion, user and system, child processes and threads included
    {"do": "thumbnails"}           what the last conversion made, largest first, in base64
    {"do": "peak"}                 bytes: the most that this process, or one of its children, has had in memory

Every answer is {"answer": …} or {"error": sentence}.
"""

import json
import os
import sys
from base64 import b64encode
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import usage

_IDLE_RUNS = 5


class Worker:
    def __init__(self, module: str):
        self._peer: Any = import_module(module) if module else None
        self._original = b""
        self._made: list[bytes] = []
        self._moves = False
        self._overhead = 0.0

    def version(self) -> str:
        return str(self._peer.version())

    def open(self, path: str, *, moves: bool = False) -> None:
        self._moves = moves
        self._original = Path(path).read_bytes()
        if hasattr(self._peer, "idle"):
            self._overhead = median(self._timed(self._peer.idle) for _ in range(_IDLE_RUNS))

    def convert(self, times: int) -> float:
        return self._timed(self._convert, times) - self._overhead

    def _convert(self) -> None:
        convert = self._peer.animations if self._moves else self._peer.thumbnails
        self._made = convert(self._original)

    def _timed(self, work: Callable[[], None], times: int = 1) -> float:
        before = usage.cpu()
        for _ in range(times):
            work()
        return (usage.cpu() - before) / times

    def thumbnails(self) -> list[str]:
        return [b64encode(made).decode() for made in self._made]

    def peak(self) -> int:
        return usage.peak()


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # libraries' output must not mix with the answers
    try:
        worker = Worker(*sys.argv[1:])
    except Exception as problem:
        print(json.dumps({"error": f"{type(problem).__name__}: {problem}"}), file=answers, flush=True)
        return
    for line in sys.stdin:
        command = json.loads(line)
        try:
            answer = {"answer": getattr(worker, command.pop("do"))(**command)}
        except Exception as problem:
            answer = {"error": f"{type(problem).__name__}: {problem}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
