"""The page's server: the files that it serves, and how it handles bad HTTP."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests

from dev.server import Server
from operate.site import FRONTEND
from tests.actors.client import PATIENCE, Service
from tests.standins.ports import free_port

BODY = b'{"files": [{"name": "a.jpg", "type": "image/jpeg", "size": 1}]}'


@pytest.fixture(scope="module")
def alone() -> Iterator[Server]:
    """A server whose API is down."""
    server = Server(free_port(), f"http://127.0.0.1:{free_port()}/", "http://localhost:1")
    yield server
    server.stop()


def raw(url: str, request: str, body: bytes = b"") -> bytes:
    """The response to a raw request, until the connection ends. request: with one line per header."""
    head = "\r\n".join([*request.splitlines(), "Host: localhost", "Connection: close", "", ""])
    with socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), PATIENCE) as connection:
        connection.sendall(head.encode("latin-1") + body)
        received = b""
        while part := connection.recv(65536):
            received += part
    return received


@pytest.mark.parametrize(
    "path",
    [
        "/template.yaml",
        "/template%2eyaml",
        "/template%2Eyaml",
        "/./template.yaml",
        "/x/../template.yaml",
        "/%2e/template.yaml",
        "//template.yaml",
        "/package.json",
        "/../template.yaml",
        "/%2e%2e/template.yaml",
        "/../frontend/index.html",
        "/..%5ctemplate.yaml",
        "/index.html%00",
        "/%00",
        "/%ff",
        "/index.html/",
        "/.",
        "/nothing.js",
        "http://localhost/template.yaml",
    ],
)
def test_only_the_page_s_own_files_are_served(alone: Server, path: str) -> None:
    answer = raw(alone.url, f"GET {path} HTTP/1.1")

    assert answer.startswith(b"HTTP/1.1 404")
    assert b"Resources" not in answer


def test_the_page_s_files_are_served_as_they_are_now(alone: Server) -> None:
    for name in ("", "index.html", "page.js", "style.css", "favicon.svg"):
        content = (FRONTEND / (name or "index.html")).read_bytes()
        answer = requests.get(f"{alone.url}{name}?v=1", timeout=PATIENCE)
        assert (answer.status_code, answer.content) == (200, content)
        assert answer.headers["Cache-Control"] == "no-cache"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        head = requests.head(f"{alone.url}{name}", timeout=PATIENCE)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["Content-Type"] == answer.headers["Content-Type"]


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        ("POST /uploads HTTP/1.1\nContent-Length: abc", 400),
        ("POST /uploads HTTP/1.1\nContent-Length: -1", 400),
        ("POST /uploads HTTP/1.1\nContent-Length: 1\nContent-Length: 2", 400),
        ("POST /uploads HTTP/1.1\nTransfer-Encoding: chunked\nTransfer-Encoding: gzip", 400),  # RFC 9112, 6.3
        ("GET /\x00 HTTP/1.1", 400),
        ("nonsense", 400),
        ("POST / HTTP/1.1\nContent-Length: 0", 405),
        ("DELETE /index.html HTTP/1.1", 405),
    ],
)
def test_what_is_no_good_is_refused_quietly(
    alone: Server, request_head: str, status: int, capfd: pytest.CaptureFixture[str]
) -> None:
    assert raw(alone.url, request_head).startswith(f"HTTP/1.1 {status}".encode())
    assert capfd.readouterr() == ("", "")


def test_a_body_in_chunks_is_passed_on(stack: Service) -> None:
    head = "POST /uploads HTTP/1.1\nContent-Type: application/json\nTransfer-Encoding: chunked"
    chunks = b"%x\r\n%s\r\n5\r\n     \r\n0\r\n\r\n" % (len(BODY), BODY)

    assert raw(stack.page_url, head, chunks).startswith(b"HTTP/1.1 201")


def test_a_body_that_the_gateway_would_refuse_is_not_kept(alone: Server) -> None:
    assert requests.post(f"{alone.url}uploads", b" " * 10_000_001, timeout=PATIENCE).status_code == 413


def test_an_api_that_is_away_is_said_to_be(alone: Server) -> None:
    answer = requests.post(f"{alone.url}uploads", BODY, timeout=PATIENCE)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")


def test_it_can_be_stopped(alone: Server) -> None:
    server = Server(free_port(), alone.url, alone.url)
    assert requests.get(server.url, timeout=PATIENCE).status_code == 200

    server.stop()

    with pytest.raises(requests.ConnectionError):
        requests.get(server.url, timeout=PATIENCE)
