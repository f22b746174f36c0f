"""What a process gives up. Limits that the kernel lacks are skipped, and reported (`Confinement.enforced`)."""

import ctypes
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from thumbs.pipeline.contract import Limits
from thumbs.pipeline.sandbox import seccomp

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4  # prctl(2)
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_MMAP_MAX = -1, -3, -4  # malloc.h
_MOST_MAPPED = 65536  # allocations that may be mapped at a time; glibc's default
_MOST_IN_HEAP = 32 * 2**20  # bytes of one allocation; glibc's maximum

MOST_AT_REST = 160 * 2**20  # bytes of freed memory that a child keeps for its next picture
_LARGEST_ORIGINAL = 104 * 2**20  # bytes; MaxUploadMegabytes is at most 100

MEASURES = ("processor", "memory", "files", "seccomp")  # the limits on a child, see Confinement

# How much later than its parent a child notices that nobody is waiting any more.
_GRACE_SECONDS = 5.0


def be_opaque() -> None:
    """Hides this process from others of the same user: they cannot trace it, or read its memory or environment."""
    with suppress(AttributeError):  # prctl exists only on Linux
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def end_with(parent: int) -> None:
    """Ends this process when the one that forked it ends."""
    with suppress(AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it has already ended
        os._exit(1)


def keep_freed_memory() -> None:
    """Keeps freed memory for the next picture, instead of requesting each page from the kernel again (mallopt(3), glibc
    only)."""
    with suppress(AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_TRIM_THRESHOLD, MOST_AT_REST)
        mallopt(_M_MMAP_THRESHOLD, _MOST_IN_HEAP)


@contextmanager
def kept_in_heap() -> Iterator[None]:
    """Within it, allocations above glibc's maximum also come from memory that is kept."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:
        yield
        return
    mallopt(_M_MMAP_MAX, 0)
    yield
    mallopt(_M_MMAP_MAX, _MOST_MAPPED)


class Confinement:
    """A child's limits, which begin before its first picture and are permanent.

    enforced: the limits that the kernel enforces, from the first `apply` on.

    processor   time of all its threads together, for each picture: then SIGPROF ends it
    memory      address space, for each picture the limit above current use; in total, permanent
    files       no descriptor can be opened, permanently: no file, socket or library, nothing in /proc
    seccomp     no system call except those that `seccomp` allows, permanently
    """

    def __init__(self, connection: int):
        """connection: the only descriptor that stays open."""
        self.enforced: list[str] = []
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):  # libtiff writes its warnings to descriptor 2, whatever it is
            os.dup2(silence, stream)
        os.closerange(3, connection)
        os.closerange(connection + 1, 4096)
        try:
            self._statm = os.open("/proc/self/statm", os.O_RDONLY)
        except OSError:  # macOS, which does not limit memory either
            self._statm = -1

    def apply(self, limits: Limits) -> None:
        """For one picture. limits.memory may not exceed the first picture's."""
        signal.setitimer(signal.ITIMER_REAL, limits.wall_seconds + _GRACE_SECONDS)
        signal.setitimer(signal.ITIMER_PROF, limits.cpu_seconds)
        used = self._address_space()
        if not self.enforced:
            self._give_up(used + limits.memory + MOST_AT_REST + _LARGEST_ORIGINAL)
        if used:
            _limit(resource.RLIMIT_AS, used + limits.memory, None)

    def rest(self) -> None:
        for timer in (signal.ITIMER_REAL, signal.ITIMER_PROF):
            signal.setitimer(timer, 0)

    def _give_up(self, most: int) -> None:
        self.enforced.append("processor")
        for none in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
            _limit(none, 0, 0)
        if self._statm >= 0:
            _limit(resource.RLIMIT_AS, most, most)
            self.enforced.append("memory")
        _limit(resource.RLIMIT_NOFILE, 0, 0)
        self.enforced.append("files")
        if seccomp.install():
            self.enforced.append("seccomp")

    def _address_space(self) -> int:
        """Bytes that this process uses; 0 if the system does not report them."""
        if self._statm < 0:
            return 0
        return int(os.pread(self._statm, 100, 0).split()[0]) * resource.getpagesize()


def _limit(what: int, soft: int, hard: int | None) -> None:
    """hard: None keeps it. A lower hard limit stays, because only root may raise it."""
    least = resource.getrlimit(what)[1]
    hard = least if hard is None else hard if least == resource.RLIM_INFINITY else min(hard, least)
    resource.setrlimit(what, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
