"""Sandbox: the steps run in a process of their own, so that no file can take the invocation down.

A decoder that crashes, hangs or eats memory ends that process and nothing else, on the first attempt: the answer is
`rejected`, where a function that runs out of memory or time would be tried three times before anybody heard of it.

The child is forked, which costs 1 to 3 ms, and finds the decoders loaded and its first original in memory. It is kept
for the next picture as long as all that it was given became thumbnails: warm, it needs 10 to 40 ms less for each. After
anything else it is killed. What a kept child refuses is tried again by a new one, so that no picture is refused for
what another left behind. Where forking is unsafe, because this process has threads, a new interpreter is the child; it
takes about 100 ms to start.

What comes back is data, not objects: a JSON header and the files, so that a decoder under an attacker's control can
answer nonsense, and no more. The kernel enforces memory by address space (not on macOS, where only time is limited).
"""

import atexit
import ctypes
import gc
import json
import os
import pickle
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, NoReturn

from thumbs import formats, manifest
from thumbs.errors import Reason, Rejected
from thumbs.pipeline import steps
from thumbs.pipeline.contract import Conversion, Limits, Rendered, Wanted
from thumbs.pipeline.identify import identify

# A child is replaced after so many pictures, and when it rests with so many bytes more than it began with: the function
# has 350 MB for everything but the conversion (settings.conversion_memory), and Python and boto3 take half of them.
_MOST_PICTURES = 200
_MOST_AT_REST = 160 * 2**20

# Everything is sent in frames, which begin with the number of the picture and the count of the bytes that follow.
_FRAME = struct.Struct(">QQ")
_HEADER = 4  # bytes of the length of the JSON header of an answer
_LONGEST = 256 * 2**20  # bytes of an answer: ten thumbnails of 4,096 pixels in the worst of qualities

# Given to a new interpreter, so that it finds the same modules; its connection is its standard input.
_FRESH = "import sys; sys.path[:] = sys.argv[1:]; from thumbs.pipeline import sandbox; sandbox.serve()"
# How long a child may take before it begins: a new interpreter on a busy machine.
_START_SECONDS = 10.0
# How much later than its parent a child notices that its time is over.
_GRACE_SECONDS = 1.0

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h
_MOST_IN_HEAP = 32 * 2**20  # bytes of one allocation; glibc takes no more

_NONSENSE = "the sandbox answered nonsense"


class SandboxError(RuntimeError):
    """The steps raised what they should not, or no child starts: a mistake of ours."""


class _NotBegunError(Exception):
    """The child was gone, or stuck, before it began with the picture, which therefore is not to blame."""


class _Job(NamedTuple):
    number: int
    original: bytes
    accepted: formats.Input
    wanted: Wanted
    limits: Limits


def run(original: bytes, wanted: Wanted, limits: Limits) -> Conversion:
    """See pipeline.run. Raises Rejected and SandboxError."""
    return _sandbox().run(_Job(1, original, identify(original), wanted, limits))


def close() -> None:
    """Ends the child that is kept, if there is one; the next picture starts another."""
    _sandbox().close()


@cache
def _sandbox() -> "_Sandbox":
    return _Sandbox()


class _Sandbox:
    """Keeps the child between pictures."""

    def __init__(self) -> None:
        self._kept: _Child | None = None
        self._lock = threading.Lock()
        atexit.register(self.close)

    def run(self, job: _Job) -> Conversion:
        with self._lock:
            kept, self._kept = self._kept, None
            if kept and kept.parent == os.getpid():  # a fork of this process leaves that child to its parent
                started = time.monotonic()
                try:
                    return self._converted(kept, job)
                except _NotBegunError:  # it died while nobody looked
                    pass
                except Rejected:
                    left = job.limits.seconds - (time.monotonic() - started)
                    if left <= 0:
                        raise
                    job = job._replace(limits=replace(job.limits, seconds=left))
            try:
                return self._converted(_Child(job), job)
            except _NotBegunError as error:
                raise SandboxError("no sandbox starts") from error

    def close(self) -> None:
        with self._lock:
            kept, self._kept = self._kept, None
            if kept and kept.parent == os.getpid():
                kept.end()

    def _converted(self, child: "_Child", job: _Job) -> Conversion:
        try:
            conversion = child.convert(job)
        except BaseException:
            child.end()
            raise
        if child.may_stay():
            self._kept = child
        else:
            child.end()
        return conversion


