"""Keeps other web pages away from the servers of `make run`.

Both servers listen only on 127.0.0.1, but a browser sends requests there for any page: a site in the next tab, or
another program's page on another port. With the emulator's public key such a page could create a function and run it
as the developer. This is a Fetch Metadata isolation policy (https://web.dev/articles/fetch-metadata) and a check of the
Host header, which stops DNS rebinding. Programs send neither Origin nor Sec-Fetch-Site, and pass.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from fnmatch import fnmatchcase
from ipaddress import ip_address
from typing import Any

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]

# Names that need no DNS: localhost and its subdomains (RFC 6761).
_LOOPBACK = ("localhost", "*.localhost")
# The name by which a container reaches its host. No public DNS gives it an address.
_LOCAL_HOSTS = (*_LOOPBACK, "host.docker.internal")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[\w.-]+)(:\d{1,5})?", re.ASCII)


class Isolation:
    """Decides which requests are refused, and why."""

    def __init__(self, origins: Iterable[str], hosts: Iterable[str] = (), own: Iterable[str] = ("*",)):
        """origins: of pages that may call. hosts: further names of this server. own: those hosts that serve a page,
        which may call its own host. All may contain *.
        """
        self._origins = [_pattern(origin.rstrip("/")) for origin in origins]
        self._hosts = [_pattern(host) for host in (*_LOCAL_HOSTS, *hosts)]
        self._own = [_pattern(host) for host in own]

    def refusal(self, scope: Scope) -> str | None:
        """The reason to refuse this request, or None. scope: ASGI's, of an HTTP request."""
        if reason := self.refusal_of_host(scope):
            return reason
        (host,) = header(scope, "host")
        own = (f"http://{host}", f"https://{host}") if _matches(host.lower().rsplit(":", 1)[0], self._own) else ()
        origins = header(scope, "origin")
        if strangers := [origin for origin in origins if origin not in own and not _matches(origin, self._origins)]:
            return f"Pages of {_shown(strangers)} may not call this server; allow an origin with PAGE_ORIGINS."
        if not origins and "cross-site" in header(scope, "sec-fetch-site"):
            return "Pages of other sites may not call this server."
        return None

    def refusal_of_host(self, scope: Scope) -> str | None:
        hosts = header(scope, "host")
        return None if len(hosts) == 1 and self._is_host(hosts[0]) else f"This machine is not called {_shown(hosts)}."

    def _is_host(self, host: str) -> bool:
        match = _HOST.fullmatch(host.lower())
        if match is None:
            return False
        name = match[1]
        return _is_address(name) or _matches(name, self._hosts)


class Programs(Isolation):
    """Refuses everything from a browser, and names that a hostile network's DNS may have resolved to this machine."""

    def __init__(self) -> None:
        super().__init__(origins=(), own=())

    def refusal(self, scope: Scope) -> str | None:
        if reason := super().refusal(scope):
            return reason
        if header(scope, "sec-fetch-site"):
            return "No page may call this server."
        return None if is_sure(header(scope, "host")[0]) else "This is for localhost."


def isolated(app: App, refusal: Callable[[Scope], str | None]) -> App:
    """The app behind this policy. WebSockets are refused altogether, because nothing here uses them: the server (see
    serving.py) passes their handshakes on as requests."""

    async def guarded(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and (reason := _handshake(scope) or refusal(scope)):
            await answer(send, 403, f"{reason}\n".encode())
        else:
            await app(scope, receive, send)

    return guarded


def _handshake(scope: Scope) -> str | None:
    is_handshake = any("websocket" in value.lower() for value in header(scope, "upgrade"))
    return "There are no WebSockets here." if is_handshake else None


async def answer(
    send: Any, status: int, content: bytes, headers: Iterable[tuple[str, str]] = (("content-type", "text/plain"),)
) -> None:
    """A whole HTTP response."""
    listed = [*headers, ("content-length", str(len(content)))]
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in listed]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": content})


def header(scope: Scope, name: str) -> list[str]:
    """The values of every header with this name. name: in lower case, as in ASGI."""
    return [value.decode("latin-1") for each, value in scope["headers"] if each == name.encode()]


def is_sure(host: str) -> bool:
    """Whether no DNS, not even a hostile network's, can have resolved the name. host: of a request that was allowed."""
    name = host.lower().rsplit(":", 1)[0]
    return _is_address(name) or _is_address(host) or _matches(name, [*_LOOPBACK])


def _matches(text: str, patterns: list[str]) -> bool:
    return any(fnmatchcase(text, pattern) for pattern in patterns)


def _pattern(text: str) -> str:
    """A pattern for fnmatch in which only * is special, because an IPv6 address has brackets."""
    return text.replace("[", "[[]").replace("?", "[?]")


def _is_address(name: str) -> bool:
    """An address needs no DNS, so it cannot be rebound."""
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _shown(values: list[str]) -> str:
    return ascii(", ".join(values)[:200])
