"""The pipelines of GitHub Actions and CodeBuild: valid by their schema, and made of commands that exist."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from dev.emulator import ROOT
from tests.material.bounds import SERVICE
from tests.material.workflows import WORKFLOW, WORKFLOWS

BUILDSPECS = sorted(ROOT.glob("buildspec*.yml"))


@pytest.mark.parametrize("path", [*WORKFLOWS, ROOT / ".github" / "dependabot.yml"], ids=lambda path: path.name)
def test_what_github_reads_is_valid_by_its_schema(path: Path) -> None:
    schema = "vendor.dependabot" if path.stem == "dependabot" else "vendor.github-workflows"
    program = Path(sys.executable).parent / "check-jsonschema"
    answer = subprocess.run([program, "--builtin-schema", schema, path], capture_output=True, text=True)

    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize("path", BUILDSPECS, ids=lambda path: path.name)
def test_a_buildspec_has_the_parts_that_codebuild_knows(path: Path) -> None:
    """By CodeBuild's "Build specification reference", version 0.2. There is no schema to check it by."""
    spec = yaml.safe_load(path.read_text())

    assert spec["version"] == 0.2
    assert spec.keys() <= {"version", "env", "phases", "artifacts", "cache", "reports"}
    assert spec["phases"].keys() <= {"install", "pre_build", "build", "post_build"}
    assert all(isinstance(command, str) for command in spec["phases"]["build"]["commands"])


@pytest.mark.parametrize("path", [*WORKFLOWS, *BUILDSPECS], ids=lambda path: path.name)
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


def test_a_release_removes_what_a_refused_one_left_before_it_deploys() -> None:
    recipe = (ROOT / "Makefile").read_text().split("\nrelease-to:")[1].split("\n\n")[0]

    assert 0 < recipe.index("operate prepare-release") < recipe.index("sam deploy") < recipe.index("tests/deployed")


def test_a_release_is_waited_for_as_long_as_the_slowest_preference_takes() -> None:
    """convert is released before the API's functions, because the upload bucket waits for it: the time counts twice."""
    slowest = max(minutes(name) for name in SERVICE.parameters["DeploymentPreference"]["AllowedValues"])

    for environment, sections in tomllib.loads((ROOT / "samconfig.toml").read_text()).items():
        if environment != "version" and "stack_name" in sections.get("deploy", {}).get("parameters", {}):
            assert sections["deploy"]["parameters"]["max_wait_duration"] >= 2 * slowest + 60, environment


def minutes(preference: str) -> int:
    """How long CodeDeploy takes for one alias, as its name says."""
    match re.findall(r"\d+", preference):
        case [percent, every] if preference.startswith("Linear"):
            return 100 // int(percent) * int(every)
        case [_, canary]:
            return int(canary)
    return 0
