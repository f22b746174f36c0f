"""Posting forms and following links, with either urllib3 of a runtime: botocore accepts 1.26 and 2."""

import importlib
import socket
import sys
from collections.abc import Iterator
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from threading import Thread
from types import ModuleType

import pytest

from tests.material.certificates import Authority, served
from tests.standins.faulty_s3 import FOUND, faulty_s3


class Storage(BaseHTTPRequestHandler):
    """Echoes the request."""

    def do_GET(self) -> None:
        self._say(200, "text/plain", self.path.encode())

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        self._say(204 if self.path == "/quiet" else 200, self.headers["Content-Type"], sent)

    def _say(self, status: int, content_type: str, content: bytes) -> None:
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if status != 204:
            self.wfile.write(content)

    def log_message(self, *message: object) -> None:
        pass


@pytest.fixture(scope="module")
def storage() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Storage) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(params=["urllib3", "pip._vendor.urllib3"])
def browser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """thumbs.verification.browser with the installed urllib3, and with pip's own, which is 1.26."""
    library = importlib.import_module(request.param)
    if request.param != "urllib3" and not library.__version__.startswith("1.26."):
        pytest.skip(f"this pip brings urllib3 {library.__version__}, and no 1.26 to try")
    monkeypatch.setitem(sys.modules, "urllib3", library)
    found = find_spec("thumbs.verification.browser")
    assert found
    assert found.loader
    module = module_from_spec(found)  # a second one, separate from the one that other tests may have imported
    found.loader.exec_module(module)
    return module


def test_a_form_is_posted_with_its_file_last(browser: ModuleType, storage: str) -> None:
    answer = browser.post(f"{storage}/", {"key": "uploads/1", "policy": "p"}, b"\xff\xd8picture")

    kind = Message()
    kind["Content-Type"] = answer.type
    parts = answer.content.split(b"--" + str(kind.get_param("boundary")).encode())
    assert [part.partition(b"\r\n\r\n")[2].rstrip(b"\r\n") for part in parts[1:-1]] == [
        b"uploads/1",
        b"p",
        b"\xff\xd8picture",
    ]
    assert b'name="file"' in parts[3]


def test_an_answer_is_read_whole_and_may_have_no_type(browser: ModuleType, storage: str) -> None:
    followed = browser.get(f"{storage}/a/link?signed=1")
    quiet = browser.post(f"{storage}/quiet", {}, b"")

    assert (followed.status, followed.type, followed.content) == (200, "text/plain", b"/a/link?signed=1")
    assert (quiet.status, quiet.type) == (204, "")


def test_it_trusts_whom_the_functions_trust(
    browser: ModuleType, environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A link and a form carry a signature and a token."""
    authority = Authority(tmp_path)
    for host, variable, why in (
        ("localhost", "SSL_CERT_FILE", "unable to get local issuer"),
        ("elsewhere.example", "AWS_CA_BUNDLE", "(is not valid for|doesn't match) 'localhost'"),
        ("localhost", "AWS_CA_BUNDLE", ""),
    ):
        environment.setenv(variable, str(authority.path))
        with faulty_s3() as storage:
            storage.tls = served(authority.issue(host))
            storage.script += [FOUND]
            if why:
                with pytest.raises(browser.Unreachable, match=why):
                    browser.get(f"{storage.url}/link?signed=1")
                assert not storage.received
            else:
                assert browser.get(f"{storage.url}/link?signed=1").content == b"picture"


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/", "https://nowhere.invalid/", "http://127.0.0.1:{port}/"])
def test_what_cannot_be_reached_is_one_error(
    browser: ModuleType, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser, "_SECONDS", 0.2)
    with socket.socket() as closes:  # accepts a connection and never responds
        closes.bind(("127.0.0.1", 0))
        with pytest.raises(browser.Unreachable):
            browser.get(address.format(port=closes.getsockname()[1]))
