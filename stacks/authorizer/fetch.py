"""A JSON document of the provider: over TLS, without redirects and proxies, bounded in size and time."""

import contextlib
import http.client
import json
import re
import socket
import ssl
import threading
from concurrent.futures import Future
from typing import Any

LARGEST = 128 * 1024  # bytes; with certificates, the key sets of large providers are about 20 KB
PATIENCE = 3.0  # seconds for a whole document, from the name's resolution to the last byte

# No user, fragment or IPv6 address. Python's own parsers accept more, and disagree about it.
_URL = re.compile(r"https://([A-Za-z0-9.-]+)(?::([0-9]{1,5}))?(/[!$-;=?-~]*)?")


class Unreachable(Exception):
    """The provider cannot be asked, or its answer is not what it should be. The message contains no token."""


def document(url: str) -> dict[str, Any]:
    """A JSON object. url: https only. Raises Unreachable."""
    place = _URL.fullmatch(url)
    if place is None:
        raise Unreachable(f"{url[:200]!r} is no https address")
    try:
        content = json.loads(_within_patience(place[1], int(place[2] or 443), place[3] or "/"))
    except (OSError, ValueError, OverflowError, RecursionError, http.client.HTTPException) as error:
        raise Unreachable(f"{url}: {type(error).__name__}: {error}"[:500]) from error
    if not isinstance(content, dict):
        raise Unreachable(f"{url} is no JSON object")
    return content


def _within_patience(host: str, port: int, path: str) -> bytes:
    """In a thread of its own, because neither the resolution of a name nor a whole answer has a timeout in Python."""
    outcome: Future[bytes] = Future()
    opened: list[socket.socket] = []

    def run() -> None:
        try:
            outcome.set_result(_get(host, port, path, opened))
        except BaseException as error:  # the caller handles it
            outcome.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        return outcome.result(PATIENCE)
    finally:
        for each in opened:
            _end(each)


def _get(host: str, port: int, path: str, opened: list[socket.socket]) -> bytes:
    """The body of a response. opened: receives the socket, so that another thread can end it."""
    plain = socket.create_connection((host, port), PATIENCE)
    opened.append(plain)
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # whatever this Python was built with
    with context.wrap_socket(plain, server_hostname=host) as encrypted:
        opened.append(encrypted)
        connection = http.client.HTTPConnection(host, port)
        connection.sock = encrypted
        connection.request("GET", path, headers={"Accept": "application/json", "Connection": "close"})
        with connection.getresponse() as answer:
            if answer.status != http.HTTPStatus.OK:
                raise ValueError(f"status {answer.status}")
            content = answer.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ValueError(f"more than {LARGEST} bytes")
    return content


def _end(opened: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it has ended
        opened.shutdown(socket.SHUT_RDWR)
    opened.close()
