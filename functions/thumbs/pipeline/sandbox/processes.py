"""The zygote and its children, as seen by the parent."""

import json
import os
import resource
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from thumbs import settings
from thumbs.pipeline.sandbox import wire
from thumbs.pipeline.sandbox.confinement import MEASURES, MOST_AT_REST, be_opaque
from thumbs.pipeline.sandbox.wire import Job, Needed

# A child is replaced after this many pictures, and if it is idle with this many bytes more than at its start: the
# function has 350 MB for everything but the conversion (settings.conversion_memory), and what it has
# loaded takes up to half of them.
_MOST_PICTURES = 200
_MOST_GROWTH = MOST_AT_REST

# How long a child may take to begin, including the start of the zygote on a busy machine.
_START_SECONDS = 30.0
_END_SECONDS = 5.0
_LONGEST = 256 * 2**20  # bytes of an answer: ten thumbnails of 4,096 pixels at the worst quality
_LONGEST_WORD = 1000  # bytes of a child's first message, and of the zygote's answer

_ZYGOTE = (
    "import gc, sys; gc.disable(); sys.path[:] = sys.argv[2:]; "
    "from thumbs.pipeline.sandbox import zygote; zygote.serve(int(sys.argv[1]))"
)


class NotBegunError(Exception):
    """A child ended or hung before it began with the picture, which is therefore not at fault."""


class Ended(NamedTuple):
    """How a child ended. code: its exit code, or a negative signal number. seconds: of processor time. phase: what it
    was doing (see `phase`)."""

    code: int
    seconds: float
    phase: int


class Zygote:
    """Has one child at a time; a request for another ends the current one."""

    def __init__(self) -> None:
        be_opaque()  # before another process exists that could read this one
        self.parent = os.getpid()
        self._loaded: set[Needed] = set()
        self._child: Child | None = None
        self._control, theirs = socket.socketpair()
        self._control.settimeout(_START_SECONDS)
        flags = [*(["-B"] if sys.dont_write_bytecode else []), f"-Xpycache_prefix={sys.pycache_prefix or ''}"]
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603  our own code
                # Isolated, and without site: it finds the modules that this process finds, and runs nothing else.
                [sys.executable, "-IS", *flags, "-c", _ZYGOTE, str(theirs.fileno()), *sys.path],
                env=settings.current().library_path,  # nothing else: no credentials
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )

    def child(self, job: Job) -> "Child":
        """A child that has loaded what the job needs, and has had no picture. Raises NotBegunError."""
        if self._child is None or self._child.begun or job.needed not in self._loaded:
            self._fork(job.needed)
            self._loaded.add(job.needed)
        assert self._child is not None
        self._child.serves(self._loaded, job.limits.memory)
        return self._child

    def replace(self) -> Ended | None:
        """Ends the child, returns how it ended, and prepares another. None if the zygote itself has ended."""
        former = self._child
        assert former is not None
        try:
            ended = self._fork(None)
        except NotBegunError:  # the next picture starts another zygote
            return None
        former.ended(ended)
        return ended

    def _fork(self, needed: Needed | None) -> Ended:
        """Raises NotBegunError if the zygote has ended or hangs. Then it is killed, because a late answer would be
        taken for the answer to the next command."""
        if self._child:
            self._child.close()
        ours, theirs = socket.socketpair()
        self._child = Child(ours)
        try:
            with theirs:
                socket.send_fds(self._control, [wire.packed(needed)], [theirs.fileno()])
            self._child.process, *ended = json.loads(self._control.recv(_LONGEST_WORD))
        except (OSError, ValueError) as error:
            self.process.kill()
            self.process.wait()
            raise NotBegunError from error
        return Ended(*ended)

    def runs(self) -> bool:
        return self.process.poll() is None

    def end(self) -> None:
        """Ends the zygote, and its child with it."""
        self._control.close()
        if self._child:
            self._child.close()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(_END_SECONDS if self._child else 0)
        self.process.kill()
        self.process.wait()


class Child:
    """A process that converts, forked by the zygote.

    spent: once it has ended, the seconds of processor time of the last picture; if the system does not report them, of
    waiting.
    """

    def __init__(self, connection: socket.socket):
        self.process = 0
        self.spent = 0.0
        self._connection = connection
        self._loaded: frozenset[Needed] = frozenset()
        self._memory = self._pictures = self._at_first = 0
        self._began, self._clock = 0.0, self._processor_time()

    @property
    def begun(self) -> bool:
        """Whether it has received a picture."""
        return self._pictures > 0

    def serves(self, loaded: set[Needed], memory: int) -> None:
        """loaded: what it can serve. memory: of limits."""
        self._loaded, self._memory = frozenset(loaded), memory

    def suits(self, job: Job) -> bool:
        """Whether it can convert this job: once confined, it can neither load modules nor get more memory."""
        return job.needed in self._loaded and job.limits.memory == self._memory

    def begin(self, job: Job) -> list[str]:
        """Sends it the picture. Returns the limits that the kernel enforces. Raises NotBegunError."""
        self._pictures += 1
        self._began, self._clock = time.monotonic(), self._processor_time()
        until = time.monotonic() + _START_SECONDS
        try:
            for content in (wire.packed(job), job.original):
                wire.send(self._connection, self._pictures, [content], until)
            told = json.loads(wire.receive(self._connection, self._pictures, _LONGEST_WORD, until))
            # Only known words reach our log, even if an attacker controls the child.
            enforced = [measure for measure in MEASURES if measure in told]
        except (OSError, EOFError, ValueError, TypeError, RecursionError, wire.UnexpectedError) as error:
            raise NotBegunError from error
        self._at_first = self._at_first or self._in_memory()
        return enforced

    def answer(self, seconds: float) -> bytes:
        """seconds: how long to wait. Raises TimeoutError, wire.UnexpectedError; OSError or EOFError if it has ended."""
        return wire.receive(self._connection, self._pictures, _LONGEST, time.monotonic() + seconds)

    def may_stay(self) -> bool:
        return self._pictures < _MOST_PICTURES and self._in_memory() - self._at_first <= _MOST_GROWTH

    def ended(self, ended: Ended) -> None:
        waited = time.monotonic() - self._began
        self.spent = waited if self._clock is None else ended.seconds - self._clock

    def _processor_time(self) -> float | None:
        """Seconds, of all its threads; None on macOS, which does not report them."""
        try:
            return time.clock_gettime(~self.process << 3 | 2)  # clock_getcpuclockid(3) on Linux
        except OSError:
            return None

    def close(self) -> None:
        self._connection.close()

    def _in_memory(self) -> int:
        """Bytes; 0 on macOS, which does not report them."""
        try:
            return int(Path(f"/proc/{self.process}/statm").read_text().split()[1]) * resource.getpagesize()
        except OSError:
            return 0
