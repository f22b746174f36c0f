"""A stand-in for S3, so that a whole invocation can be measured: one original, and everything the function writes."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_MISSING = b"<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>"


class Storage(ThreadingHTTPServer):
    """original: the response to any GET of uploads/. manifest: the last one written. calls: since hold().
    standing: the manifest that every job has, if any."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.original = b""
        self.standing = b""
        self.manifest: dict[str, Any] | None = None
        self.calls = 0

    def hold(self, original: bytes) -> None:
        self.original, self.manifest, self.calls = original, None, 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Request(BaseHTTPRequestHandler):
    server: Storage
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if "/uploads/" in self.path:
            self._answer(200, self.server.original)
        elif self.server.standing:
            self._answer(200, self.server.standing)
        else:
            self._answer(404, _MISSING)

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.split("?")[0].endswith("manifest.json"):
            self.server.manifest = json.loads(body)
        self._answer(200, b"")

    def _answer(self, status: int, body: bytes) -> None:
        self.server.calls += 1  # convert makes one after the other
        self.send_response(status)
        self.send_header("ETag", '"1"')
        self.send_header("Last-Modified", self.date_time_string())
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(ConnectionError):  # convert stops reading if a file is too large
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Logs nothing: the functions' calls do not matter."""


@contextmanager
def running() -> Iterator[Storage]:
    with Storage() as storage:
        thread = threading.Thread(target=storage.serve_forever)
        thread.start()
        try:
            yield storage
        finally:
            storage.shutdown()
            thread.join()
