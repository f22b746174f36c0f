"""The pipelines of GitHub Actions and CodeBuild: valid by their schema, and made of commands that exist."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from dev.emulator import ROOT

WORKFLOW = ROOT / ".github" / "workflows" / "release.yml"
BUILDSPECS = sorted(ROOT.glob("buildspec*.yml"))


def test_the_workflow_is_one_by_githubs_schema() -> None:
    program = Path(sys.executable).parent / "check-jsonschema"
    answer = subprocess.run(
        [program, "--builtin-schema", "vendor.github-workflows", WORKFLOW], capture_output=True, text=True
    )

    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize("path", BUILDSPECS, ids=lambda path: path.name)
def test_a_buildspec_has_the_parts_that_codebuild_knows(path: Path) -> None:
    """By CodeBuild's "Build specification reference", version 0.2. There is no schema to check it by."""
    spec = yaml.safe_load(path.read_text())

    assert spec["version"] == 0.2
    assert spec.keys() <= {"version", "env", "phases", "artifacts", "cache", "reports"}
    assert spec["phases"].keys() <= {"install", "pre_build", "build", "post_build"}
    assert all(isinstance(command, str) for command in spec["phases"]["build"]["commands"])


@pytest.mark.parametrize("path", [WORKFLOW, *BUILDSPECS], ids=lambda path: path.name)
def test_a_pipeline_runs_what_exists(path: Path) -> None:
    text = path.read_text()
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert set(re.findall(r"make ([a-z-]+)", text)) <= targets
    assert ".ci/run" not in text or (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_prod_gets_what_dev_got_and_only_after_it() -> None:
    jobs = yaml.safe_load(WORKFLOW.read_text())["jobs"]

    assert (jobs["build"]["needs"], jobs["dev"]["needs"], jobs["prod"]["needs"]) == ("test", "build", "dev")
    assert jobs["prod"]["environment"] == "prod"
    assert jobs["prod"]["steps"] == jobs["dev"]["steps"]
    assert not [step for step in jobs["prod"]["steps"] if "make build" in step.get("run", "")]
