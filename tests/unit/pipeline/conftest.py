"""Children that die where a test says."""

from collections.abc import Iterator

import pytest

from tests.actors.deaths import Deaths, deaths


@pytest.fixture(scope="module")
def dying(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deaths]:
    with deaths(tmp_path_factory.mktemp("deaths")) as planned:
        yield planned


@pytest.fixture
def planned(dying: Deaths) -> Iterator[Deaths]:
    yield dying
    dying.never()