class _Child:
    """The process, as its parent sees it. It is started with its first job."""

    def __init__(self, job: _Job) -> None:
        self.parent = os.getpid()
        self._pictures = 0
        self._code: int | None = None
        self._spawned: subprocess.Popen[bytes] | None = None
        self._shared = 0
        self._connection, theirs = socket.socketpair()
        with theirs:
            if _alone():
                steps.prepare(job.accepted, job.wanted.output)
                self._shared = _memory("self", 1)
                self._process = os.fork()
                if self._process == 0:
                    _work(theirs, job)
            else:
                command = [sys.executable, "-c", _FRESH, *sys.path]
                self._spawned = subprocess.Popen(command, stdin=theirs.fileno())  # noqa: S603  our own code
                self._process = self._spawned.pid

    def convert(self, job: _Job) -> Conversion:
        """Raises Rejected, SandboxError and _NotBegunError, after each of which the child has to end."""
        self._pictures += 1
        job = job._replace(number=self._pictures)
        start = time.monotonic() + _START_SECONDS
        try:
            if self._pictures > 1 or self._spawned:
                self._send(job, start)
            self._receive(job.number, start)  # that it begins
        except (OSError, EOFError) as error:
            raise _NotBegunError from error
        try:
            return _understood(self._receive(job.number, time.monotonic() + job.limits.seconds))
        except TimeoutError:
            raise Rejected(Reason.TOO_COMPLEX, f"stopped after {job.limits.seconds:.2f} seconds") from None
        except (OSError, EOFError):
            raise _cause(self.end()) from None

    def _send(self, job: _Job, until: float) -> None:
        facts = pickle.dumps(job._replace(original=b""))
        for content in (facts, job.original):
            self._connection.settimeout(_left(until))
            self._connection.sendall(_FRAME.pack(job.number, len(content)))
            self._connection.sendall(content)

    def _receive(self, number: int, until: float) -> bytes:
        """The content of the next frame. Raises TimeoutError, EOFError and, for a frame that cannot be, Rejected."""
        said, length = _FRAME.unpack(self._read(_FRAME.size, until))
        if said != number or length > _LONGEST:
            raise Rejected(Reason.DAMAGED, _NONSENSE)
        return self._read(length, until)

    def _read(self, length: int, until: float) -> bytes:
        content = bytearray(length)
        rest = memoryview(content)
        while rest:
            self._connection.settimeout(_left(until))
            count = self._connection.recv_into(rest)
            if not count:
                raise EOFError
            rest = rest[count:]
        return bytes(content)

    def may_stay(self) -> bool:
        grown = _memory(self._process, 1) - self._shared
        return self._pictures < _MOST_PICTURES and grown <= _MOST_AT_REST

    def end(self) -> int:
        """Kills it, if it still runs, and tells how it ended: its exit code, or the negative number of a signal."""
        if self._code is None:
            self._connection.close()
            os.kill(self._process, signal.SIGKILL)  # one that has ended already does not notice
            if self._spawned:
                self._code = self._spawned.wait()
            else:
                self._code = os.waitstatus_to_exitcode(os.waitpid(self._process, 0)[1])
        return self._code


def _alone() -> bool:
    """Whether this process has one thread, as in Lambda: a lock that another one holds would stay locked in a fork."""
    tasks = Path("/proc/self/task")
    return threading.active_count() == 1 and (not tasks.exists() or sum(1 for _ in tasks.iterdir()) == 1)


def _left(until: float) -> float:
    return max(0.001, until - time.monotonic())  # 0 would mean: not to wait


def _memory(process: int | str, column: int) -> int:
    """Bytes of a process: of address space (column 0) or in memory (1); 0 on macOS, which does not tell."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[column]) * resource.getpagesize()
    except OSError:
        return 0


def _cause(code: int) -> Exception:
    """Why a child that had begun is gone: for the memory of the machine, when killed, or for a decoder's crash."""
    if code == -signal.SIGKILL:
        return Rejected(Reason.TOO_COMPLEX, "killed, probably for its memory")
    if code < 0:
        return Rejected(Reason.DAMAGED, f"the decoder crashed with {signal.Signals(-code).name}")
    return SandboxError(f"the sandbox ended with {code}")


