"""The zygote and its children, as the parent sees them."""

import json
import os
import pickle
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
from thumbs.pipeline.sandbox.wire import Job

# A child is replaced after so many pictures, and when it rests with so many bytes more than it began with: the function
# has 350 MB for everything but the conversion (settings.conversion_memory), and Python and boto3 take half of them.
_MOST_PICTURES = 200
_MOST_GROWTH = MOST_AT_REST

# How long a child may take before it begins, with the start of the zygote on a busy machine.
_START_SECONDS = 30.0
_END_SECONDS = 5.0
_LONGEST = 256 * 2**20  # bytes of an answer: ten thumbnails of 4,096 pixels in the worst of qualities
_LONGEST_WORD = 1000  # bytes of what a child says first, and of what the zygote answers

_ZYGOTE = (
    "import gc, sys; gc.disable(); sys.path[:] = sys.argv[2:]; "
    "from thumbs.pipeline.sandbox import zygote; zygote.serve(int(sys.argv[1]))"
)


class NotBegunError(Exception):
    """A child was gone, or stuck, before it began with the picture, which therefore is not to blame."""


class Ended(NamedTuple):
    """How a child ended. code: its exit code, or the negative number of a signal. seconds: of processor time."""

    code: int
    seconds: float


class Zygote:
    """It has one child at a time: asked for another, it ends the former."""

    def __init__(self) -> None:
        be_opaque()  # before there is anybody whom it concerns
        self.parent = os.getpid()
        self._loaded: set[tuple[str, str]] = set()
        self._child: Child | None = None
        self._control, theirs = socket.socketpair()
        self._control.settimeout(_START_SECONDS)
        flags = [*(["-B"] if sys.dont_write_bytecode else []), f"-Xpycache_prefix={sys.pycache_prefix or ''}"]
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603  our own code
                # Isolated, and without site: it finds what this process finds, and runs nothing else.
                [sys.executable, "-IS", *flags, "-c", _ZYGOTE, str(theirs.fileno()), *sys.path],
                env=settings.current().library_path,  # and nothing else: no credentials
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )

    def child(self, job: Job) -> "Child":
        """One that has loaded what the job needs, and has had no picture. Raises NotBegunError."""
        needed = job.accepted.reader, job.wanted.output.name
        if self._child is None or self._child.begun or needed not in self._loaded:
            self._fork((job.accepted, job.wanted.output))
            self._loaded.add(needed)
        assert self._child is not None
        self._child.serves(self._loaded, job.limits.memory)
        return self._child

    def replace(self) -> Ended:
        """Ends the child, tells how it ended, and has another one ready."""
        former = self._child
        assert former is not None
        try:
            ended = self._fork(None)
        except NotBegunError:  # the next picture has another zygote
            return Ended(0, 0.0)
        former.ended(ended)
        return ended

    def _fork(self, needed: object) -> Ended:
        """Raises NotBegunError when the zygote is gone, or stuck; then it is gone, too: what it answers later would be
        taken for the answer to the next command."""
        if self._child:
            self._child.close()
        ours, theirs = socket.socketpair()
        self._child = Child(ours)
        try:
            with theirs:
                socket.send_fds(self._control, [pickle.dumps(needed)], [theirs.fileno()])
            self._child.process, code, seconds = json.loads(self._control.recv(_LONGEST_WORD))
        except (OSError, ValueError) as error:
            self.process.kill()
            self.process.wait()
            raise NotBegunError from error
        return Ended(code, seconds)

    def runs(self) -> bool:
        return self.process.poll() is None

    def end(self) -> None:
        """And its child with it."""
        self._control.close()
        if self._child:
            self._child.close()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(_END_SECONDS if self._child else 0)
        self.process.kill()
        self.process.wait()


class Child:
    """A process that converts. It was forked by the zygote.

    spent: when it has ended, the seconds of processor time that the last picture took; where nobody tells, of waiting.
    """

    def __init__(self, connection: socket.socket):
        self.process = 0
        self.spent = 0.0
        self._connection = connection
        self._loaded: frozenset[tuple[str, str]] = frozenset()
        self._memory = self._pictures = self._at_first = 0
        self._began, self._clock = 0.0, self._processor_time()

    @property
    def begun(self) -> bool:
        """Whether it was handed a picture."""
        return self._pictures > 0

    def serves(self, loaded: set[tuple[str, str]], memory: int) -> None:
        """loaded: readers and outputs. memory: of limits."""
        self._loaded, self._memory = frozenset(loaded), memory

    def suits(self, job: Job) -> bool:
        """Confined, it can load nothing more, and have no more memory."""
        return (job.accepted.reader, job.wanted.output.name) in self._loaded and job.limits.memory == self._memory

    def begin(self, job: Job) -> list[str]:
        """Hands it the picture. Returns what the kernel holds it to. Raises NotBegunError."""
        self._pictures += 1
        self._began, self._clock = time.monotonic(), self._processor_time()
        until = time.monotonic() + _START_SECONDS
        try:
            for content in (pickle.dumps(job._replace(original=b"")), job.original):
                wire.send(self._connection, self._pictures, [content], until)
            told = json.loads(wire.receive(self._connection, self._pictures, _LONGEST_WORD, until))
            # Nothing else comes into our log, whoever has the child by now.
            enforced = [measure for measure in MEASURES if measure in told]
        except (OSError, EOFError, ValueError, TypeError, RecursionError, wire.UnexpectedError) as error:
            raise NotBegunError from error
        self._at_first = self._at_first or self._in_memory()
        return enforced

    def answer(self, seconds: float) -> bytes:
        """seconds: how long to wait. Raises TimeoutError, wire.UnexpectedError; OSError or EOFError when it is gone."""
        return wire.receive(self._connection, self._pictures, _LONGEST, time.monotonic() + seconds)

    def may_stay(self) -> bool:
        return self._pictures < _MOST_PICTURES and self._in_memory() - self._at_first <= _MOST_GROWTH

    def ended(self, ended: Ended) -> None:
        waited = time.monotonic() - self._began
        self.spent = waited if self._clock is None else ended.seconds - self._clock

    def _processor_time(self) -> float | None:
        """Seconds, of all its threads; None on macOS, which does not tell."""
        try:
            return time.clock_gettime(~self.process << 3 | 2)  # clock_getcpuclockid(3), as Linux spells it
        except OSError:
            return None

    def close(self) -> None:
        self._connection.close()

    def _in_memory(self) -> int:
        """Bytes; 0 on macOS, which does not tell."""
        try:
            return int(Path(f"/proc/{self.process}/statm").read_text().split()[1]) * resource.getpagesize()
        except OSError:
            return 0
