"""The machine of the measurements, without names or paths."""

import os
import platform
import re
from pathlib import Path

_GIB = 2**30


def description() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GIB
    return (
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB of memory; {_system()}, {platform.machine()}; "
        f"Python {platform.python_version()}"
    )


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    named = re.search(r"^model name\s*:\s*(.+)$", cpuinfo.read_text() if cpuinfo.exists() else "", re.MULTILINE)
    return named[1].strip() if named else platform.processor() or "unknown processor"


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return f"{platform.system()} {platform.release()}"
