"""What upkeep costs, as docs/upkeep.md says: from requests that are counted here, and list prices."""

import re

import pytest

from dev.emulator import ROOT
from tests.actors.upkeeper import Account
from thumbs.upkeep import search

PAGE, AUDIT = (" ".join((ROOT / f"docs/{name}.md").read_text().split()) for name in ("upkeep", "audit"))
# Dollars per request, as the page says.
DEAR, CHEAP = 0.005 / 1000, 0.0004 / 1000
PRICES = {"PutObject": DEAR, "ListObjectsV2": DEAR, "GetObject": CHEAP, "HeadObject": CHEAP}
MILLION, RUNS = 1_000_000, 2880


def of(number: float, requests: dict[str, int]) -> float:
    return number * sum(PRICES[name] * count for name, count in requests.items())


def test_the_page_states_the_cost_of_what_is_counted(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "$0.005 per 1,000 PUT or LIST, $0.0004 per 1,000 GET or HEAD" in PAGE
    account.run()
    account.run()
    idle = dict(account.requests)
    account.fill(1999)
    account.upload(*range(10), minutes=0)
    account.end(*range(10))
    account.wait()
    account.run()
    looks, pages = account.requests["HeadObject"] / 10, account.requests["ListObjectsV2"]

    assert "[upkeep](upkeep.md), if it is enabled, causes another one" in AUDIT, "a HEAD is an event, a page is none"
    assert (looks, pages) == (1, 3), "2 + 1 pages for 1000 objects each, and the memory"
    assert f"| a million uploads | 1,000,000 HEAD | {of(MILLION, {'HeadObject': 1}):.2f} |" in PAGE
    assert f"stored originals | 1,000 LIST | {of(MILLION / 1000, {'ListObjectsV2': 1}):.3f} |" in PAGE
    assert f"2 PUT, 1 GET and 1 LIST each | {of(RUNS, idle):.2f} |" in PAGE


def test_the_page_states_the_bounds_of_a_run() -> None:
    assert f"at most {search.MOST_PAGES * 1000:,} entries" in PAGE
    assert f"at most {search.MOST_LOOKS:,} HEAD requests, and at most {search.MOST_LOST:,} uploads" in PAGE
    assert f"keeps up with {RUNS // 30 * search.MOST_LOOKS:,} uploads a day" in PAGE
    listing = of(RUNS * search.MOST_PAGES, {"ListObjectsV2": 1})
    assert re.search(rf"a search takes ten runs.*the listing costs \${listing:.2f} a month", PAGE)
    assert MILLION / (search.MOST_PAGES * 1000) == 10
