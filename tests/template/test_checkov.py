"""docs/checkov.md gives a reason for each of checkov's findings in the templates, no more and no less."""

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from dev.emulator import ROOT
from tests.actors import short_lived
from tests.material.template import Template

CHECKOV = ROOT / ".cache" / "checkov" / "bin" / "checkov"
QUIETLY = ("--framework", "cloudformation", "--output", "json", "--compact", "--skip-download", "--soft-fail")
CARELESS = "careless.json"  # a template that shows what can be found
ACCEPTED = ROOT / "docs" / "checkov.md"


def scan(*files: Path) -> dict[str, Any]:
    """The report on these CloudFormation templates."""
    answer = short_lived.run(CHECKOV, *QUIETLY, "--file", *map(str, files))
    assert answer.returncode == 0, answer.stderr
    report: dict[str, Any] = json.loads(answer.stdout)
    return report


def found(report: dict[str, Any], *, careless: bool = False) -> dict[str, set[str]]:
    """The logical ids of the resources that failed each check: ours, or those of the careless template."""
    findings = defaultdict(set)
    for finding in report["results"]["failed_checks"]:
        if (Path(finding["file_path"]).name == CARELESS) is careless:
            findings[finding["check_id"]].add(finding["resource"].rsplit(".", 1)[-1])
    return dict(findings)


@pytest.fixture(scope="module")
def report(translated: Template, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    file = tmp_path_factory.mktemp("checkov") / "translated.json"
    file.write_text(json.dumps(translated))
    careless = file.with_name(CARELESS)
    open_to_all = {"Type": "AWS::S3::Bucket", "Properties": {"AccessControl": "PublicRead"}}
    careless.write_text(json.dumps({"Resources": {"Open": open_to_all}}))
    return scan(file, careless, *sorted((ROOT / "stacks").glob("*.yaml")))


def test_every_finding_has_its_reason_and_every_reason_its_finding(report: dict[str, Any]) -> None:
    accepted = {}
    for line in ACCEPTED.read_text().splitlines():
        if line.startswith("| CKV"):
            check, _, resources, reason = (cell.strip() for cell in line.strip("|").split("|"))
            assert len(reason) > 40, f"{check}: no reason"
            accepted[check] = set(re.findall(r"`(\w+)`", resources))

    assert found(report) == accepted


def test_it_has_looked_at_everything(report: dict[str, Any], resources: Template) -> None:
    assert report["summary"]["parsing_errors"] == 0
    assert report["summary"]["resource_count"] > len(resources)
    assert report["summary"]["passed"] > 100


def test_a_careless_bucket_is_found(report: dict[str, Any]) -> None:
    assert found(report, careless=True)["CKV_AWS_20"] == {"Open"}  # publicly readable
