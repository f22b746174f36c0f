"""How `make run` handles many callers, and many pictures, at once. It starts with no function running."""

import asyncio
import os
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from dev.stack import Stack
from tests.actors.client import PATIENCE, Service, Signed, wait_for
from tests.actors.developer import Run, copy_of_the_project
from tests.material import pictures

CALLERS = 300
PHOTOS = 40
CORES = os.cpu_count() or 1

BODY = b'{"files": [{"name": "a.jpg", "type": "image/jpeg", "size": 1}]}'
CALL = b"POST /uploads HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"


@pytest.fixture(scope="module")
def run(stack: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    started = Run(copy_of_the_project(tmp_path_factory.mktemp("project")))
    try:
        wait_for(lambda: started.said("Upload page: "), "service")
        yield started
    finally:
        started.kill()


@pytest.fixture(scope="module")
def service(run: Run) -> Service:
    return Service(run.named("Upload page: "), Stack(run.named("AWS endpoint: ").split()[0]))


def processes(run: Run, function: str) -> int:
    """The number of processes that the emulator has started for a function. They stay for minutes, so two that ran at
    the same time are different."""
    log = Path(run.named("; log: ")).read_text()
    return len(re.findall(rf"Lambda worker spawned for image-thumbnails-{function}", log))


def signatures(service: Service, size: int, count: int) -> list[Signed]:
    """Requested as the page does: in one call, and again if an earlier test has used up the throttle."""
    body = {"files": [{"name": "photo.jpg", "type": "image/jpeg", "size": size}] * count}

    def ask() -> requests.Response | None:
        answer = service.ask(body)
        return None if answer.status_code == 429 else answer

    entries = wait_for(ask, "end of the throttle").json()["uploads"]
    return [Signed(entry["job"], **entry["upload"], result=entry["result"], expires="") for entry in entries]


async def call(port: int) -> int:
    """The status that one caller gets on its own connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(CALL + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY)
    answer = await reader.read()
    writer.close()
    return int(answer.split()[1])


def test_three_hundred_callers_at_once_are_all_answered(run: Run, service: Service) -> None:
    async def crowd() -> list[int]:
        port = urlsplit(service.page_url).port or 0
        async with asyncio.timeout(PATIENCE):
            return await asyncio.gather(*(call(port) for _ in range(CALLERS)))

    statuses = Counter(asyncio.run(crowd()))

    assert statuses.keys() <= {201, 429, 503}, statuses
    assert statuses[201] >= 100, "as many as the stage's burst"
    assert processes(run, "SignUploadFunction") <= CORES


def test_forty_photos_at_once_are_all_converted_a_few_at_a_time(run: Run, service: Service) -> None:
    content = pictures.jpeg(1600, 1200)
    signed = [each for _ in range(2) for each in signatures(service, len(content), PHOTOS // 2)]
    with ThreadPoolExecutor(PHOTOS) as crowd:
        assert {answer.status_code for answer in crowd.map(lambda each: each.post(content), signed)} == {204}
    assert service.get("limits").status_code == 200, "the API answers meanwhile"

    manifests = [service.result(each) for each in signed]

    assert [manifest["status"] for manifest in manifests] == ["done"] * PHOTOS
    assert 1 <= processes(run, "ConvertFunction") <= CORES
