"""The page as its visitors get it: over TLS from the distribution, with its own headers."""

import contextlib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from playwright.sync_api import Page, Response, expect

from tests.actors.edge import Edge, deliver, undelivered
from tests.actors.tab import Watch
from tests.actors.visitor import choose, expect_stage, row
from tests.material.photos import jpeg, text
from tests.standins.ports import free_port


class Tls:
    """TLS in front of the emulator's port, which has none: forwards bytes."""

    def __init__(self, port: int, behind: int, folder: Path):
        self._behind = behind
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate(folder))
        self._listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # stop() closes it
            while True:
                plain, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.ExitStack() as opened:
            browser = opened.enter_context(self._context.wrap_socket(plain, server_side=True))
            emulator = opened.enter_context(socket.create_connection(("127.0.0.1", self._behind)))
            back = threading.Thread(target=_carry, args=(emulator, browser), daemon=True)
            back.start()
            _carry(browser, emulator)
            back.join()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while content := source.recv(65536):
            target.sendall(content)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def certificate(folder: Path) -> Path:
    """A certificate that nobody has signed, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "edge.localhost")])
    now = datetime.now(UTC)
    names = [x509.DNSName("*.cloudfront.localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "edge.pem"
    path.write_bytes(private + signed.public_bytes(pem))
    return path


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """page_url: in the distribution's domain, as the emulator spells it for browsers, and as the manifests have it."""
    port = free_port()
    page = f"https://*.cloudfront.localhost:{port}"
    with undelivered(tmp_path_factory.mktemp("project"), origins=[page]) as edge:
        deliver(edge)
        tls = Tls(port, int(edge.deployed.endpoint.rsplit(":", 1)[1]), tmp_path_factory.mktemp("certificate"))
        edge.domain = f"{edge.domain.removesuffix('.cloudfront.net')}.cloudfront.localhost:{port}"
        edge.set_of_the_service(DeliveryDomain=edge.domain)
        edge.page_url = f"https://{edge.domain}/"
        yield edge
        tls.stop()


@pytest.fixture
def stack(edge: Edge) -> Edge:
    """The service for the other browser tests: here, the service behind its distribution."""
    return edge


@pytest.fixture
def context_options() -> dict[str, Any]:
    return {"viewport": {"width": 1280, "height": 800}, "ignore_https_errors": True}


def test_a_photo_becomes_thumbnails_that_come_from_the_domain(page: Page, edge: Edge, watch: Watch, shoot: Any) -> None:
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    choose(page, jpeg("photo.jpg", 1200, 900))
    photo = row(page, "photo.jpg")
    expect_stage(photo, "done")
    images = photo.get_by_role("img")
    expect(images).to_have_count(3)
    for image, width in zip(images.all(), (160, 320, 640), strict=True):
        expect(image).to_have_js_property("naturalWidth", width)
        assert str(image.get_attribute("src")).startswith(f"{edge.page_url}t/")
    shoot("edge-done")

    # The only other origins are those of uploads and results.
    assert {request.url.split("/")[2] for request in watch.requests if not request.url.startswith("blob:")} == {
        edge.domain,
        edge.deployed.endpoint.removeprefix("http://"),
    }
    preflights = [request for request in watch.requests if request.method == "OPTIONS"]
    assert preflights == [], "the API is on the page's own origin"
    thumbnails = [answer for answer in answers if "/t/" in answer.url]
    assert len(thumbnails) == 3
    for thumbnail in thumbnails:
        assert "immutable" in thumbnail.headers["cache-control"]


def test_everything_can_be_downloaded(page: Page) -> None:
    choose(page, jpeg("one.jpg", seed=1), jpeg("two.jpg", seed=2))
    for name in ("one.jpg", "two.jpg"):
        expect_stage(row(page, name), "done")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all").click()
    assert download.value.suggested_filename == "thumbnails.zip"


def test_a_refused_file_is_named_with_its_reason(page: Page) -> None:
    choose(page, text("letter.jpg"))
    letter = row(page, "letter.jpg")
    expect_stage(letter, "stopped")
    expect(letter).to_contain_text("not a picture that we can read")


@pytest.mark.parametrize(
    ("directive", "attempt"),
    [
        ("connect-src", "fetch('https://elsewhere.localhost/').catch(() => {})"),
        ("img-src", "new Image().src = 'https://elsewhere.localhost/pixel.png'"),
    ],
)
def test_the_policy_that_comes_with_the_page_is_in_force(
    page: Page, watch: Watch, directive: str, attempt: str
) -> None:
    watch.expect("Content Security Policy")
    blocked = page.evaluate(
        """() => new Promise((settle) => {
            addEventListener("securitypolicyviolation", (event) => settle(event.effectiveDirective), {once: true});
            ATTEMPT;
        })""".replace("ATTEMPT", attempt)
    )
    assert blocked == directive
