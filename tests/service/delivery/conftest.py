"""The service behind its delivery stack, once for all tests of this folder.

Tests that change it come last, because of their files' names: a new version of the page, then a domain.
"""

from collections.abc import Iterator

import pytest

from tests.actors.client import PAGE
from tests.actors.edge import Edge, deliver, undelivered


@pytest.fixture(scope="session")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    with undelivered(tmp_path_factory.mktemp("project"), origins=[PAGE]) as undelivered_edge:
        deliver(undelivered_edge)
        yield undelivered_edge
