"""The messages between the parent, the zygote and a child: frames, each preceded by the number of its picture and its
length in bytes."""

import marshal
import socket
import struct
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from thumbs import formats, sizes
from thumbs.pipeline.contract import Limits, Wanted

_FRAME = struct.Struct(">QQ")
HEADER = 4  # bytes of the length of the JSON header of an answer


class UnexpectedError(Exception):
    """A frame of another picture, or one that is too long."""


class Needed(NamedTuple):
    """What a child must have loaded before it is confined: a reader, the encoders, and whether it reads rights and
    animations."""

    accepted: formats.Input
    outputs: tuple[formats.Output, ...]
    copyright: bool
    animated: bool


class Job(NamedTuple):
    """One picture. accepted: the format of its first bytes."""

    original: bytes
    accepted: formats.Input
    wanted: Wanted
    limits: Limits

    @property
    def needed(self) -> Needed:
        return Needed(self.accepted, self.wanted.outputs, self.wanted.copyright, self.wanted.animated)


def packed(told: Job | Needed | None) -> bytes:
    """For `job_of` and `needed_of`, in a process of the same Python; a job without its original, which is sent after
    it. (Pickle's modules would take half a megabyte of each process.)"""
    return marshal.dumps(_tuples(told._replace(original=b"") if isinstance(told, Job) else told))


def job_of(content: bytes) -> Job:
    """content: from our own parent."""
    original, accepted, wanted, limits = marshal.loads(content)  # noqa: S302  see above
    boxes, outputs, *others = wanted
    return Job(
        original,
        formats.Input(*accepted),
        Wanted(tuple(sizes.Size(*box) for box in boxes), _outputs(outputs), *others),
        Limits(*limits),
    )


def needed_of(content: bytes) -> Needed | None:
    """content: from our own parent."""
    if told := marshal.loads(content):  # noqa: S302  see above
        accepted, outputs, *others = told
        return Needed(formats.Input(*accepted), _outputs(outputs), *others)
    return None


def _outputs(told: Sequence[Sequence[Any]]) -> tuple[formats.Output, ...]:
    return tuple(formats.Output(*output) for output in told)


def _tuples(value: Any) -> Any:
    """Named tuples as plain ones, which are all that marshal writes."""
    return tuple(map(_tuples, value)) if isinstance(value, tuple) else value


def send(connection: socket.socket, number: int, parts: Sequence[bytes], until: float | None = None) -> None:
    """One frame of several parts. until: of time.monotonic, after which it raises TimeoutError."""
    for part in (_FRAME.pack(number, sum(map(len, parts))), *parts):
        _wait(connection, until)
        connection.sendall(part)


def receive(connection: socket.socket, number: int, most: int, until: float | None = None) -> bytes:
    """The content of the next frame. Raises TimeoutError, EOFError and UnexpectedError."""
    told, length = _FRAME.unpack(_read(connection, _FRAME.size, until))
    if told != number or length > most:
        raise UnexpectedError(f"{length} bytes of picture {told}")
    return _read(connection, length, until)


def _read(connection: socket.socket, length: int, until: float | None) -> bytes:
    if until is None:
        whole = connection.recv(length, socket.MSG_WAITALL)  # without a second copy, which would remain in the heap
        if len(whole) < length:
            raise EOFError
        return whole
    content = bytearray(length)
    rest = memoryview(content)
    while rest:
        _wait(connection, until)
        count = connection.recv_into(rest)
        if not count:
            raise EOFError
        rest = rest[count:]
    return bytes(content)


def _wait(connection: socket.socket, until: float | None) -> None:
    """Limits the whole wait, even if the sender sends a byte now and then. A confined child may not call it, and waits
    for ever."""
    if until is not None:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)
