"""The parent's part: makes a child convert, and trusts none of its answers."""

import atexit
import os
import signal
import threading
import time
from contextlib import suppress
from functools import cache

from thumbs.errors import Reason, Rejected
from thumbs.pipeline import budget, phase
from thumbs.pipeline.contract import Conversion, Limits, Wanted
from thumbs.pipeline.identify import identify
from thumbs.pipeline.sandbox import answer
from thumbs.pipeline.sandbox.answer import SandboxError
from thumbs.pipeline.sandbox.processes import Child, Ended, NotBegunError, Zygote
from thumbs.pipeline.sandbox.wire import Job, UnexpectedError

__all__ = ["SandboxError", "close", "enforced", "run", "start"]

# The signals that a program's own fault raises (signal(7)).
_CRASHES = (
    *(signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE),
    *(signal.SIGABRT, signal.SIGTRAP, signal.SIGSYS),
)


def start() -> None:
    """Starts the zygote without waiting, so that it loads while this process loads something else."""
    _sandbox().start()


def run(original: bytes, wanted: Wanted, limits: Limits) -> Conversion:
    """See pipeline.run. Raises Rejected and SandboxError."""
    accepted = identify(original)
    if accepted.name not in budget.ORIGINALS:
        wanted = wanted._replace(animated=False)
    return _sandbox().run(Job(original, accepted, wanted, limits))


def enforced() -> list[str]:
    """The limits that the kernel enforced on the last child (see confinement.Confinement)."""
    return _sandbox().enforced


def close() -> None:
    """Ends the processes, if there are any; the next picture starts new ones."""
    _sandbox().close()


@cache
def _sandbox() -> "_Sandbox":
    return _Sandbox()


class CrashError(SandboxError):
    """The steps crashed on what they had read: our fault, or that of a library."""


class _Sandbox:
    """Keeps the zygote, and a child between pictures."""

    def __init__(self) -> None:
        self.enforced: list[str] = []
        self._zygote: Zygote | None = None
        self._kept: Child | None = None
        self._lock = threading.Lock()
        atexit.register(self.close)

    def start(self) -> None:
        with self._lock, suppress(OSError):  # the first picture tries again
            self._started()

    def run(self, job: Job) -> Conversion:
        with self._lock:
            zygote = self._started()
            until = time.monotonic() + job.limits.wall_seconds
            kept, self._kept = self._kept, None
            if kept and kept.suits(job):
                try:
                    return self._converted(zygote, kept, job)
                except NotBegunError:
                    pass  # it died while it was idle
                except (Rejected, CrashError):
                    left = _left(job, kept, until)
                    if left is None:
                        raise
                    job = job._replace(limits=left)
            given_up: Rejected | None = None
            while True:
                zygote = self._started()
                try:
                    child = zygote.child(job)
                    return _told(self._converted(zygote, child, job), given_up)
                except NotBegunError as error:
                    raise SandboxError("no sandbox starts") from error
                except (Rejected, CrashError) as why:
                    left = _left(job, child, until)
                    if left is None or not job.wanted.animated:
                        raise
                    given_up = why if isinstance(why, Rejected) else Rejected(Reason.TOO_COMPLEX, str(why))
                # A later frame may be at fault: the first one is all that the verdict may depend on.
                job = job._replace(limits=left, wanted=job.wanted._replace(animated=False))

    def _converted(self, zygote: Zygote, child: Child, job: Job) -> Conversion:
        """Raises Rejected, SandboxError and NotBegunError. After each of them, the child has ended."""
        try:
            self.enforced = child.begin(job)
            conversion = answer.understood(child.answer(job.limits.wall_seconds), job)
        except NotBegunError:
            self._end()
            raise
        except UnexpectedError as error:
            zygote.replace()
            raise Rejected(Reason.DAMAGED, answer.NONSENSE) from error
        except TimeoutError:
            zygote.replace()
            if child.spent > job.limits.cpu_seconds:  # it has disarmed its timer
                raise Rejected(Reason.TOO_COMPLEX, f"stopped after {child.spent:.2f} s of processor time") from None
            raise SandboxError(f"no answer in {job.limits.wall_seconds:g} s; processor: {child.spent:.1f} s") from None
        except (OSError, EOFError):
            raise _cause(zygote.replace(), job.limits) from None
        except BaseException:
            zygote.replace()
            raise
        if child.may_stay():
            self._kept = child
        else:
            zygote.replace()
        return conversion

    def _started(self) -> Zygote:
        zygote = self._zygote
        if zygote is None or zygote.parent != os.getpid() or not zygote.runs():
            self._end()
            zygote = self._zygote = Zygote()
        return zygote

    def close(self) -> None:
        with self._lock:
            self._end()

    def _end(self) -> None:
        zygote, self._zygote, self._kept = self._zygote, None, None
        if zygote and zygote.parent == os.getpid():  # a fork of this process does not own it
            zygote.end()


def _told(conversion: Conversion, given_up: Rejected | None) -> Conversion:
    """The conversion, and why it is that of the first frame alone. given_up: by the child before."""
    if given_up is None:
        return conversion
    told = conversion.without_motion(given_up) if conversion.original["frames"] > 1 else conversion
    return told._replace(given_up=given_up.detail)


def _left(job: Job, child: Child, until: float) -> Limits | None:
    """What another attempt may cost, after one in this child; None if nothing is left. until: of time.monotonic."""
    seconds = job.limits.cpu_seconds - child.spent
    if seconds <= 0:
        return None
    return job.limits._replace(cpu_seconds=seconds, wall_seconds=max(1.0, until - time.monotonic()))


def _cause(ended: Ended | None, limits: Limits) -> Exception:
    """Why a child that had begun ended without an answer. An attacker may have written its phase, who can
    claim a fault of ours anyway (see answer.understood)."""
    if ended is None:
        return SandboxError("the zygote ended with its child")
    match -ended.code:
        case signal.SIGPROF:
            return Rejected(Reason.TOO_COMPLEX, f"stopped after {limits.cpu_seconds:.2f} s of processor time")
        case signal.SIGKILL:
            return Rejected(Reason.TOO_COMPLEX, "killed, probably for its memory")
        case signal.SIGALRM:
            return SandboxError("a child gave up before its parent did")
        case number if number in _CRASHES:
            how = f"crashed: {signal.strsignal(number)}"
        case number if number > 0:
            return SandboxError(f"a child was stopped from outside: {signal.strsignal(number)}")
        case _:
            how = f"ended its process with {ended.code}"
    match ended.phase:
        case phase.MAKING:
            return CrashError(f"a step that follows decoding {how}")
        case phase.SHORT:
            return Rejected(Reason.TOO_COMPLEX, f"short of memory, the encoder {how}")
    return Rejected(Reason.DAMAGED, f"the decoder {how}")
