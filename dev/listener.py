"""A server of this folder: on localhost only, behind the policy of dev/isolation.py, in a thread of its own."""

import asyncio
import http.client
import socket
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import SplitResult

from dev.isolation import Scope, answer, isolated
from dev.serving import BACKLOG, server

_CALLS = 32  # concurrent calls of the server behind; further ones wait
_PATIENCE = 60  # seconds for its response, which may include starting a function on a busy machine
_MAX_BODY = 10_000_000  # bytes; API Gateway's own limit ("Amazon API Gateway quotas", payload size)

Headers = list[tuple[str, str]]
T = TypeVar("T")


class Listener:
    """Serves on localhost until stop(). url: its address. Subclasses answer requests."""

    def __init__(self, port: int, refusal: Callable[[Scope], str | None]):
        self.url = f"http://localhost:{port}/"
        self._calls = ThreadPoolExecutor(_CALLS, "calls")
        self._server = server(isolated(self.answer, refusal), lifespan="off")
        # It listens before this returns; connections wait until the loop runs.
        self._listening = socket.create_server(("127.0.0.1", port), backlog=BACKLOG)
        self._thread = threading.Thread(target=self._run, name=self.url, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.run(self._server.serve([self._listening]))

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(5)
        self._calls.shutdown(wait=False, cancel_futures=True)

    async def answer(self, scope: Scope, receive: Any, send: Any) -> None:
        """Answers a request, as an ASGI application. For subclasses."""
        raise NotImplementedError

    async def body(self, receive: Any, send: Any) -> bytes | None:
        """The body of a request; None if the caller has left, or has got an answer because the body is too large."""
        body = bytearray()
        more = True
        while more:
            event = await receive()
            if event["type"] == "http.disconnect":
                return None
            body += event.get("body", b"")
            more = event.get("more_body", False)
            if len(body) > _MAX_BODY:
                await answer(send, 413, b"This server accepts at most 10 MB.\n")
                return None
        return bytes(body)

    async def run(self, call: Callable[..., T], *arguments: Any) -> T:
        """The result of a call that blocks, without blocking the server."""
        return await asyncio.get_running_loop().run_in_executor(self._calls, call, *arguments)

    async def forward(
        self,
        scope: Scope,
        receive: Any,
        send: Any,
        to: SplitResult,
        headers: Mapping[str, str],
        kept: Callable[[Headers], Headers],
    ) -> None:
        """Answers a request with the response of another server.

        to: its address, in front of the request's path. headers: to send. kept: which headers of the response to keep.
        """
        body = await self.body(receive, send)
        if body is None:
            return
        target = f"{to.path}{scope['raw_path'].decode('ascii')}"
        if scope["query_string"]:
            target += f"?{scope['query_string'].decode('ascii')}"
        try:
            status, received, content = await self.run(_call, to, scope["method"], target, body, headers)
        except (OSError, http.client.HTTPException) as error:
            text = f"The server behind this one does not respond: {error!r}\n".encode()
            await answer(send, 503, text, [("content-type", "text/plain"), ("retry-after", "1")])
            return
        await answer(send, status, content, kept(received))


def _call(
    to: SplitResult, method: str, target: str, body: bytes, headers: Mapping[str, str]
) -> tuple[int, Headers, bytes]:
    connection = http.client.HTTPConnection(to.hostname or "", to.port, timeout=_PATIENCE)
    try:
        connection.request(method, target, body or None, headers)
        response = connection.getresponse()
        return response.status, response.getheaders(), response.read()
    finally:
        connection.close()
