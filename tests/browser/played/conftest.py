"""The page with a simulated service, because these tests are about the service's and the network's behaviour."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.standins.service import Standin


@pytest.fixture(scope="session")
def playing() -> Iterator[Standin]:
    standin = Standin()
    yield standin
    standin.stop()


@pytest.fixture
def standin(playing: Standin) -> Standin:
    playing.fair()
    return playing


@pytest.fixture
def page(blank: Page, standin: Standin) -> Page:
    blank.goto(standin.url)
    blank.locator("#terms:not(:empty)").wait_for()
    return blank
