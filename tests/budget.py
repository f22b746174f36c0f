"""The CPU time of a command: `python -m tests.budget COMMAND` runs it, and prints its CPU time at the end.

That is the time of all its processes, except in Docker's containers. It never fails a run, because a busy machine needs
more CPU time for the same work.
"""

import contextlib
import ctypes
import os
import resource
import signal
import subprocess
import sys
import time

MINUTES = 12  # of CPU time on a machine with two cores, for `make test`
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER (linux/prctl.h)


def main(command: list[str]) -> int:
    # An emulator ends without waiting for its functions' processes: on Linux they become our children, and are counted.
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).prctl(_SUBREAPER, 1)
    signal.signal(signal.SIGINT, lambda *_: None)  # the command handles Ctrl-C
    started = time.monotonic()
    status = _waited_for(subprocess.Popen(command).pid)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu, wall = (used.ru_utime + used.ru_stime) / 60, (time.monotonic() - started) / 60
    verdict = "more than" if cpu > MINUTES else "of"
    print(f"took {cpu:.2f} minutes of CPU, {verdict} the {MINUTES} that it may, and {wall:.1f} of waiting", flush=True)  # noqa: T201
    return status if status >= 0 else 128 - status


def _waited_for(command: int) -> int:
    """The command's exit code, or minus the signal that ended it, once all processes have ended and are counted."""
    pid = status = 0
    while pid != command:
        pid, status = os.waitpid(-1, 0)
    with contextlib.suppress(ChildProcessError):
        for _ in range(20):  # one that is about to end, such as an emulator's function, gets two seconds
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
            time.sleep(0.1)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
