"""The page and the API on one origin: serves the files of frontend/, and forwards the API's paths."""

import asyncio
import http.client
import socket
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from hypercorn.asyncio import serve
from hypercorn.config import Config

from dev.isolation import App, Isolation, Scope, answer, header, isolated
from operate.site import INDEX, TYPES, sources

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

_BACKLOG = 1024  # connections that may wait to be accepted; the system's own limit may be lower
_CALLS = 32  # concurrent API calls; further ones wait
_PATIENCE = 60  # seconds for an API response, which may include starting a function on a busy machine
_MAX_BODY = 10_000_000  # bytes; API Gateway's own limit ("Amazon API Gateway quotas", payload size)


class Server:
    """Serves on localhost until stop(). url: of the page."""

    def __init__(self, port: int, api_url: str, bucket_origin: str, origins: Iterable[str] = ()):
        """bucket_origin: of both buckets, the only foreign origin that the page may use. origins: of further pages that
        may call the API, see Isolation.
        """
        self.url = f"http://localhost:{port}/"
        self._api = urlsplit(api_url.rstrip("/"))
        self._bucket_origin = bucket_origin
        self._calls = ThreadPoolExecutor(_CALLS, "api")
        self._stopping = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        config = Config()
        # It listens before this returns; connections wait until the loop runs.
        config.bind = [f"fd://{socket.create_server(('127.0.0.1', port), backlog=_BACKLOG).detach()}"]
        config.backlog = _BACKLOG
        config.graceful_timeout = 1
        config.loglevel = "WARNING"
        config.include_server_header = False
        isolation = PageIsolation((self.url, *origins))
        app = isolated(self._app, isolation.refusal)
        self._thread = threading.Thread(target=self._run, args=(app, config), name="page", daemon=True)
        self._thread.start()

    def _run(self, app: App, config: Config) -> None:
        try:
            self._loop.run_until_complete(serve(app, config, shutdown_trigger=self._stopping.wait))  # type: ignore[arg-type]
        finally:
            self._loop.close()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(5)
        self._calls.shutdown(wait=False, cancel_futures=True)

    async def _app(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return
        if any(scope["path"] == path or scope["path"].startswith(f"{path}/") for path in API_PATHS):
            await self._pass_on(scope, receive, send)
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
        # As strict as at the edge, so that a violation is noticed here first.
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; "
            f"frame-ancestors 'none'; connect-src 'self' {buckets}; img-src 'self' blob: data: {buckets}"
        )
        headers = [
            ("content-type", TYPES[path.suffix]),
            ("cache-control", "no-cache"),  # a reload shows an edited page
            ("content-security-policy", policy),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
        ]
        await answer(send, 200, path.read_bytes(), headers)

    async def _pass_on(self, scope: Scope, receive: Any, send: Any) -> None:
        body = bytearray()
        more = True
        while more:
            event = await receive()
            if event["type"] == "http.disconnect":
                return
            body += event.get("body", b"")
            more = event.get("more_body", False)
            if len(body) > _MAX_BODY:
                await answer(send, 413, b"The API accepts at most 10 MB.\n")
                return
        target = f"{self._api.path}{scope['raw_path'].decode('ascii')}"
        if scope["query_string"]:
            target += f"?{scope['query_string'].decode('ascii')}"
        headers = {name: values[0] for name in _REQUEST_HEADERS if (values := header(scope, name))}
        call = asyncio.get_running_loop().run_in_executor(
            self._calls, self._call, scope["method"], target, bytes(body), headers
        )
        try:
            status, received, content = await call
        except (OSError, http.client.HTTPException) as error:
            text = f"The API does not respond: {error!r}\n".encode()
            await answer(send, 503, text, [("content-type", "text/plain"), ("retry-after", "1")])
            return
        await answer(send, status, content, received)

    def _call(
        self, method: str, target: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(self._api.hostname or "", self._api.port, timeout=_PATIENCE)
        try:
            connection.request(method, target, body or None, headers)
            response = connection.getresponse()
            received = [
                (name, value)
                for name, value in response.getheaders()
                if name.lower() in _RESPONSE_HEADERS or name.lower().startswith("access-control-")
            ]
            return response.status, received, response.read()
        finally:
            connection.close()


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
