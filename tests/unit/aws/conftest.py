"""A server in place of S3 that answers as a test writes down, over HTTP and over TLS."""

import random
import ssl
import time
from collections.abc import Iterator

import pytest

from tests.material.certificates import Authority, served
from tests.standins.faulty_s3 import FaultyS3, faulty_s3
from thumbs.aws import connections


@pytest.fixture(scope="session")
def server() -> Iterator[FaultyS3]:
    with faulty_s3() as standin:
        yield standin


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def trusted(authority: Authority) -> ssl.SSLContext:
    """TLS with a certificate that is good for who trusts the authority."""
    return served(authority.issue("localhost"))


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def plain(
    server: FaultyS3, environment: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> Iterator[FaultyS3]:
    """Over HTTP."""
    connections.forget()
    connections._trust.cache_clear()
    server.reset()
    environment.setenv("AWS_ENDPOINT_URL_S3", server.url)
    monkeypatch.setattr(time, "sleep", pauses.append)
    monkeypatch.setattr(random, "random", lambda: 1.0)
    yield server
    connections._trust.cache_clear()


@pytest.fixture
def encrypted(
    plain: FaultyS3, environment: pytest.MonkeyPatch, authority: Authority, trusted: ssl.SSLContext
) -> FaultyS3:
    """Over TLS, by an authority that AWS_CA_BUNDLE names."""
    plain.tls = trusted
    environment.setenv("AWS_ENDPOINT_URL_S3", plain.url)
    environment.setenv("AWS_CA_BUNDLE", str(authority.path))
    return plain


@pytest.fixture(params=["plain", "encrypted"])
def standin(request: pytest.FixtureRequest) -> FaultyS3:
    """Over HTTP, and over TLS."""
    found: FaultyS3 = request.getfixturevalue(request.param)
    return found
