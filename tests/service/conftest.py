"""Releases of the running service."""

from collections.abc import Iterator

import pytest

from tests.actors.client import Service, wait_for
from tests.standins.codedeploy import CodeDeploy
from tests.standins.releases import HOOKS, LOGS, Releases, quiet


@pytest.fixture(scope="module")
def releases(stack: Service) -> Iterator[Releases]:
    wait_for(lambda: quiet(stack), "end of what other tests have left under way")
    with CodeDeploy() as codedeploy:
        releases = Releases(stack, codedeploy)
        live = {function: releases.live(function) for function in HOOKS}
        for hook in LOGS:
            releases.configure(hook, AWS_ENDPOINT_URL_CODEDEPLOY=codedeploy.url)
        yield releases
        releases.undo(live)
