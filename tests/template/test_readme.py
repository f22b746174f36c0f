"""The README tells the truth: what repeats the code is generated from it, and what it names is there."""

import re
from pathlib import Path

import pytest

from dev import docs
from dev.emulator import ROOT
from tests.template.conftest import Template

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


@pytest.mark.parametrize("document", docs.PARTS, ids=lambda path: path.name)
def test_the_generated_parts_are_up_to_date(document: Path) -> None:
    text = document.read_text()

    assert docs.generated(document, text) == text, "`make docs` writes them again"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_a_document_links_to_is_there(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", document.read_text())

    assert [link for link in links if "://" not in link and not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_make_target_that_a_document_names_exists(document: Path) -> None:
    named = set(re.findall(r"(?:^    |`)make ([a-z-]+)", document.read_text(), re.MULTILINE))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert named <= targets


def test_the_readme_counts_the_metrics_of_the_alarms(resources: Template) -> None:
    """CloudWatch charges for each metric that an alarm looks at."""
    alarms = [
        each for each in resources.values() if each["Type"] == "AWS::CloudWatch::Alarm" and "Condition" not in each
    ]
    metrics = [[*filter(is_metric, alarm["Properties"].get("Metrics", [{"MetricStat": {}}]))] for alarm in alarms]
    count = sum(map(len, metrics))

    assert f"about ${count * 0.10:.0f} a month for the {count} metrics of the alarms" in docs.README.read_text()


def is_metric(query: Template) -> bool:
    return "MetricStat" in query
