"""python -m benchmarks.worker MODULE: a warm process that converts when asked, one line of JSON in, one out.

    {"do": "version"}              a string
    {"do": "open", "path": …}      reads the file; from now on it is in memory
    {"do": "convert", "times": n}  CPU seconds of one conversion, user and system, child processes and threads included
    {"do": "thumbnails"}           what the last conversion made, largest first, in base64
    {"do": "peak"}                 bytes: the most that this process, or one of its children, has had in memory

Every answer is {"answer": …} or {"error": sentence}.
"""

import json
import os
import resource
import sys
import time
from base64 import b64encode
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "functions"))

_KIB = 1024
_IDLE_RUNS = 5


def cpu() -> float:
    """Seconds, of this process with its threads, and of its children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def peak() -> int:
    """Bytes. A forked child's count includes the pages that it shares with its parent, so the larger one counts.

    The kernel's own count for this process (ru_maxrss) would include whoever started it: VmHWM begins anew with exec.
    """
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    status = Path("/proc/self/status")
    if status.exists():
        own = next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    unit = 1 if sys.platform == "darwin" else _KIB  # macOS counts bytes
    return max(own, children) * unit


class Worker:
    def __init__(self, module: str):
        self._peer: Any = import_module(module) if module else None
        self._original = b""
        self._made: list[bytes] = []
        self._overhead = 0.0

    def version(self) -> str:
        return str(self._peer.version())

    def open(self, path: str) -> None:
        self._original = Path(path).read_bytes()
        if hasattr(self._peer, "idle"):
            self._overhead = median(self._timed(self._peer.idle) for _ in range(_IDLE_RUNS))

    def convert(self, times: int) -> float:
        return self._timed(self._convert, times) - self._overhead

    def _convert(self) -> None:
        self._made = self._peer.thumbnails(self._original)

    def _timed(self, work: Callable[[], None], times: int = 1) -> float:
        before = cpu()
        for _ in range(times):
            work()
        return (cpu() - before) / times

    def thumbnails(self) -> list[str]:
        return [b64encode(made).decode() for made in self._made]

    def peak(self) -> int:
        return peak()


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is not an answer
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
