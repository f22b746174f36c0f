"""What this process and its children take, those that still live included: the pipeline keeps one between pictures.

Linux tells of the living; elsewhere only those that have ended count.
"""

import os
import resource
import sys
import time

_KIB = 1024


def cpu() -> float:
    """Seconds, of this process with its threads, and of its children."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    # The CPU clock of another process: clock_getcpuclockid(3), as Linux spells it.
    alive = sum(time.clock_gettime(~child << 3 | 2) for child in _alive())
    return time.process_time() + ended.ru_utime + ended.ru_stime + alive


def peak() -> int:
    """Bytes: the most that this process or one of its children has had in memory.

    A forked child's count includes the pages that it shares with its parent. To that of a living one, what this process
    has for itself is added. The kernel's own count for this process (ru_maxrss) would include whoever started it: VmHWM
    begins anew with exec.
    """
    ended = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    if sys.platform == "darwin":  # which counts bytes
        return max(ended, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    most = max(ended, _kib("status", "VmHWM:"))
    children = _alive()
    if children:
        own = _kib("smaps_rollup", "Private_Clean:") + _kib("smaps_rollup", "Private_Dirty:")
        most = max(most, own + sum(_kib("status", "VmHWM:", str(child)) for child in children))
    return most * _KIB


def _alive() -> list[int]:
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as children:  # noqa: PTH123  as below
            return [int(child) for child in children.read().split()]
    except OSError:
        return []


def _kib(file: str, name: str, process: str = "self") -> int:
    with open(f"/proc/{process}/{file}") as lines:  # noqa: PTH123  pathlib would be missing from what the measured function imports
        return next(int(line.split()[1]) for line in lines if line.startswith(name))
