"""A server in place of S3 that answers as a test writes down."""

import random
import time
from collections.abc import Iterator

import pytest

from tests.standins.faulty_s3 import FaultyS3, faulty_s3
from thumbs.aws import connections


@pytest.fixture(scope="session")
def server() -> Iterator[FaultyS3]:
    with faulty_s3() as standin:
        yield standin


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def standin(
    server: FaultyS3, environment: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> FaultyS3:
    connections.forget()
    server.script.clear()
    server.received.clear()
    server.after.clear()
    server.impatient.clear()
    server.asks = True
    server.connections = 0
    environment.setenv("AWS_ENDPOINT_URL_S3", server.url)
    monkeypatch.setattr(time, "sleep", pauses.append)
    monkeypatch.setattr(random, "random", lambda: 1.0)
    return server
