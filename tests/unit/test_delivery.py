"""What `make deploy-page` checks before it sets your own domain in the service's stack."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from operate import delivery
from tests.actors.web_server import serving


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/" else 404)
        self.end_headers()


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    with serving(Page) as server:
        yield server


def test_a_page_that_is_served_answers(server: ThreadingHTTPServer) -> None:
    assert delivery.answers(f"http://127.0.0.1:{server.server_port}/")


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("https://127.0.0.1:{port}/", id="without a certificate"),
        pytest.param("http://127.0.0.1:{port}/other", id="with an error"),
        pytest.param("http://127.0.0.1:1/", id="nobody there"),
        pytest.param("https://nowhere.invalid/", id="a name that nobody knows"),
    ],
)
def test_everything_else_does_not(server: ThreadingHTTPServer, address: str) -> None:
    assert not delivery.answers(address.format(port=server.server_port))
