"""The entry point of a container of `make sam-local`: `python3 /var/gate OUTSIDE INSIDE EMULATOR …`.

walls.py puts it there. Lambda's runtime interface emulator does not authenticate callers, and this machine's browser
can reach it: through the port that SAM publishes and, on Linux, at the container's address. So it listens only inside
the container, as its main process, and a child of this program forwards the requests of programs to it.
"""

import http.client
import os
import socketserver
import sys
import time
from http.server import BaseHTTPRequestHandler
from typing import Any

from dev.isolation import Programs

_START = 30  # seconds for the emulator to listen


class Gate(BaseHTTPRequestHandler):
    """Forwards one request, and closes the connection."""

    server: "Server"

    def do_POST(self) -> None:
        headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in self.headers.items()]
        if reason := Programs().refusal({"headers": headers}):
            self._answer(403, "text/plain", f"{reason}\n".encode())
            return
        length = self.headers.get("Content-Length", "")
        if self.headers.defects or "Transfer-Encoding" in self.headers or not length.isdecimal():
            # Otherwise the function would get a part of the event, or a page's Origin would be overlooked.
            self._answer(411, "text/plain", b"A request needs a Content-Length and well-formed headers.\n")
            return
        content = self.rfile.read(int(length))
        sent = {
            name: value for name, value in self.headers.items() if name.lower().startswith(("content-type", "x-amz-"))
        }
        connection = _connected(self.server.inside)
        try:
            connection.request("POST", self.path, content, sent)
            response = connection.getresponse()
            self._answer(response.status, response.getheader("Content-Type", "application/json"), response.read())
        finally:
            connection.close()

    def _answer(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Logs nothing: a container's output belongs to the function."""


def _connected(address: str) -> http.client.HTTPConnection:
    """Without a time limit, because SAM knows the function's."""
    deadline = time.monotonic() + _START
    while True:
        connection = http.client.HTTPConnection(address)
        try:
            connection.connect()
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return connection


class Server(socketserver.ThreadingTCPServer):
    """Not http.server's, which looks up its own name in DNS first."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, outside: str, inside: str):
        self.inside = inside
        host, _, port = outside.rpartition(":")
        super().__init__((host, int(port)), Gate)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Quiet: the client reports a broken connection."""


def main(outside: str, inside: str, *emulator: str) -> None:
    if os.fork():
        os.execv(emulator[0], emulator)  # noqa: S606 (no shell is wanted)
    Server(outside, inside).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
