"""The pipelines of GitHub Actions and CodeBuild: valid according to their schema, and made of existing commands."""

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


@pytest.mark.parametrize(
    ("schema", "files"),
    [("vendor.github-workflows", WORKFLOWS), ("vendor.dependabot", [ROOT / ".github" / "dependabot.yml"])],
    ids=["workflows", "dependabot"],
)
def test_what_github_reads_is_valid_by_its_schema(schema: str, files: list[Path]) -> None:
    program = Path(sys.executable).parent / "check-jsonschema"
    answer = subprocess.run([program, "--builtin-schema", schema, *files], capture_output=True, text=True)

    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize("path", BUILDSPECS, ids=lambda path: path.name)
def test_a_buildspec_has_the_parts_that_codebuild_knows(path: Path) -> None:
    """According to CodeBuild's "Build specification reference", version 0.2, because there is no schema."""
    spec = yaml.safe_load(path.read_text())

    assert spec["version"] == 0.2
    assert spec.keys() <= {"version", "env", "phases", "artifacts", "cache", "reports"}
    assert spec["phases"].keys() <= {"install", "pre_build", "build", "post_build"}
    assert all(isinstance(command, str) for command in spec["phases"]["build"]["commands"])


@pytest.mark.parametrize("path", [*WORKFLOWS, *BUILDSPECS], ids=lambda path: path.name)
def test_a_pipeline_runs_what_exists(path: Path) -> None:
    text = path.read_text()
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert set(re.findall(r"make ([a-z0-9-]+)", text)) <= targets
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
    """convert is released before the API's functions, because the upload bucket waits for it, so the time counts
    twice."""
    for environment, sections in tomllib.loads((ROOT / "samconfig.toml").read_text()).items():
        if environment != "version" and "stack_name" in sections.get("deploy", {}).get("parameters", {}):
            assert sections["deploy"]["parameters"]["max_wait_duration"] >= 2 * SLOWEST + 60, environment


# The first version of each action that runs on Node 24. GitHub's runners have no Node 20 since September 2026.
ON_NODE_24 = {
    "actions/checkout": 5,
    "actions/setup-python": 6,
    "actions/upload-artifact": 6,
    "actions/download-artifact": 7,
    "aws-actions/configure-aws-credentials": 6,
}


def test_every_action_runs_on_a_node_that_the_runners_have() -> None:
    text = "".join(path.read_text() for path in WORKFLOWS)
    used = re.findall(r"uses: (\S+)@\w+  # v(\d+)", text)

    assert {action for action, _ in used} == ON_NODE_24.keys()
    for action, major in used:
        assert int(major) >= ON_NODE_24[action], action


@pytest.mark.parametrize("job", ["dev", "prod"])
def test_the_session_lasts_as_long_as_the_job_and_the_slowest_preference(job: str) -> None:
    """A session may last for 12 hours (AWS STS, AssumeRoleWithWebIdentity), a job on GitHub's machines for 6."""
    content = yaml.safe_load(WORKFLOW.read_text())["jobs"][job]
    (credentials,) = (step["with"] for step in content["steps"] if "configure-aws" in step.get("uses", ""))
    session, limit = credentials["role-duration-seconds"], content["timeout-minutes"]

    assert 2 * SLOWEST + 60 <= limit <= 6 * 60
    assert limit * 60 <= session <= 12 * 60 * 60
    assert "role-chaining" not in credentials, "a chained session ends after an hour"
    assert f"--max-session-duration {session}" in (ROOT / "docs" / "pipeline.md").read_text()
    assert f"{limit} minutes" in BUILDSPECS[0].read_text(), "CodeBuild's own limit is 60"


@pytest.mark.parametrize("path", [WORKFLOW, ROOT / "buildspec.yml"], ids=lambda path: path.name)
def test_the_page_is_tested_in_node_by_the_pipelines(path: Path) -> None:
    run, makefile = ((ROOT / name).read_text() for name in (".ci/run", "Makefile"))
    prove, page = (makefile.split(f"\n{target}:")[1].split("\n\n")[0] for target in ("prove", "test-page"))

    assert ".ci/run" in path.read_text()
    assert run.rstrip().endswith("\nmake test")
    assert "export CI=true" in run, "or a machine without node would skip them"
    assert "command -v npm >/dev/null || missing+=(nodejs npm)" in run
    assert "test-page" in prove
    assert "/tsc -p" in page
    assert "node --test" in page


def minutes(preference: str) -> int:
    """CodeDeploy's duration for one alias, according to its name."""
    match re.findall(r"\d+", preference):
        case [percent, every] if preference.startswith("Linear"):
            return 100 // int(percent) * int(every)
        case [_, canary]:
            return int(canary)
    return 0


SLOWEST = max(minutes(name) for name in SERVICE.parameters["DeploymentPreference"]["AllowedValues"])
