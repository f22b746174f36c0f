"""What others wrote is installed by its hash, as a wheel, and before there is a role to abuse."""

import json
import re
from pathlib import Path

import pytest
import yaml

from dev.emulator import ROOT
from publish.sbom import FOLDER
from tests.material.workflows import WORKFLOW, WORKFLOWS

CHOICES = sorted(path for path in ROOT.glob("**/*.in") if ".cache" not in path.parts and ".venv" not in path.parts)
LOCKS = [path.with_suffix(".txt") for path in CHOICES]
# Where packages are installed. dev/stack.py installs the layers for this machine.
INSTALLERS = [ROOT / "Makefile", ROOT / "layers" / "Makefile", ROOT / ".ci" / "run", ROOT / "dev" / "stack.py"]
INSTALLERS += [
    ROOT / "operate" / "package.py",
    *WORKFLOWS,
    *sorted(ROOT.glob("buildspec*.yml")),
    ROOT / "benchmarks" / "functions.py",
]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_there_is_a_lock_for_everything_that_was_chosen() -> None:
    assert len(LOCKS) == 10
    assert all(lock.is_file() for lock in LOCKS)


@pytest.mark.parametrize("lock", LOCKS, ids=name)
def test_a_lock_has_a_hash_for_every_package_and_names_no_index(lock: Path) -> None:
    text = lock.read_text()
    packages = re.findall(r"^[^ #\n].*(?:\n .*)*", text, re.MULTILINE)

    assert packages
    for package in packages:
        assert re.match(r"[a-z0-9._-]+(\[[a-z0-9, -]+\])?==[^ ]+ ", package), package.splitlines()[0]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}$", package), package.splitlines()[0]
    assert "://" not in text
    assert "--index" not in text


@pytest.mark.parametrize("lock", LOCKS, ids=name)
def test_no_package_takes_every_process_a_second(lock: Path) -> None:
    """jsonschema imports rfc3987-syntax, if it is installed, and that builds a parser of its grammar each time."""
    assert "\nrfc3987-syntax==" not in lock.read_text()


@pytest.mark.parametrize("layer", ["imaging", "powertools"])
def test_the_lock_of_a_layer_has_what_was_chosen_and_nothing_else(layer: Path) -> None:
    """pip installs it without looking for what a package needs."""
    chosen, locked = (
        set(re.findall(r"^([a-z0-9-]+==[^ \n]+)", (ROOT / "layers" / layer / file).read_text(), re.MULTILINE))
        for file in ("requirements.in", "requirements.txt")
    )

    assert chosen == locked != set()


@pytest.mark.parametrize("path", INSTALLERS, ids=name)
def test_nothing_is_installed_without_its_hash(path: Path) -> None:
    text = path.read_text()
    installs = len(re.findall(r'\bpip3? install\b|"pip", "install"|\$\(PIP\) install', text))
    through_the_makefile = text.count("$(INSTALL)")

    assert installs <= text.count("--require-hashes"), "pip install --require-hashes"
    if path.name == "Makefile" and path.parent == ROOT:
        assert installs == 1, "the definition of INSTALL"
        assert through_the_makefile == 4
        assert re.search(r"^INSTALL = pip install --quiet --no-deps --require-hashes \$\(WHEELS\)$", text, re.MULTILINE)
        assert re.search(r"^WHEELS := --only-binary :all:$", text, re.MULTILINE)


def test_an_action_is_pinned_by_its_commit() -> None:
    """The owner of an action, or somebody who has taken it over, can move a tag to other code."""
    uses = [line for path in WORKFLOWS for line in path.read_text().splitlines() if re.match(r"\s*-? ?uses:", line)]

    assert len(uses) >= 8
    for line in uses:
        assert re.search(r"uses: [a-z-]+/[a-z-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+$", line), line


@pytest.mark.parametrize("job", ["dev", "prod"])
def test_tools_are_installed_before_the_role_is_assumed(job: str) -> None:
    steps = yaml.safe_load(WORKFLOW.read_text())["jobs"][job]["steps"]
    order = [step.get("run") or step["uses"].split("@")[0] for step in steps]

    assert order.index("make tools") < order.index("aws-actions/configure-aws-credentials")
    assert order[-1].startswith("make release-to")
    needed = re.search(r"^release-to: (.*?)  ##", (ROOT / "Makefile").read_text(), re.MULTILINE)
    installed = re.search(r"^tools: (.*?)  ##", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert needed
    assert installed
    assert needed[1] == installed[1]


def test_only_jobs_that_deploy_may_ask_for_credentials() -> None:
    for path in WORKFLOWS:
        workflow = yaml.safe_load(path.read_text())
        assert workflow["permissions"] == {"contents": "read"}
        assert "pull_request_target" not in path.read_text()
        for job, content in workflow["jobs"].items():
            assert ("id-token" in content.get("permissions", {})) == (job in ("dev", "prod")), job


def test_updates_are_proposed_for_every_lock() -> None:
    updates = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text())["updates"]
    watched = {folder for update in updates for folder in update.get("directories", [update.get("directory")])}

    assert {f"/{name(lock.parent)}" for lock in LOCKS} <= watched
    assert {update["package-ecosystem"] for update in updates} == {"pip", "npm", "github-actions"}
    assert {update["schedule"]["interval"] for update in updates} == {"weekly"}


NPM_LOCKS = [path for path in sorted(ROOT.glob("[!.]*/**/package-lock.json")) if "node_modules" not in path.parts]


@pytest.mark.parametrize("lock", NPM_LOCKS, ids=name)
def test_a_lock_of_npm_is_as_strict(lock: Path) -> None:
    packages = {path: each for path, each in json.loads(lock.read_text())["packages"].items() if path}
    updates = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text())["updates"]
    watched = {folder for update in updates for folder in update.get("directories", ())}

    assert packages
    bundled = {path for path, each in packages.items() if each.get("inBundle")}  # inside a package that has a hash
    assert all(each["integrity"].startswith("sha512-") for path, each in packages.items() if path not in bundled)
    assert '"resolved"' not in lock.read_text()
    assert f"/{name(lock.parent)}" in watched


def test_the_audit_asks_about_every_lock() -> None:
    makefile = (ROOT / "Makefile").read_text().replace("\\\n", " ")
    asked = re.search(r"^LOCKS = (.*)$", makefile, re.MULTILINE)

    assert asked
    assert {*asked[1].split()} == {name(lock) for lock in LOCKS}
    assert "pip-audit --strict --disable-pip --require-hashes" in makefile, "no answer is no good news"
    assert re.search(
        r"^audit:.* sbom  ##(.*\n)+?\t@\$\(VENV\)/python -m publish.vulnerabilities$", makefile, re.MULTILINE
    )


@pytest.mark.parametrize("pipeline", [WORKFLOW, ROOT / "buildspec.yml"], ids=name)
def test_a_release_keeps_the_list_of_what_is_in_it(pipeline: Path) -> None:
    """make sbom writes below .aws-sam, which a pipeline keeps with the build."""
    assert "make build sbom\n" in pipeline.read_text()
    assert FOLDER.parts[0] == ".aws-sam"
