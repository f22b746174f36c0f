"""Every order of calls in the life of a job, with crashes and faults: no invariant is broken, and a broken protocol is
found.

`make test` explores, in a minute of processor time:

small scenarios    every order
large scenarios    for 1.5 s each, the orders with at most one interruption of an actor that could continue
walks              for a second each, orders at random, always with the same seed
broken protocols   the orders without an interruption, then with one, then with two, until it is found

`make explore` has an hour: every order of every scenario, for up to five minutes each, and then walks with new seeds
and scenarios with more faults. `complete` in a scenario says whether it is small.
"""

import sys
from collections.abc import Iterator

import pytest

from dev.emulator import ROOT
from tests.lifecycle import invariants
from tests.lifecycle.__main__ import main
from tests.lifecycle.claim_mutations import CLAIM_MUTATIONS
from tests.lifecycle.erase_mutations import ERASE_MUTATIONS
from tests.lifecycle.explorer import Report, Scenario, explore, shortest, walk
from tests.lifecycle.laboratory import laboratory
from tests.lifecycle.lost_mutations import LOST_MUTATIONS
from tests.lifecycle.mutations import MUTATIONS, Mutation, mutated
from tests.lifecycle.scenarios import SCENARIOS
from tests.lifecycle.walks import WALKS

SEED = 20261126
# Processor time. Complete scenarios end in seconds; this limit is for those that grow out of proportion.
COMPLETE, BOUNDED, WALKED, MUTATED = 60.0, 1.5, 1.0, 30.0
# How often an actor is interrupted by another one if not every order can be explored. One interruption suffices to find
# all mutations below but one, and most scenarios are explored to the end. With two, most are cut short.
SWITCHES = 1


@pytest.fixture
def _laboratory() -> Iterator[None]:
    with laboratory():
        yield


def holds(report: Report) -> None:
    if report.violation:
        pytest.fail(f"{report.scenario.name}\n{shortest(report.scenario, report.violation)}", pytrace=False)


@pytest.mark.usefixtures("_laboratory")
@pytest.mark.parametrize("scenario", [each for each in SCENARIOS.values() if each.complete], ids=lambda it: it.name)
def test_every_order_keeps_the_invariants(scenario: Scenario) -> None:
    report = explore(scenario, COMPLETE)

    holds(report)
    assert report.complete, f"{report.states} states were not all: mark it, and let make explore have it"


@pytest.mark.usefixtures("_laboratory")
@pytest.mark.parametrize("scenario", [each for each in SCENARIOS.values() if not each.complete], ids=lambda it: it.name)
def test_orders_with_few_switches_keep_the_invariants(scenario: Scenario) -> None:
    holds(explore(scenario, BOUNDED, bound=SWITCHES))


@pytest.mark.usefixtures("_laboratory")
@pytest.mark.parametrize("scenario", WALKS.values(), ids=lambda it: it.name)
def test_orders_at_random_keep_the_invariants(scenario: Scenario) -> None:
    report = walk(scenario, WALKED, SEED)

    holds(report)
    assert report.runs > 10


ALL_MUTATIONS = [*MUTATIONS, *ERASE_MUTATIONS, *CLAIM_MUTATIONS, *LOST_MUTATIONS]


@pytest.mark.parametrize("mutation", ALL_MUTATIONS, ids=lambda it: it.name)
def test_a_broken_protocol_is_found(mutation: Mutation) -> None:
    """First without a switch, then with one and two, because few switches mean few orders: a tenth of them suffices."""
    with mutated(mutation), laboratory():
        for switches in range(SWITCHES + 2):
            report = explore(SCENARIOS[mutation.scenario], MUTATED, bound=switches)
            if report.violation:
                break

    assert report.violation, f"nothing was found in {report.states} states"
    assert report.violation.invariant.startswith(mutation.breaks), report.violation


def test_what_explore_finds_is_shown_in_steps(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (mutation,) = (each for each in MUTATIONS if each.name == "an attempt that failed is not tried again")
    monkeypatch.setattr(sys, "argv", ["explore", "--seconds", "60"])

    with mutated(mutation):
        assert main() == 1

    said = capsys.readouterr().out
    assert "violated: Every uploaded job ends in exactly one manifest" in said
    assert "   1. convert, of upload 1: GET thumbnails aaaa…/manifest.json → NoSuchKey\n" in said
    assert "   3. convert, of upload 1: GET original uploads/aaaa… — error\n" in said


def test_every_invariant_is_broken_by_a_mutation() -> None:
    """Otherwise nobody would know that the explorer detects it."""
    seen = {sentence for each in ALL_MUTATIONS for sentence in invariants.SENTENCES if sentence.startswith(each.breaks)}

    assert seen == {*invariants.SENTENCES}


def test_a_document_says_what_always_holds() -> None:
    text = " ".join((ROOT / "docs/how-it-works.md").read_text().split())

    for sentence in invariants.SENTENCES:
        assert f"- {sentence}" in text, sentence
