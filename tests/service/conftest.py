"""Releases of the running service, its metrics, and fixtures that its tests share."""

from collections.abc import Iterator

import pytest

from tests.actors.client import Service, wait_for
from tests.material import pictures
from tests.standins.cloudwatch import CloudWatch
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


@pytest.fixture
def cloudwatch(stack: Service) -> CloudWatch:
    return CloudWatch(stack)


@pytest.fixture
def no_dead_letters(stack: Service) -> Iterator[None]:
    queue, sqs = stack.deployed.outputs["ConversionDeadLetterQueue"], stack.deployed.client("sqs")
    sqs.purge_queue(QueueUrl=queue)
    yield
    sqs.purge_queue(QueueUrl=queue)


@pytest.fixture(scope="session")
def photo() -> bytes:
    """A file that is larger than every golden one, with few pixels, because hundreds are converted."""
    content = pictures.jpeg(picture=pictures.photo(300, 225), quality=100)
    assert len(content) > 50_000
    return content
