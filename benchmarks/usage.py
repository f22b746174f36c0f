"""The CPU and memory of this process and its children, including living ones: the pipeline keeps two between pictures.

Linux reports living processes; elsewhere only ended ones count.
"""

import os
import resource
import sys
import time

_KIB = 1024
_ENTRY, _PRESENT = 8, 63  # of a page in pagemap: bytes, and the bit that tells whether it is in memory


def cpu() -> float:
    """Seconds, of this process with its threads, and of its children."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    alive = sum(_cpu_of(process) for process in _descendants())
    return time.process_time() + ended.ru_utime + ended.ru_stime + alive


def _cpu_of(process: int) -> float:
    """Seconds of a living process, and of its ended children."""
    with open(f"/proc/{process}/stat") as stat:  # noqa: PTH123  as below
        ticks = stat.read().rpartition(")")[2].split()[13:15]  # cutime, cstime: proc(5)
    # The CPU clock of another process: clock_getcpuclockid(3), as Linux spells it.
    return time.clock_gettime(~process << 3 | 2) + sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def peak() -> int:
    """Bytes: the maximum that this process and the decoding one have had in memory.

    The kernel's own count for this process (ru_maxrss) would include the process that started it: VmHWM begins anew
    with exec. Only its youngest descendant counts, because it decodes, and shares the pages of the one that forked it.
    Pages of files that both have mapped, such as the interpreter's own, are in memory once and count once.
    """
    ended = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    if sys.platform == "darwin":  # which counts bytes
        return max(ended, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    youngest = [
        _kib("status", "VmHWM:", str(process)) - _shared(process) // _KIB
        for process in _descendants()
        if not _children(process)
    ]
    return (_kib("status", "VmHWM:") + max([ended, *youngest])) * _KIB


def _shared(process: int) -> int:
    """Bytes of files that this process and that one have in memory; 0 if the system does not show them."""
    try:
        return len(_pages("self") & _pages(str(process))) * resource.getpagesize()
    except OSError:
        return 0


def _pages(process: str) -> set[tuple[str, str, int]]:
    """The pages of files, by device, inode and number, that a process has mapped without the right to write, and that
    are in memory: proc(5), maps and pagemap."""
    size = resource.getpagesize()
    found = set()
    with open(f"/proc/{process}/maps") as maps, open(f"/proc/{process}/pagemap", "rb", buffering=0) as pagemap:  # noqa: PTH123  as above
        for line in maps:
            span, access, offset, device, inode = line.split()[:5]
            start, end = (int(place, 16) for place in span.split("-"))
            if inode == "0" or "w" in access:
                continue
            pagemap.seek(start // size * _ENTRY)
            entries = memoryview(pagemap.read((end - start) // size * _ENTRY)).cast("Q")
            first = int(offset, 16) // size
            found |= {(device, inode, first + number) for number, entry in enumerate(entries) if entry >> _PRESENT}
    return found


def _descendants() -> list[int]:
    found = [os.getpid()]
    for process in found:
        found.extend(_children(process))
    return found[1:]


def _children(process: int) -> list[int]:
    try:
        with open(f"/proc/{process}/task/{process}/children") as children:  # noqa: PTH123  as below
            return [int(child) for child in children.read().split()]
    except OSError:
        return []


def _kib(file: str, name: str, process: str = "self") -> int:
    with open(f"/proc/{process}/{file}") as lines:  # noqa: PTH123  pathlib would be missing from what the measured function imports
        return next(int(line.split()[1]) for line in lines if line.startswith(name))
