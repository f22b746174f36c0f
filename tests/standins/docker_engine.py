"""The part of a Docker engine that SAM needs to run a container: it has every image, and its containers are this
server."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


class DockerEngine(ThreadingHTTPServer):
    """url: for DOCKER_HOST. created: the configuration of each container, as in Docker's API.

    done: requests about containers, such as "POST start".
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"tcp://127.0.0.1:{self.server_port}"
        self.created: list[dict[str, Any]] = []
        self.done: list[str] = []


@contextmanager
def running() -> Iterator[DockerEngine]:
    with DockerEngine() as engine:
        threading.Thread(target=engine.serve_forever, daemon=True).start()
        yield engine
        engine.shutdown()


class _Handler(BaseHTTPRequestHandler):
    server: DockerEngine

    def _handle(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = urlsplit(self.path).path.split("/", 2)[-1]  # without the version
        match self.command, path.split("/"):
            case "GET" | "HEAD", ["_ping"]:
                self._answer(200, "OK")
            case "GET", ["images", *_, "json"]:
                self._answer(200, {"Id": "image", "Config": {}, "RepoDigests": []})
            case "POST", ["containers", "create"]:
                self.server.created.append(json.loads(content))
                self._answer(201, {"Id": "container"})
            case "GET", ["containers", _, "json"]:
                ports = {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(self.server.server_port)}]}
                self._answer(
                    200, {"Id": "container", "State": {"Status": "created"}, "HostConfig": {"PortBindings": ports}}
                )
            case method, ["containers", _, *action]:
                self.server.done.append(" ".join([method, *action]))
                self._answer(204, "")
            case _:
                self._answer(404, {"message": "not found"})

    do_GET = do_HEAD = do_POST = do_DELETE = _handle  # noqa: N815 (http.server's names)

    def _answer(self, status: int, answer: Any) -> None:
        content = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass
