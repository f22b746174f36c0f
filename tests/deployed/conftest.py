"""A user's journeys with any stack: the emulator's, or with `--deployed STACK` one in your AWS account.

On the emulator they run under a pipeline's role, with a stack that requires a key.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import boto3
import pytest

from operate import api_keys
from operate.service import Service
from tests.actors import releaser
from tests.actors.program import Api, base


@pytest.fixture(scope="session")
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    """Erases everything that was uploaded."""
    with ExitStack() as until_then:
        if name := request.config.getoption("--deployed"):
            service = Service(name)  # with the credentials and the region of the environment
            url = base(service.outputs, service.parameters)
        else:
            neighbour = request.getfixturevalue("neighbour").deployed
            until_then.enter_context(_session(neighbour.endpoint, neighbour.name))
            service, url = Service(neighbour.name), neighbour.api_url
        key = api_keys.any_of(service)
        api = Api(url, {"x-api-key": key} if key else {}, _lines(service))
        yield api
        for job in api.jobs:
            service.erase(job)
            assert service.erase(job) == 0, "something is left"


@contextmanager
def _session(endpoint: str, stack: str) -> Iterator[None]:
    """This process as a pipeline that has just deployed the stack."""
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in releaser.session(endpoint, stack).items():
            patch.setenv(variable, value)
        patch.setattr(boto3, "DEFAULT_SESSION", None)  # it keeps the credentials that it found first
        yield


def _lines(service: Service) -> Callable[[str], list[dict[str, Any]]]:
    def lines(text: str) -> list[dict[str, Any]]:
        group = service.resources["ConvertLogs"]
        paginator = service.client("logs").get_paginator("filter_log_events")
        pages = paginator.paginate(logGroupName=group, filterPattern=f'"{text}"')
        found = [event["message"] for page in pages for event in page["events"]]
        return [json.loads(line) for line in found if line.startswith("{") and text in line]

    return lines
