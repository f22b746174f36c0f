"""Which process took which part of the work: CPU seconds of what was started below some processes, by what it is."""

import contextlib
import os
import re
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_KINDS = ("--type=renderer", "--type=utility", "--type=gpu-process", "--type=zygote", "chrom")


@dataclass(frozen=True)
class _Seen:
    """parent: its process id. own: its CPU seconds. waited: those of its children that have ended, and of theirs."""

    parent: int
    own: float
    waited: float


class Processes:
    """Counts from its creation to stop().

    When a process ends, the system adds its CPU time to that of its parent's ended children. What it had used when it
    was last seen counts for its own kind, and the rest for its parent's kind. So short-lived processes, such as those
    that convert, count in full.
    """

    def __init__(self, roots: dict[int, str]) -> None:
        """roots: process ids, and what they are."""
        self._roots = roots
        self._kinds: dict[int, str] = {}
        self._last: dict[int, _Seen] = {}
        self._first = _now()
        self._look()
        self._going = True
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while self._going:
            time.sleep(0.1)
            self._look()

    def _look(self) -> set[int]:
        """Returns what runs."""
        seen = _now()
        for pid in seen:
            if kind := self._kind(pid, seen):
                self._kinds[pid] = kind
                self._last[pid] = seen[pid]
        return set(seen)

    def _kind(self, pid: int, seen: dict[int, _Seen]) -> str | None:
        if pid in self._kinds and self._kinds[pid] != "emulator":  # a function is a fork of it at first
            return self._kinds[pid]
        if pid in self._roots:
            return self._roots[pid]
        above: int | None = pid
        while above is not None and above not in self._roots:
            above = seen[above].parent if above in seen else None
        if above is None:
            return None
        with contextlib.suppress(OSError):
            variables = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            named = [value for value in variables if value.startswith(b"AWS_LAMBDA_FUNCTION_NAME=")]
            if named:
                return re.sub(r"\w+=[\w-]*?(\w+)Function-.*", r"function \1", named[0].decode())
            if "dev.emulator" in command:
                return "emulator"
            if any(word in command for word in _KINDS):
                return "page" if "--type=renderer" in command else "browser besides the page"
        return self._kinds.get(seen[pid].parent) or self._roots[above]

    def stop(self) -> Counter[str]:
        """CPU seconds, by what the processes are."""
        self._going = False
        self._thread.join()
        running = self._look()
        total: dict[str, float] = defaultdict(float)
        told: dict[int, float] = defaultdict(float)
        for pid, last in self._last.items():
            first = self._first.get(pid, _Seen(0, 0, 0))
            total[self._kinds[pid]] += last.own - first.own
            if pid not in running:
                told[last.parent] += last.own + last.waited
        for pid, last in self._last.items():
            waited = last.waited - (self._first[pid].waited if pid in self._first else 0)
            total[self._kinds[pid]] += max(0.0, waited - told[pid])
        return Counter(total)


def _now() -> dict[int, _Seen]:
    """All processes of this machine, in the order of their ids."""
    seen = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()  # proc_pid_stat(5), from the third
            ticks = [int(field) / _TICK for field in fields[11:15]]  # utime, stime, cutime, cstime
            seen[int(folder.name)] = _Seen(int(fields[1]), ticks[0] + ticks[1], ticks[2] + ticks[3])
    return seen
