"""Connections that are kept, closed, silent, or go through a proxy, and how much of a response is read."""

import http.client
import itertools
import os
import socket
import ssl
import subprocess
import sys
import threading
from pathlib import Path
from time import monotonic

import pytest

from tests.standins.faulty_s3 import FOUND, RESETS, FaultyS3, error, response
from thumbs.aws import connections, s3

BUCKET, KEY = "bucket", "uploads/job"


def test_a_connection_is_kept_for_the_next_call(standin: FaultyS3) -> None:
    standin.script += [FOUND, error(404, "NoSuchKey"), response(404), FOUND]

    s3.read(BUCKET, KEY)
    assert s3.read(BUCKET, KEY) is None
    assert s3.etag(BUCKET, KEY) is None
    s3.write(BUCKET, KEY, b"x")

    assert standin.connections == 1


@pytest.mark.parametrize("is_seen", [True, False])
def test_a_connection_that_was_closed_while_frozen_costs_no_pause(
    standin: FaultyS3, pauses: list[float], monkeypatch: pytest.MonkeyPatch, is_seen: bool
) -> None:
    if is_seen:
        standin.script += [FOUND, FOUND]
        standin.after |= {1}
    else:
        standin.script += [FOUND, RESETS, FOUND]
    while standin.closed.acquire(blocking=False):
        pass
    s3.read(BUCKET, KEY)
    if is_seen:
        assert standin.closed.acquire(timeout=60)

    assert s3.read(BUCKET, KEY) is not None

    assert pauses == []
    assert standin.connections == 2
    assert len(standin.received) == (2 if is_seen else 3)


