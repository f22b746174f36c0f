"""The machine of the measurements, without names or paths, and who else used it."""

import os
import platform
import re
import time
from pathlib import Path

from benchmarks import usage

_GIB = 2**30
_CPUINFO, _STAT = Path("/proc/cpuinfo"), Path("/proc/stat")


def description() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GIB
    return (
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB of memory; {_system()}, {platform.system()} "
        f"{_kernel()}, {platform.machine()}; Python {platform.python_version()}"
    )


class Others:
    """What other programs use of the machine's processors from now on."""

    def __init__(self) -> None:
        self._began, self._busy, self._own = time.monotonic(), _busy(), usage.cpu()

    def share(self) -> float:
        """A share of all cores, 0 to 1, with what a hypervisor withholds; 0 where the system does not tell."""
        passed = (time.monotonic() - self._began) * (os.cpu_count() or 1)
        others = (_busy() - self._busy) - (usage.cpu() - self._own)
        return min(1.0, max(0.0, others) / passed) if passed else 0.0


def _busy() -> float:
    """Seconds that all cores together were not idle since the machine started; 0 where the system does not tell."""
    if not _STAT.exists():
        return usage.cpu()
    ticks = list(map(int, _STAT.read_text().split("\n", 1)[0].split()[1:9]))
    user, nice, system, _idle, _waiting, interrupts, softly, stolen = ticks  # proc_stat(5)
    return (user + nice + system + interrupts + softly + stolen) / os.sysconf("SC_CLK_TCK")


def _processor() -> str:
    """Its name, and the numbers of its generation, because a hypervisor may shorten the name."""
    cpuinfo = _CPUINFO.read_text() if _CPUINFO.exists() else ""
    told = dict(re.findall(r"^([a-zA-Z_ ]+?)\s*:\s*(.+)$", cpuinfo, re.MULTILINE))
    name = told.get("model name", "").strip() or platform.processor() or "unknown processor"
    generation = ", ".join(f"{key.removeprefix('cpu ')} {told[key]}" for key in ("cpu family", "model") if key in told)
    return f"{name} ({generation})" if generation else name


def _kernel() -> str:
    """The release without what a distribution or a host appends: 6.18.44."""
    return re.match(r"[\d.]*", platform.release())[0].rstrip(".")  # type: ignore[index]  # it matches nothing, too


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.system()
