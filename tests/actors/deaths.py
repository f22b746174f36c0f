"""Children that die in the middle of their work: at a call that they make of a library, as a test says."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from thumbs.pipeline.sandbox import parent, processes

_LENGTH = 100  # bytes of a plan

# Runs in the zygote before it serves. The children inherit the watching and the plan, which they have mapped.
_WATCH = """
import mmap, os, signal, sys

def watching():
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):  # which shells ignore for what runs in the background
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    plan = mmap.mmap(os.open({path!r}, os.O_RDONLY), 0, prot=mmap.PROT_READ)
    kill, process, encode = os.kill, os.getpid, str.encode
    seen, current = 0, b""

    def watch(frame, event, called):
        nonlocal seen, current
        if event != "c_call":
            return
        now = plan[:]
        begins, *told, ends = now.split()
        if begins != ends or len(told) != 3:
            return  # it is being written
        name, number, count = told
        if now != current:
            seen, current = 0, now
        if encode(called.__qualname__) == name:
            seen += 1
            if seen == int(count):
                os._exit(-int(number)) if int(number) <= 0 else kill(process(), int(number))

    return watch

sys.setprofile(watching())
"""


class Deaths:
    """plan: the file that the children look into."""

    def __init__(self, plan: Path):
        self._plan, self._changes = plan, 0
        self.never()

    def at(self, name: str, how: int, count: int = 1) -> None:
        """name: of a function in C, in full. how: a signal, or an exit code as a number of at most 0. count: at which
        of a child's calls, from now on."""
        self._write(f"{name} {int(how)} {count}")

    def never(self) -> None:
        self._write("nothing 0 1")

    def _write(self, plan: str) -> None:
        self._changes += 1
        with self._plan.open("r+b" if self._plan.exists() else "w+b") as file:
            number = str(self._changes)
            file.write(f"{number} {plan}".ljust(_LENGTH - len(number)).encode() + number.encode())


@contextmanager
def deaths(folder: Path) -> Iterator[Deaths]:
    """folder: for the plan."""
    planned = Deaths(folder / "plan")
    with pytest.MonkeyPatch.context() as patch:
        parent.close()
        patch.setattr(processes, "_ZYGOTE", _WATCH.format(path=str(folder / "plan")) + processes._ZYGOTE)
        yield planned
        parent.close()