@pytest.mark.usefixtures("plain")
def test_a_server_that_is_not_there_is_unanswered(
    environment: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    environment.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    with pytest.raises(s3.Unanswered, match="ConnectionRefusedError"):
        s3.read(BUCKET, KEY)
    assert pauses == [1, 2, 4]


def test_silence_ends_with_the_timeout(standin: FaultyS3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "READ_SECONDS", 0.01)
    standin.script += [b""] * 4

    with pytest.raises(s3.Unanswered, match="TimeoutError"):
        s3.read(BUCKET, KEY)

    until = monotonic() + 60  # the server may read a request after the client has given it up
    while len(standin.received) < 4 and monotonic() < until:
        threading.Event().wait(0.01)
    assert (connections.CONNECT_SECONDS, len(standin.received)) == (2, 4)


def test_more_than_is_accepted_is_not_read(standin: FaultyS3) -> None:
    standin.script += [response(200, b"", content_length="900000000000"), FOUND]

    with pytest.raises(s3.TooLarge) as raised:
        s3.read(BUCKET, KEY, limit=7)
    assert raised.value.size == 900_000_000_000

    assert s3.read(BUCKET, KEY, limit=7) is not None
    assert standin.connections == 2, "the rest of a response must not be taken for the next one"


def test_what_is_not_read_is_closed_at_once(standin: FaultyS3) -> None:
    """Even if the response ends with its connection, and somebody keeps the error."""
    standin.script += [response(200, b"", content_length="900000000000", connection="close")]

    with pytest.raises(s3.TooLarge) as kept:
        s3.read(BUCKET, KEY)

    seen = [each for entry in kept.traceback for each in entry.frame.f_locals.values()]
    responses = [each for each in seen if isinstance(each, http.client.HTTPResponse)]
    assert responses
    assert all(each.isclosed() for each in responses)


def test_more_than_is_accepted_is_not_read_without_a_length_either(standin: FaultyS3) -> None:
    standin.script += [b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + b"5\r\n12345\r\n" * 3]

    with pytest.raises(s3.TooLarge):
        s3.read(BUCKET, KEY, limit=10)


@pytest.mark.parametrize(
    "hostile",
    [
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 " + b"a" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nx-amz-checksum-crc32: AAAAAA==\r\n\r\n12345",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nx-amz-checksum-sha256: AAAAAA==\r\n\r\n12345",
    ],
)
def test_what_is_no_response_is_unanswered(standin: FaultyS3, hostile: bytes) -> None:
    standin.script += [hostile] * 4
    standin.after |= {1, 2, 3, 4}

    with pytest.raises(s3.Unanswered):
        s3.read(BUCKET, KEY)


@pytest.mark.parametrize(
    ("variable", "proxied"),
    [
        ({}, True),
        ({"NO_PROXY": "elsewhere.example,example.org"}, True),
        ({"NO_PROXY": "*"}, False),
        ({"no_proxy": "localhost, 127.0.0.1"}, False),
    ],
)
def test_a_proxy_is_asked_with_the_whole_address(
    plain: FaultyS3, environment: pytest.MonkeyPatch, variable: dict[str, str], proxied: bool
) -> None:
    for name, value in (variable | {"HTTP_PROXY": plain.url.replace("//", "//me:pass%20word@")}).items():
        environment.setenv(name, value)
    plain.script += [FOUND]
    address = "http://s3.example:81" if proxied else plain.url
    environment.setenv("AWS_ENDPOINT_URL_S3", address)

    s3.read(BUCKET, KEY)

    first, _, rest_of_it = plain.received[0].partition(b"\r\n")
    assert first == f"GET {address if proxied else ''}/bucket/uploads/job HTTP/1.1".encode()
    assert (b"Proxy-Authorization: Basic bWU6cGFzcyB3b3Jk" in rest_of_it) is proxied


def test_a_proxy_opens_a_tunnel_for_https(plain: FaultyS3, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("HTTPS_PROXY", plain.url)
    environment.delenv("AWS_ENDPOINT_URL_S3")
    plain.script += [b"HTTP/1.1 403 no\r\n\r\n"] * 4

    with pytest.raises(s3.Unanswered, match="Tunnel connection failed: 403"):
        s3.read(BUCKET, KEY)

    assert plain.received[0].startswith(b"CONNECT bucket.s3.eu-central-1.amazonaws.com:443 HTTP/1.")


@pytest.mark.parametrize(
    ("proxy", "place"),
    [
        ("http://proxy.invalid", ("proxy.invalid", 80)),
        ("proxy.invalid", ("proxy.invalid", 80)),
        ("http://me:secret@proxy.invalid:/", ("proxy.invalid", 80)),
        ("http://[::1]", ("::1", 80)),
        ("http://proxy.invalid:3128", ("proxy.invalid", 3128)),
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_without_a_port_has_that_of_http(
    environment: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch, scheme: str, proxy: str, place: tuple[str, int]
) -> None:
    asked: list[tuple[str, int]] = []

    def connect(address: tuple[str, int], *_: object, **__: object) -> None:
        asked.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    environment.setenv(f"{scheme.upper()}_PROXY", proxy)

    with pytest.raises(s3.Unanswered, match="ConnectionRefusedError"):
        connections.ask((scheme, "s3.example"), "GET", "/", {}, b"", 1)

    assert asked == [place]


def test_a_proxy_by_https_is_refused(environment: pytest.MonkeyPatch, plain: FaultyS3) -> None:
    environment.setenv("HTTPS_PROXY", plain.url.replace("http://", "https://me:secret@"))
    environment.delenv("AWS_ENDPOINT_URL_S3")

    with pytest.raises(s3.Unanswered, match="a proxy is reached by http://"):
        s3.read(BUCKET, KEY)

    assert plain.connections == 0


def test_each_call_uses_the_credentials_of_its_time(standin: FaultyS3, environment: pytest.MonkeyPatch) -> None:
    standin.script += [FOUND, FOUND]
    s3.read(BUCKET, KEY)
    environment.setenv("AWS_ACCESS_KEY_ID", "AKIANEW")
    environment.setenv("AWS_SESSION_TOKEN", "new")

    s3.read(BUCKET, KEY)

    assert [b"Credential=AKIANEW/" in request for request in standin.received] == [False, True]
    assert b"x-amz-security-token: new\r\n" in standin.received[1]


def test_no_program_inherits_a_connection(standin: FaultyS3) -> None:
    """Neither does the zygote, even if another one has to be started after a call."""
    standin.script += [FOUND]
    s3.read(BUCKET, KEY)
    (kept,) = itertools.chain(*connections._idle.values())

    assert not os.get_inheritable(kept.sock.fileno())
    script = f"import os; os.fstat({kept.sock.fileno()})"
    started = subprocess.run([sys.executable, "-c", script], capture_output=True, close_fds=False, check=False)
    assert b"Bad file descriptor" in started.stderr


def test_the_certificates_are_those_of_boto3_unless_others_are_named(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    connections._trust.cache_clear()
    trusted = connections._trust()
    assert trusted.verify_mode == ssl.CERT_REQUIRED
    assert trusted.check_hostname
    assert trusted.cert_store_stats()["x509_ca"] > 100
    pem = ssl.DER_cert_to_PEM_cert(trusted.get_ca_certs(binary_form=True)[0])
    (tmp_path / "own.pem").write_text(pem)
    environment.setenv("AWS_CA_BUNDLE", str(tmp_path / "own.pem"))
    connections._trust.cache_clear()

    assert connections._trust().cert_store_stats()["x509_ca"] == 1

    connections._trust.cache_clear()
