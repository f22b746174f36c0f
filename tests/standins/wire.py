"""The wire between the functions and S3 by moto, in the process: real requests and responses of HTTP, without a socket.

What a test expects, or puts in place of the response, is registered by the operation of S3.
"""

import http.client
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from http import HTTPStatus
from io import BufferedReader, BytesIO, RawIOBase
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.core.models import botocore_stubber

from thumbs.aws import connections


@dataclass(frozen=True)
class Sent:
    """A request. path: with its query, as it is sent. headers: by their names in lower case."""

    operation: str
    path: str
    headers: dict[str, str]
    body: bytes


Response = tuple[int, dict[str, str], bytes]
Hook = Callable[[Sent], Response | None]


def answered(content: bytes, status: int = HTTPStatus.OK) -> Response:
    return status, {"Content-Type": "application/xml"}, content


def refused(code: str, status: int) -> Response:
    """code: of the error."""
    return answered(f"<Error><Code>{code}</Code><Message>said so</Message></Error>".encode(), status)


@dataclass
class Wire:
    """operations: of all requests, in order. pauses: seconds between attempts, which do not pass."""

    operations: list[str] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    _before: list[tuple[str, Hook]] = field(default_factory=list)
    _after: list[tuple[str, Hook]] = field(default_factory=list)

    def before(self, operation: str, hook: Hook) -> None:
        """The hook sees each request before S3 does, may answer in its place, and may raise. operation: "" for all."""
        self._before.insert(0, (operation, hook))

    def after(self, operation: str, hook: Hook) -> None:
        """The same once S3 has done it."""
        self._after.insert(0, (operation, hook))

    def clear(self) -> None:
        """Remove all hooks."""
        self._before.clear()
        self._after.clear()

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Response:
        sent = Sent(_operation(method, path), path, headers, body)
        self.operations.append(sent.operation)
        answer = self._by(self._before, sent) or _by_moto(method, sent)
        return self._by(self._after, sent) or answer

    def _by(self, hooks: list[tuple[str, Hook]], sent: Sent) -> Response | None:
        for operation, hook in [*hooks]:
            if operation in ("", sent.operation) and (answer := hook(sent)):
                return answer
        return None


@contextmanager
def connected() -> Iterator[Wire]:
    """Connections to S3 lead to moto, which must be active."""
    wire = Wire()
    never, other = os.pipe()

    def connect(connection: http.client.HTTPConnection) -> None:
        connection.sock = _Socket(wire, never)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(http.client.HTTPSConnection, "connect", connect)
        patch.setattr(time, "sleep", wire.pauses.append)
        connections.forget()
        try:
            yield wire
        finally:
            connections.forget()
            os.close(never)
            os.close(other)


class _Socket:
    """never: a descriptor that is never ready to be read."""

    def __init__(self, wire: Wire, never: int):
        self._wire, self._never, self._received = wire, never, b""

    def fileno(self) -> int:
        return self._never

    def settimeout(self, seconds: float) -> None:
        assert seconds == connections.READ_SECONDS

    def close(self) -> None:
        """The descriptor belongs to all."""

    def sendall(self, data: bytes) -> None:
        self._received += data

    def makefile(self, _mode: str) -> BufferedReader:
        return BufferedReader(_Incoming(self._answer))

    def _answer(self) -> bytes:
        head, _, body = self._received.partition(b"\r\n\r\n")
        first, _, lines = head.partition(b"\r\n")
        self._received = b""
        method, path, _version = first.decode().split(" ")
        headers = {name.lower(): value for name, value in BytesHeaderParser().parsebytes(lines).items()}
        assert len(body) == int(headers.get("content-length", 0))
        status, named, content = self._wire.answer(method, path, headers, body)
        named = {"Content-Length": str(len(content))} | {name.title(): value for name, value in named.items()}
        said = "".join(f"{name}: {value}\r\n" for name, value in named.items())
        return f"HTTP/1.1 {status} said\r\n{said}\r\n".encode() + (b"" if method == "HEAD" else content)


class _Incoming(RawIOBase):
    """Like a socket's file: reading it, not opening it, waits for the answer and raises what a hook raises."""

    def __init__(self, answer: Callable[[], bytes]):
        self._answer = answer
        self._left: BytesIO | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._left is None:
            self._left = BytesIO(self._answer())
        return self._left.readinto(buffer)


def _operation(method: str, path: str) -> str:
    query = parse_qs(urlsplit(path).query, keep_blank_values=True)
    if "list-type" in query:
        return "ListObjectsV2"
    suffix = "ObjectTagging" if "tagging" in query else "Objects" if "delete" in query else "Object"
    return {"GET": "Get", "HEAD": "Head", "PUT": "Put", "POST": "Delete", "DELETE": "Delete"}[method] + suffix


def _by_moto(method: str, sent: Sent) -> Response:
    headers: Any = HTTPHeaders()
    for name, value in sent.headers.items():
        headers[name] = value
    url = f"https://{sent.headers['host']}{sent.path}"
    answer: Any = botocore_stubber.process_request(AWSPreparedRequest(method, url, headers, sent.body, False))
    assert answer, "moto does not know this request, or is not active"
    status, named, content = answer
    return status, dict(named), content.encode() if isinstance(content, str) else content
