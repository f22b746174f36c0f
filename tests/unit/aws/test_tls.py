"""Which servers the functions speak to over TLS: nothing of a request leaves before the server has shown who it is."""

import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.material.certificates import Authority, outdated, self_signed, served
from tests.material.invocation import ENVIRONMENT
from tests.standins.faulty_s3 import CLOSES, FOUND, RESETS, FaultyS3
from thumbs.aws import connections, s3

BUCKET, KEY = "bucket", "uploads/job"


@pytest.mark.parametrize("variable", ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"])
def test_a_request_and_its_token_travel_in_tls(
    encrypted: FaultyS3, environment: pytest.MonkeyPatch, authority: Authority, variable: str
) -> None:
    """By an authority that one of the variables names, as for boto3."""
    environment.delenv("AWS_CA_BUNDLE")
    environment.setenv(variable, str(authority.path))
    environment.setenv("AWS_SESSION_TOKEN", "the-token")
    encrypted.script += [FOUND]

    found = s3.read(BUCKET, KEY)

    assert found is not None
    assert found.content == b"picture"
    (request,) = encrypted.received
    line, _, headers = request.partition(b"\r\n")
    assert line == b"GET /bucket/uploads/job HTTP/1.1"
    assert b"\r\nx-amz-security-token: the-token\r\n" in headers
    assert request.count(b"the-token") == 1


BAD: dict[str, tuple[Callable[[Path], Path], str]] = {
    "another host's": (lambda folder: Authority(folder).issue("elsewhere.example"), "is not valid for 'localhost'"),
    "expired": (lambda folder: Authority(folder).issue("localhost", days=(-2, -1)), "expired"),
    "not valid yet": (lambda folder: Authority(folder).issue("localhost", days=(1, 2)), "not yet valid"),
    "self-signed": (lambda folder: self_signed(folder, "localhost"), "self-signed certificate"),
    "by an unknown authority": (
        lambda folder: Authority(folder, "unknown").issue("localhost"),
        "unable to get local issuer",
    ),
}


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_bad_certificate_is_refused_before_the_request(
    encrypted: FaultyS3, tmp_path: Path, kind: str, version: ssl.TLSVersion
) -> None:
    make, why = BAD[kind]
    encrypted.tls = served(make(tmp_path))
    encrypted.tls.maximum_version = version
    encrypted.script += [FOUND] * 4

    with pytest.raises(s3.Unanswered, match=f"SSLCertVerificationError.*{why}"):
        s3.read(BUCKET, KEY)

    assert_nothing_was_said(encrypted)


def assert_nothing_was_said(server: FaultyS3) -> None:
    """The handshakes ended with the client's alert, so not even the first byte of a request could be read."""
    while len(server.unfinished) < 4:
        assert server.closed.acquire(timeout=60)
    assert all("alert" in why.lower() for why in server.unfinished)
    assert (server.received, server.connections) == ([], 4)


def test_a_version_before_1_2_is_refused(encrypted: FaultyS3, authority: Authority) -> None:
    encrypted.tls = outdated(authority.issue("localhost"))

    with pytest.raises(s3.Unanswered, match=r"SSLError.*(version|protocol)"):
        s3.read(BUCKET, KEY)

    assert connections.trust().minimum_version == ssl.TLSVersion.TLSv1_2
    assert encrypted.received == []


def test_a_server_that_speaks_no_tls_gets_nothing(
    plain: FaultyS3, environment: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it answers in HTTP or waits."""
    environment.setenv("AWS_ENDPOINT_URL_S3", plain.url.replace("http://", "https://"))
    monkeypatch.setattr(connections, "CONNECT_SECONDS", 0.05)

    while plain.closed.acquire(blocking=False):
        pass

    with pytest.raises(s3.Unanswered, match=r"SSLError|TimeoutError"):
        s3.read(BUCKET, KEY)

    for _ in range(4):
        assert plain.closed.acquire(timeout=60)
    assert not any(b"Credential" in each for each in plain.received)


# The end of a connection


@pytest.mark.parametrize("abrupt", [True, False])
@pytest.mark.parametrize("end", [CLOSES, RESETS])
def test_a_kept_connection_that_has_ended_is_replaced_at_once(
    encrypted: FaultyS3, pauses: list[float], end: bytes, abrupt: bool
) -> None:
    """As the next request arrives, of which the client could not know before."""
    encrypted.abrupt = abrupt
    encrypted.script += [FOUND, end, FOUND]
    assert s3.read(BUCKET, KEY) is not None

    assert s3.read(BUCKET, KEY) is not None

    assert (len(encrypted.received), encrypted.connections, pauses) == (3, 2, [])


@pytest.mark.parametrize("abrupt", [True, False])
def test_the_end_of_an_idle_connection_is_seen(encrypted: FaultyS3, pauses: list[float], abrupt: bool) -> None:
    encrypted.abrupt = abrupt
    encrypted.script += [FOUND, FOUND]
    encrypted.after |= {1}
    while encrypted.closed.acquire(blocking=False):
        pass
    s3.read(BUCKET, KEY)
    assert encrypted.closed.acquire(timeout=60)

    assert s3.read(BUCKET, KEY) is not None

    assert (len(encrypted.received), encrypted.connections, pauses) == (2, 2, [])


@pytest.mark.parametrize("abrupt", [True, False])
@pytest.mark.parametrize(
    "broken",
    [
        FOUND.replace(b"content-length: 7", b"content-length: 9"),
        FOUND.replace(b"content-length: 7", b"connection: close"),
        FOUND.replace(b"content-length: 7", b"transfer-encoding: chunked").replace(b"picture", b"4\r\npict\r\n"),
        FOUND[:40],
    ],
    ids=["short", "without an end", "without the last chunk", "in its head"],
)
def test_a_part_of_a_response_is_never_an_object(encrypted: FaultyS3, broken: bytes, abrupt: bool) -> None:
    encrypted.abrupt = abrupt
    encrypted.script += [broken] * 4
    encrypted.after |= {1, 2, 3, 4}

    with pytest.raises(s3.Unanswered):
        s3.read(BUCKET, KEY)

    assert len(encrypted.received) == 4


# Through a proxy


def through(proxy: FaultyS3, environment: pytest.MonkeyPatch, certificate: Path) -> None:
    proxy.is_proxy, proxy.tls = True, served(certificate)
    environment.setenv("AWS_ENDPOINT_URL_S3", "https://localhost:4")
    environment.setenv("HTTPS_PROXY", proxy.url.replace("//", "//me:secret@"))


def test_a_proxy_sees_no_request_and_s3_no_secret_of_the_proxy(
    encrypted: FaultyS3, environment: pytest.MonkeyPatch, authority: Authority
) -> None:
    through(encrypted, environment, authority.issue("localhost"))
    encrypted.script += [FOUND, FOUND]

    assert s3.read(BUCKET, KEY) is not None

    tunnel, request = encrypted.received
    assert tunnel.startswith(b"CONNECT localhost:4 HTTP/1.")
    assert b"Proxy-Authorization: Basic bWU6c2VjcmV0" in tunnel
    assert b"x-amz" not in tunnel.lower()
    assert request.startswith(b"GET /bucket/uploads/job HTTP/1.1\r\n")
    assert b"proxy" not in request.lower()


def test_the_certificate_behind_a_proxy_must_be_the_server_s(
    encrypted: FaultyS3, environment: pytest.MonkeyPatch, authority: Authority
) -> None:
    through(encrypted, environment, authority.issue("127.0.0.1"))

    with pytest.raises(s3.Unanswered, match="is not valid for 'localhost'"):
        s3.read(BUCKET, KEY)

    assert all(each.startswith(b"CONNECT") for each in encrypted.received)


# Whom the functions trust


def test_boto3_s_authorities_count_and_no_others(
    encrypted: FaultyS3, environment: pytest.MonkeyPatch, authority: Authority
) -> None:
    """As for boto3's own calls, which do not ask the system either."""
    environment.delenv("AWS_CA_BUNDLE")
    environment.setenv("SSL_CERT_FILE", str(authority.path))

    with pytest.raises(s3.Unanswered, match="unable to get local issuer"):
        s3.read(BUCKET, KEY)

    assert_nothing_was_said(encrypted)


_READ = f"""
import sys
sys.path.append(sys.argv[1])
from thumbs.aws import s3
print(s3.read({BUCKET!r}, {KEY!r}).content)
"""


def test_without_boto3_the_system_s_authorities_count(encrypted: FaultyS3, authority: Authority) -> None:
    encrypted.script += [FOUND]
    environment = {"AWS_ENDPOINT_URL_S3": encrypted.url, "SSL_CERT_FILE": str(authority.path)}
    folder = next(each for each in sys.path if (Path(each) / "thumbs").is_dir())

    said = subprocess.run(
        [sys.executable, "-IS", "-c", _READ, folder], env=ENVIRONMENT | environment, capture_output=True, text=True
    )

    assert (said.stdout, said.stderr) == (f"{b'picture'!r}\n", "")
