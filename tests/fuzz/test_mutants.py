"""No broken file takes the invocation down: each ends as thumbnails or as a rejection."""

import time
from itertools import islice
from pathlib import Path

import pytest

from tests.fuzz.mutants import mutants
from tests.fuzz.trial import harm

_COUNT = 2000
_SECONDS = 30  # on a machine too slow for all of them; the first five hundred are always tried
_AT_LEAST = 500

CRASHES = sorted(path for path in (Path(__file__).parent / "crashes").iterdir() if path.suffix != ".md")


def test_thousands_of_broken_files_are_converted_or_refused() -> None:
    until = time.monotonic() + _SECONDS
    harmed = []
    for number, original in enumerate(islice(mutants(seed=20261121), _COUNT)):
        if number >= _AT_LEAST and time.monotonic() > until:
            break
        why = harm(original)
        if why is not None:
            harmed.append((number, why))
    assert not harmed


_NONE = pytest.param(Path(), marks=pytest.mark.skip(reason="no broken file has come to harm so far"))


@pytest.mark.parametrize("path", CRASHES or [_NONE], ids=lambda path: path.name)
def test_what_once_did_harm_does_so_no_more(path: Path) -> None:
    assert harm(path.read_bytes()) is None
