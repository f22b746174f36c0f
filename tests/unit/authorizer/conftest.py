"""The authorizer function in this process, and a provider of its own, over TLS."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from stacks.authorizer import fetch, handler
from tests.material.invocation import Context
from tests.material.tokens import METHOD, Ask
from tests.standins.openid_provider import AUDIENCE, Provider


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    with Provider(tmp_path_factory.mktemp("provider")) as provider:
        yield provider


@pytest.fixture
def provider(started: Provider, environment: pytest.MonkeyPatch) -> Provider:
    """A provider that the function trusts, and has not asked yet."""
    started.reset()
    environment.setenv("SSL_CERT_FILE", str(started.trust))
    environment.setenv("ISSUER", started.url)
    environment.setenv("AUDIENCE", AUDIENCE)
    environment.setenv("GROUPS_CLAIM", "groups")
    environment.setattr(fetch, "PATIENCE", 60.0)  # on a busy machine
    handler.verifier.cache_clear()
    return started


@pytest.fixture
def ask(provider: Provider) -> Ask:
    """Asks the function as API Gateway does, with a value of the header Authorization."""

    def ask(authorization: Any) -> dict[str, Any]:
        event = {"type": "TOKEN", "methodArn": METHOD, "authorizationToken": authorization}
        return handler.handler(event, Context())

    return ask


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[dict[str, Any]]]:
    """Returns the lines that were logged since the last call."""

    def lines() -> list[dict[str, Any]]:
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return lines
