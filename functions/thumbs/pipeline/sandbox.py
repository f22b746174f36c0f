"""Sandbox: the steps run in a process of their own, so that no file can take the invocation down.

A decoder that crashes, hangs or eats memory ends that process and nothing else, on the first attempt: the answer is
`rejected`, where a function that runs out of memory or time would be tried three times before anybody heard of it. The
process is forked, which costs 1 to 3 ms, finds the decoders loaded and the original in memory, and takes nothing from
one picture to the next. Where forking is unsafe, because the process has threads, or does not exist, a new interpreter
does the same in about 100 ms.

What comes back is data, not objects: a JSON header and the files, so that a decoder under an attacker's control can
answer nonsense, and no more. The kernel enforces memory by address space (not on macOS, where only time is limited).
"""

import gc
import json
import os
import pickle
import resource
import selectors
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

from thumbs import formats, manifest
from thumbs.errors import Reason, Rejected
from thumbs.pipeline import steps
from thumbs.pipeline.contract import Conversion, Limits, Rendered, Wanted
from thumbs.pipeline.identify import identify

_CHUNK = 2**20
_HEADER = 4  # bytes of the length of the JSON header

# Given to a new interpreter, so that it finds the same modules; the job comes through its standard input.
_FRESH = "import sys; sys.path[:] = sys.argv[1:]; from thumbs.pipeline import sandbox; sandbox.serve()"
# How long a new interpreter may take to start on a busy machine, in addition to the limit.
_START_SECONDS = 10.0


class SandboxError(RuntimeError):
    """The steps raised what they should not: a mistake of ours. Its text is their traceback."""


def run(original: bytes, wanted: Wanted, limits: Limits) -> Conversion:
    """See pipeline.run. Raises Rejected and SandboxError."""
    accepted = identify(original)
    if _alone():
        steps.prepare(accepted, wanted.output)
        return _understood(_forked(original, accepted, wanted, limits))
    return _understood(_fresh(original, accepted, wanted, limits))


def serve() -> NoReturn:
    """The work of a new interpreter: the job on standard input, the answer on standard output."""
    original, accepted, wanted, limits = pickle.load(sys.stdin.buffer)  # noqa: S301  from our own parent
    steps.prepare(accepted, wanted.output)
    _work(os.dup(sys.stdout.fileno()), original, accepted, wanted, limits)


def _alone() -> bool:
    """Whether this process has one thread, as in Lambda: a lock that another one holds would stay locked in a fork."""
    tasks = Path("/proc/self/task")
    return threading.active_count() == 1 and (not tasks.exists() or sum(1 for _ in tasks.iterdir()) == 1)


def _forked(original: bytes, accepted: formats.Input, wanted: Wanted, limits: Limits) -> bytes:
    deadline = time.monotonic() + limits.seconds
    receiver, sender = os.pipe()
    child = os.fork()
    if child == 0:
        _work(sender, original, accepted, wanted, limits)
    os.close(sender)
    answer = None
    try:
        answer = _received(receiver, deadline)
    finally:
        os.close(receiver)
        if answer is None:
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    if answer is None:
        raise _too_slow(limits)
    _check_exit(os.waitstatus_to_exitcode(status))
    return answer


def _fresh(original: bytes, accepted: formats.Input, wanted: Wanted, limits: Limits) -> bytes:
    try:
        finished = subprocess.run(  # noqa: S603  our own interpreter and our own code
            [sys.executable, "-c", _FRESH, *sys.path],
            input=pickle.dumps((original, accepted, wanted, limits)),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_START_SECONDS + limits.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _too_slow(limits) from None
    _check_exit(finished.returncode)
    return finished.stdout


def _received(receiver: int, deadline: float) -> bytes | None:
    """All that the child writes, or None when it has not finished by then."""
    chunks: list[bytes] = []
    with selectors.DefaultSelector() as selector:
        selector.register(receiver, selectors.EVENT_READ)
        while selector.select(max(0.0, deadline - time.monotonic())):
            chunk = os.read(receiver, _CHUNK)
            if not chunk:
                return b"".join(chunks)
            chunks.append(chunk)
    return None


def _too_slow(limits: Limits) -> Rejected:
    return Rejected(Reason.TOO_COMPLEX, f"stopped after {limits.seconds} seconds")


def _check_exit(code: int) -> None:
    """A killed process met the memory limit of the machine; any other signal is a decoder's crash."""
    if code == -signal.SIGKILL:
        raise Rejected(Reason.TOO_COMPLEX, "killed, probably for its memory")
    if code < 0:
        raise Rejected(Reason.DAMAGED, f"the decoder crashed with {signal.Signals(-code).name}")
    if code:
        raise SandboxError(f"the sandbox ended with {code}")


# In the child


def _work(sender: int, original: bytes, accepted: formats.Input, wanted: Wanted, limits: Limits) -> NoReturn:
    """Converts, writes the answer, and ends the process without any of its parent's farewells."""
    code = 1
    try:
        _confine(sender, limits.memory)
        for part in _answer(original, accepted, wanted, limits):
            _write(sender, part)
        code = 0
    finally:
        os._exit(code)


def _confine(sender: int, memory: int) -> None:
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # libtiff writes its warnings to file descriptor 2, whoever listens
        os.dup2(silence, stream)
    os.closerange(3, sender)  # a decoder has no business with our connections
    os.closerange(sender + 1, 4096)
    for caught in (signal.SIGINT, signal.SIGTERM):
        signal.signal(caught, signal.SIG_DFL)
    gc.disable()  # the process is short-lived, and collecting would copy the pages that it shares with its parent
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # nothing is written to disk
    pages = Path("/proc/self/statm")
    if pages.exists():  # not on macOS, which does not enforce the limit either
        used = int(pages.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + memory, used + memory))


def _answer(original: bytes, accepted: formats.Input, wanted: Wanted, limits: Limits) -> Iterable[bytes]:
    header: dict[str, Any]
    contents: list[bytes] = []
    try:
        conversion = steps.convert(original, accepted, wanted, limits)
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


def _write(sender: int, part: bytes) -> None:
    rest = memoryview(part)
    while rest:
        rest = rest[os.write(sender, rest) :]


# Back in the parent


def _understood(answer: bytes) -> Conversion:
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
