"""docs/threat-model.md names existing tests for every attack that it claims to repel."""

import re

import pytest

from dev.emulator import ROOT
from tests.material.catalogue import PLACES

PAGE = (ROOT / "docs/threat-model.md").read_text()
ATTACKS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| Attack")]


@pytest.mark.parametrize("line", ATTACKS, ids=lambda line: line.split(" | ")[0].strip("| "))
def test_an_attack_that_is_held_is_held_by_tests(line: str) -> None:
    attack, holds, shown = (cell.strip() for cell in line.strip("|").split(" | "))
    tests = re.findall(r"`(test_\w+)`", shown)

    assert attack
    assert holds
    assert tests
    assert re.sub(r"`test_\w+`|, ", "", shown).strip() == "", "nothing but tests"
    for test in tests:
        assert test in PLACES, test


def test_each_attacker_has_what_holds_and_what_does_not() -> None:
    attackers = PAGE.split("\n## ")[1:]

    assert len(attackers) == 6
    for attacker in attackers:
        assert "| Attack | What holds | Test |" in attacker
        assert "**Does not hold.**" in attacker


def test_a_link_of_the_page_leads_somewhere() -> None:
    for link in re.findall(r"\]\(([^)#]+)", PAGE):
        assert (ROOT / "docs" / link).resolve().exists(), link
