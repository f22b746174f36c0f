"""The page and the API on one origin: serves the files of frontend/, and forwards the API's paths."""

import socket
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from dev.isolation import Isolation, Scope, answer, header
from dev.listener import Headers, Listener
from operate.provider import SIGN_IN, origins_of
from operate.site import INDEX, TYPES, said, sources

API_PATHS = ("/uploads", "/limits")

# Forwarded; all other headers are between the browser and this server.
_REQUEST_HEADERS = (
    "accept",
    "authorization",
    "content-type",
    "origin",
    "traceparent",
    "x-amz-date",
    "x-amz-security-token",
    "x-api-key",
    "x-request-id",
)
_RESPONSE_HEADERS = ("cache-control", "content-type", "retry-after", "vary")


class Server(Listener):
    """Serves the page on localhost until stop()."""

    def __init__(self, port: int, api_url: str, bucket_origin: str, origins: Iterable[str] = (), sign_in: str = ""):
        """bucket_origin: of both buckets, the only foreign origin that the page may use. origins: of further pages that
        may call the API, see Isolation. sign_in: what the page says about where people sign in, see provider.py.
        """
        self._api = urlsplit(api_url.rstrip("/"))
        self._bucket_origin = bucket_origin
        self._sign_in = sign_in
        super().__init__(port, PageIsolation((f"http://localhost:{port}/", *origins)).refusal)

    async def answer(self, scope: Scope, receive: Any, send: Any) -> None:
        if any(scope["path"] == path or scope["path"].startswith(f"{path}/") for path in API_PATHS):
            headers = {name: values[0] for name in _REQUEST_HEADERS if (values := header(scope, name))}
            await self.forward(scope, receive, send, self._api, headers, _kept)
        elif scope["method"] not in ("GET", "HEAD"):
            await answer(send, 405, b"", [("allow", "GET, HEAD")])
        elif scope["path"] == "/" and not header(scope, "host")[0].startswith("localhost"):
            # Under another name, such as 127.0.0.1, S3 would be cross-site for the page.
            await answer(send, 307, b"", [("location", self.url)])
        else:
            await self._file(scope["path"].removeprefix("/") or INDEX, send)

    async def _file(self, name: str, send: Any) -> None:
        """A file of the page, looked up by name, so that no path leads anywhere else."""
        path = sources().get(name)
        if path is None:
            await answer(send, 404, b"There is no such file.\n")
            return
        buckets = self._bucket_origin
        connect = " ".join(["'self'", buckets, *origins_of(self._sign_in)])
        # As strict as at the edge, so that a violation is noticed here first.
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; "
            f"frame-ancestors 'none'; connect-src {connect}; "
            f"img-src 'self' blob: data: {buckets}"
        )
        headers = [
            ("content-type", TYPES[path.suffix]),
            ("cache-control", "no-cache"),  # a reload shows an edited page
            ("content-security-policy", policy),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
        ]
        content = path.read_bytes()
        if name == INDEX and self._sign_in:
            content = said(content.decode(), {SIGN_IN: self._sign_in}).encode()
        await answer(send, 200, content, headers)


def _kept(received: Headers) -> Headers:
    return [
        (name, value)
        for name, value in received
        if name.lower() in _RESPONSE_HEADERS or name.lower().startswith("access-control-")
    ]


class PageIsolation(Isolation):
    """Everything that a page needs from this server is on its own origin. Links to the page are allowed."""

    def refusal(self, scope: Scope) -> str | None:
        is_link = header(scope, "sec-fetch-mode") == ["navigate"] and header(scope, "sec-fetch-dest") == ["document"]
        if is_link and scope["method"] == "GET":
            return self.refusal_of_host(scope)
        if not header(scope, "origin") and "same-site" in header(scope, "sec-fetch-site"):
            return "Pages on other ports may not call this server."
        return super().refusal(scope)


def shared_port(ports: dict[str, int]) -> str | None:
    """A sentence about two servers with the same port, or None. ports: by purpose."""
    owners: dict[int, str] = {}
    for what, port in ports.items():
        if owners.setdefault(port, what) != what:
            return f"The {owners[port]} and the {what} cannot both use port {port}: choose with PORT and EMULATOR_PORT."
    return None


def is_taken(port: int) -> bool:
    """Whether something already listens on the port, on either address of `localhost`."""
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family) as probe:
                probe.settimeout(1)
                if probe.connect_ex((address, port)) == 0:
                    return True
        except OSError:
            continue  # a machine without IPv6
    return False
