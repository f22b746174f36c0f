"""docs/proved-where.md names tests for each claim: they exist, and are of the kind that it names."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from dev.emulator import ROOT
from tests.material.catalogue import PLACES

PAGE = (ROOT / "docs/proved-where.md").read_text()
EXPERIMENTS = set(re.findall(r"^\| (E\d+) \|", PAGE, re.MULTILINE))
STAND_INS = {
    "service/test_release.py",
    "service/test_release_live.py",
    "service/test_alarms.py",
    "service/test_alarms_for_people.py",
    "service/test_alarm_thresholds.py",
}  # CodeDeploy's and CloudWatch's; the repository's is tests/publish

KINDS: dict[str, Callable[[Path], bool]] = {
    "unit": lambda path: path.parts[0] in {"unit", "lifecycle", "fuzz", "frontend"},
    "template": lambda path: path.parts[0] == "template",
    "emulator": lambda path: path.parts[0] == "service" and str(path) not in STAND_INS,
    "stand-in": lambda path: path.parts[0] == "publish" or str(path) in STAND_INS,
    "container": lambda path: path.parts[0] == "sam_local",
    "browser": lambda path: path.parts[0] == "browser",
}


class Claim(NamedTuple):
    text: str
    kind: str
    shown_by: str
    on_aws: str

    @property
    def tests(self) -> list[str]:
        return re.findall(r"`(test_\w+)`", self.shown_by)


def claims() -> Iterator[Claim]:
    table = PAGE.split("## Claims")[1].split("## Experiments")[0]
    for line in table.splitlines():
        if line.startswith("| ") and not line.startswith("| Claim"):
            yield Claim(*(cell.strip() for cell in line.strip("|").split(" | ")))


CLAIMS = list(claims())


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.text)
def test_a_claim_rests_on_tests_of_its_kind(claim: Claim) -> None:
    if claim.kind == "document":
        assert "](https://docs.aws.amazon.com/" in claim.shown_by
        return

    assert claim.tests
    for name in claim.tests:
        assert any(KINDS[claim.kind](path) for path in PLACES.get(name, [])), name


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.text)
def test_a_claim_says_what_would_settle_it_on_aws(claim: Claim) -> None:
    named = set(re.findall(r"\bE\d+\b", claim.on_aws))

    assert named <= EXPERIMENTS
    assert named or ";" in claim.on_aws or claim.on_aws == "needs no AWS"


def test_every_experiment_settles_a_claim() -> None:
    assert {name for claim in CLAIMS for name in re.findall(r"\bE\d+\b", claim.on_aws)} == EXPERIMENTS


def test_no_other_document_says_what_was_tried_on_aws() -> None:
    others = [path for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")] if path.name != "proved-where.md"]

    assert [
        path.name
        for path in others
        if re.search(r"tried on AWS|were not tried|was not run for this page", path.read_text())
    ] == []