def _understood(answer: bytes) -> Conversion:
    try:
        length = int.from_bytes(answer[:_HEADER], "big")
        at = _HEADER + length
        header = json.loads(answer[_HEADER:at])
        if "raised" in header:
            raise SandboxError(header["raised"])
        if "rejected" in header:
            reason, detail, original, facts = header["rejected"]
            raise Rejected(Reason(reason), detail, original=original, **facts)
        thumbnails = []
        for size, width, height, count in header["thumbnails"]:
            thumbnails.append(Rendered(size, width, height, answer[at : at + count]))
            at += count
        return Conversion(
            manifest.Original(**header["original"]), tuple(thumbnails), manifest.Placeholder(**header["placeholder"])
        )
    except (ValueError, TypeError, LookupError) as error:
        raise Rejected(Reason.DAMAGED, _NONSENSE) from error


# In the child


def serve() -> NoReturn:
    """The work of a new interpreter."""
    with socket.socket(fileno=os.dup(0)) as connection:
        _work(connection, None)


def _work(connection: socket.socket, job: _Job | None) -> NoReturn:
    """Answers one job after the other, the given one first, and ends the process without its parent's farewells: when
    the parent closes the connection, or ends itself."""
    code = 1
    try:
        _confine(connection.fileno())
        jobs = connection.makefile("rb")
        while job := job or _next(jobs):
            # Ends a child that nobody waits for any more.
            signal.setitimer(signal.ITIMER_REAL, job.limits.seconds + _GRACE_SECONDS)
            _limit_memory(job.limits.memory)
            _reply(connection, job.number, ())
            _reply(connection, job.number, _answer(job))
            signal.setitimer(signal.ITIMER_REAL, 0)
            job = None
        code = 0
    finally:
        os._exit(code)


def _next(jobs: BinaryIO) -> _Job | None:
    """The next job, or None when there will be none."""
    facts, original = _content(jobs), _content(jobs)
    if facts is None or original is None:
        return None
    job: _Job = pickle.loads(facts)  # noqa: S301  from our own parent
    return job._replace(original=original)


def _content(jobs: BinaryIO) -> bytes | None:
    frame = jobs.read(_FRAME.size)
    return jobs.read(_FRAME.unpack(frame)[1]) if len(frame) == _FRAME.size else None


def _reply(connection: socket.socket, number: int, parts: Sequence[bytes]) -> None:
    connection.sendall(_FRAME.pack(number, sum(map(len, parts))))
    for part in parts:
        connection.sendall(part)


def _confine(connection: int) -> None:
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # libtiff writes its warnings to file descriptor 2, whoever listens
        os.dup2(silence, stream)
    os.closerange(3, connection)  # a decoder has no business with our connections
    os.closerange(connection + 1, 4096)
    for caught in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
        signal.signal(caught, signal.SIG_DFL)
    gc.freeze()  # collecting would copy the pages that this process shares with its parent
    _keep_freed_memory()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # nothing is written to disk


def _keep_freed_memory() -> None:
    """For the next picture, which would have to ask the kernel for each page again (mallopt(3), glibc alone)."""
    with suppress(AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_TRIM_THRESHOLD, _MOST_AT_REST)
        mallopt(_M_MMAP_THRESHOLD, _MOST_IN_HEAP)


def _limit_memory(more: int) -> None:
    """more: bytes, than it has now."""
    used = _memory("self", 0)
    if used:
        resource.setrlimit(resource.RLIMIT_AS, (used + more, resource.RLIM_INFINITY))


def _answer(job: _Job) -> Sequence[bytes]:
    header: dict[str, Any]
    contents: list[bytes] = []
    try:
        conversion = steps.convert(job.original, job.accepted, job.wanted, job.limits)
        contents = [thumbnail.content for thumbnail in conversion.thumbnails]
        header = {
            "original": asdict(conversion.original),
            "thumbnails": [[made.size, made.width, made.height, len(made.content)] for made in conversion.thumbnails],
            "placeholder": asdict(conversion.placeholder),
        }
    except Rejected as refusal:
        header = {"rejected": [refusal.reason, refusal.detail, refusal.original, refusal.facts]}
    except MemoryError:
        header = {"rejected": [Reason.TOO_COMPLEX, "out of memory", None, {}]}
    except Exception:
        header = {"raised": traceback.format_exc()}
    encoded = json.dumps(header).encode()
    return [len(encoded).to_bytes(_HEADER, "big"), encoded, *contents]
