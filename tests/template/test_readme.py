"""The documents are true: parts that repeat the code are generated from it, and what they name exists."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from dev import docs
from dev.emulator import ROOT
from operate.__main__ import options
from tests.material.template import Template

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")])


@pytest.mark.parametrize("document", docs.PARTS, ids=lambda path: path.name)
def test_the_generated_parts_are_up_to_date(document: Path) -> None:
    text = document.read_text()

    assert docs.generated(document, text) == text, "`make docs` writes them again"


@pytest.mark.parametrize("file", docs.FILES, ids=lambda path: path.name)
def test_the_generated_files_are_up_to_date(file: Path) -> None:
    assert file.read_text() == docs.FILES[file](), "`make docs` writes them again"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_a_document_links_to_is_there(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", document.read_text())

    assert [link for link in links if "://" not in link and not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_the_section_that_a_document_links_to_exists(document: Path) -> None:
    links = re.findall(r"\]\(((?!https?:)[^)#]*)#([^)]+)\)", document.read_text())

    assert [
        (path, name) for path, name in links if name not in sections(document.parent / path if path else document)
    ] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_make_target_that_a_document_names_exists(document: Path) -> None:
    named = set(re.findall(r"(?:^    |`)make ([a-z0-9-]+)", document.read_text(), re.MULTILINE))
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert named <= targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_make_variable_that_a_document_sets_is_read(document: Path) -> None:
    """make accepts any variable, and ignores one that nothing reads."""
    commands = re.findall(r"\bmake [a-z0-9-]+((?: [A-Z_]+=)[^`\n]*)", document.read_text())
    named = {name for command in commands for name in re.findall(r" ([A-Z_]+)=", command)}
    makefile = re.sub("#.*", "", (ROOT / "Makefile").read_text())

    assert named <= {*re.findall(r"\$\(([A-Z_]+)\)", makefile)}


def test_a_setting_reaches_make_run_as_it_was_written(tmp_path: Path) -> None:
    """A shell would end the command at the semicolon in Profiles, and put names of files in place of an asterisk."""
    settings = ["Profiles=avatar:small=64;post:card=400x300", "AllowedOrigins=*", "Animated=yes"]
    python = tmp_path / "python"
    python.write_text("""#!/bin/sh\nprintf '%s\\n' "$@"\n""")
    python.chmod(0o755)

    command = ["make", "run", f"VENV={tmp_path}", "--old-file=.venv/run.stamp", f"SET={' '.join(settings)}"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)

    assert [word for word in said.stdout.splitlines() if "=" in word] == settings


def operate_commands(text: str) -> list[list[str]]:
    """The arguments of every `python -m operate …` in a text, without those with placeholders."""
    indented = re.findall(r"^ {4,}python -m operate (.*)$", text, re.MULTILINE)
    inline = re.findall(r"`python -m operate\s+([^`]+)`", text)
    return [
        shlex.split(command.split(">")[0])
        for command in (*indented, *inline)
        if not {"NAME", "COMMAND", "…"} & {*command.split()}
    ]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_operate_command_that_a_document_gives_is_accepted(document: Path) -> None:
    for command in operate_commands(document.read_text()):
        options(command)  # exits if it is invalid


def test_operate_commands_are_found_in_documents() -> None:
    found = [command[0] for document in DOCUMENTS for command in operate_commands(document.read_text())]

    assert {"redrive", "reconvert", "import", "tune", "rollback", "delete-stack", "erase", "stack"} <= {*found}


def test_the_costs_count_the_metrics_of_the_alarms(resources: Template) -> None:
    """CloudWatch charges for each metric that an alarm evaluates."""
    alarms = [
        each for each in resources.values() if each["Type"] == "AWS::CloudWatch::Alarm" and "Condition" not in each
    ]
    metrics = [[*filter(is_metric, alarm["Properties"].get("Metrics", [{"MetricStat": {}}]))] for alarm in alarms]
    count = sum(map(len, metrics))

    assert f"about ${count * 0.10:.0f} a month for the {count} metrics of the alarms" in docs.DEPLOY.read_text()


def sections(document: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a document."""
    headings = re.findall(r"^#+ (.*)", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def is_metric(query: Template) -> bool:
    return "MetricStat" in query
