"""HTTP/1.1 over connections that stay open, with only the standard library (docs/decisions/s3-without-boto3.md).

Python opens sockets so that no program inherits them, and nothing here starts a thread.
"""

import atexit
import http.client
import select
import socket
import ssl
import time
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from thumbs import settings

CONNECT_SECONDS, READ_SECONDS = 2, 10  # short, inside the function's own timeout and Lambda's retries

_LONGEST_ERROR = 65_536  # bytes; S3's have less than one thousand
_PIECE = 65_536  # bytes
_LONG_BODY = 2 * 2**20  # bytes, from which on it is not sent in vain: the same as in AWS's SDK for Go
_BREAKS = (BrokenPipeError, ConnectionResetError, ssl.SSLEOFError)  # while a body is sent to a server that has closed

_idle: defaultdict[tuple[str, str], list[http.client.HTTPConnection]] = defaultdict(list)


@dataclass(frozen=True)
class Answer:
    """headers: by their names in lower case. content: if the request failed, at most its first 64 KiB."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class Unanswered(Exception):
    """There is no response, or only a part of one. The request may have taken effect.

    kept: whether the connection had been used before. The server may have closed it while the function was frozen.
    """

    def __init__(self, why: str, kept: bool = False):
        super().__init__(why)
        self.kept = kept


class TooLarge(Exception):
    """The content is longer than the caller accepts, and was not read. size: bytes, as far as they are known."""

    def __init__(self, size: int):
        super().__init__(f"{size} bytes")
        self.size = size


def ask(place: tuple[str, str], method: str, target: str, headers: Mapping[str, str], body: bytes, most: int) -> Answer:
    """The answer to one request, whatever its status. Raises Unanswered and TooLarge.

    place: scheme and host. target: path and query. headers: includes the host. most: bytes of content.
    """
    connection, kept = _connection(place)
    response = None
    try:
        if connection is None:
            connection = _open(place)
        prefix, extra = _through_proxy(place) if place[0] == "http" else ("", {})
        response, is_sent = _exchange(connection, method, prefix + target, body, {**headers, **extra})
        content = _content(response, most)
        if response.status < 200 or (response.status < 300 and not is_sent):
            raise http.client.HTTPException(f"{response.status} is no answer to the whole request")
    except (OSError, http.client.HTTPException, ValueError) as error:
        _close(connection, response)
        raise Unanswered(f"{type(error).__name__}: {error}", kept) from error
    except BaseException:  # whatever is left of this response must not be taken for the next one
        _close(connection, response)
        raise
    if response.isclosed() and not response.will_close and is_sent:
        _idle[place].append(connection)
    else:
        _close(connection, response)
    return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, content)


def prepare() -> None:
    """Do at the start of a function what the first request would do: read the certificates."""
    if settings.current().s3_endpoint is None:
        _trust()


def forget() -> None:
    """Close all connections."""
    for connections in _idle.values():
        while connections:
            connections.pop().close()


atexit.register(forget)


def _exchange(
    connection: http.client.HTTPConnection, method: str, target: str, body: bytes, headers: Mapping[str, str]
) -> tuple[http.client.HTTPResponse, bool]:
    """The response, and whether the whole request was sent: a server may refuse it before it has read the body.

    A long body waits until the server asks for it with 100, or says nothing for a second (RFC 9110, 10.1.1).
    """
    waiting = [body] if len(body) >= _LONG_BODY else []
    is_broken = False

    def give() -> None:
        nonlocal is_broken
        try:
            while waiting:
                connection.sock.sendall(waiting.pop())
        except _BREAKS:
            is_broken = True  # the response, if there is one, says why

    class Response(http.client.HTTPResponse):
        def begin(self) -> None:
            if not _has_begun(self, connection.sock):
                give()
            super().begin()

        def _read_status(self) -> Any:
            of_library: Any = super()
            found = of_library._read_status()
            if found[1] == http.client.CONTINUE:
                give()
            return found

    connection.response_class = Response if waiting else http.client.HTTPResponse
    expecting = {"content-length": str(len(body)), "expect": "100-continue"} if waiting else {}
    try:
        connection.request(method, target, None if waiting else body or None, {**headers, **expecting})
    except _BREAKS:
        is_broken = True
    response = connection.getresponse()
    return response, not waiting and not is_broken


def _has_begun(response: Any, waits: socket.socket) -> bool:
    """Whether a response comes within a second, or the end of the connection. That the socket can be read does not
    say so: TLS 1.3 sends messages of its own, such as tickets for further sessions."""
    until = time.monotonic() + 1
    waits.settimeout(0)
    try:
        while _is_readable(waits, until - time.monotonic()):
            with suppress(ssl.SSLWantReadError):
                response.fp.peek(1)
                return True
        return False
    finally:
        waits.settimeout(READ_SECONDS)


def _is_readable(waits: socket.socket, seconds: float) -> bool:
    events = select.poll()
    events.register(waits, select.POLLIN)
    return bool(events.poll(max(0.0, seconds) * 1000))


def _content(response: http.client.HTTPResponse, most: int) -> bytes:
    failed = response.status >= 300
    most = _LONGEST_ERROR if failed else most
    if response.length is not None and response.length <= most:
        return response.read()  # raises IncompleteRead if less comes
    if not failed and response.length is not None:
        raise TooLarge(response.length)
    if not failed and not response.chunked:
        raise http.client.HTTPException("the response does not say where it ends, so a part of it would look whole")
    content = bytearray()
    while len(content) <= most and (piece := response.read1(_PIECE)):  # for read(), a chunk of -1 bytes has no end
        content += piece
    if not failed and len(content) > most:
        raise TooLarge(len(content))
    return bytes(content[:most])


def _connection(place: tuple[str, str]) -> tuple[http.client.HTTPConnection | None, bool]:
    """A connection that is idle and open as far as it can be seen, and whether there is one."""
    connections = _idle[place]
    while connections:
        connection = connections.pop()
        if not _is_readable(connection.sock, 0):  # nothing to read, so it was not closed either
            return connection, True
        connection.close()
    return None, False


def _open(place: tuple[str, str]) -> http.client.HTTPConnection:
    scheme, host = place
    proxy, authorization = _proxy(scheme, host)
    if scheme == "https":
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            proxy or host, timeout=CONNECT_SECONDS, context=_trust()
        )
        if proxy:
            connection.set_tunnel(host, headers=authorization)
    else:
        connection = http.client.HTTPConnection(proxy or host, timeout=CONNECT_SECONDS)
    try:
        connection.connect()
    except BaseException:
        connection.close()
        raise
    connection.sock.settimeout(READ_SECONDS)
    return connection


def _close(connection: http.client.HTTPConnection | None, response: http.client.HTTPResponse | None) -> None:
    for each in (response, connection):  # a response that ends with its connection keeps the socket open
        if each:
            each.close()


def trust() -> ssl.SSLContext:
    """For TLS 1.2 or later, with servers whose certificate is by an authority that AWS_CA_BUNDLE names; without it, by
    one that boto3 trusts; without boto3, by one that the system trusts."""
    botocore = find_spec("botocore")  # finds it without loading it
    found = [Path(place) / "cacert.pem" for place in (botocore and botocore.submodule_search_locations) or ()]
    bundle = settings.current().ca_bundle or next((str(path) for path in found if path.exists()), None)
    context = ssl.create_default_context(cafile=bundle)
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # whatever this Python was built with
    return context


_trust = cache(trust)  # because loading the certificates takes longer than most calls


def _through_proxy(place: tuple[str, str]) -> tuple[str, dict[str, str]]:
    """What a proxy needs of a request that it can read: the whole address, and who asks."""
    proxy, authorization = _proxy(*place)
    return (f"http://{place[1]}", authorization) if proxy else ("", {})


def _proxy(scheme: str, host: str) -> tuple[str | None, dict[str, str]]:
    """The proxy of HTTPS_PROXY or HTTP_PROXY unless NO_PROXY names the host, and its header."""
    if not settings.current().has_proxies:
        return None, {}
    from thumbs.aws import proxies  # here, because loading it takes 20 ms

    return proxies.found(scheme, host)
