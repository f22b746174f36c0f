"""docs/develop.md is true: its table of events, and its commands for SAM."""

import re
import shlex
import subprocess
from functools import cache

import pytest

from dev.emulator import ROOT
from tests.actors.client import PATIENCE
from tests.actors.sam_local import environment
from tests.material.events import EVENTS, logical_id

TEXT = (ROOT / "docs" / "develop.md").read_text()
COMMANDS = re.findall(r"^    (sam .*)$", TEXT.replace("\\\n", " "), re.MULTILINE)


def test_the_table_names_every_event_and_its_function() -> None:
    rows = re.findall(r"^\| `([a-z_.]+)` \| `(\w+)` \|", TEXT, re.MULTILINE)

    assert sorted(rows) == [(event, logical_id(event)) for event in EVENTS]


@cache
def explained(command: tuple[str, ...]) -> str:
    answer = subprocess.run([*command, "--help"], env=environment(), capture_output=True, text=True, timeout=PATIENCE)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command.split()[:3]))
def test_sam_knows_a_command_and_its_options(command: str) -> None:
    words = shlex.split(command)
    named = tuple(words[: 3 if words[1] in ("local", "remote") else 2])
    options = [word for word in words if re.fullmatch(r"--?[a-z][a-z-]*", word)]

    assert options
    assert [option for option in options if not re.search(rf"(?<![\w-]){option}\b", explained(named))] == []


@pytest.mark.parametrize("path", re.findall(r"\bevents/[\w.]+json", TEXT))
def test_an_event_that_a_command_takes_is_there(path: str) -> None:
    assert (ROOT / path).is_file()


LISTENS = re.compile(
    r"create_server|TCPServer|UDPServer|HTTPServer|start_server|uvicorn|(?<!bindings)\.(bind|listen)\(|\.bind = "
)
LISTENERS = {  # docs/develop.md has each in its table
    "benchmarks/storage.py",  # make bench
    "dev/sam_local/bridge.py",  # the doors for containers
    "dev/sam_local/gate.py",  # 8080 of a container
    "dev/serving.py",  # 4566, of dev/emulator.py
    "dev/listener.py",  # 3000, and 3001 with users
}


def test_nothing_else_of_this_project_listens() -> None:
    folders = ("benchmarks", "dev", "functions", "operate", "publish")
    sources = [path for folder in folders for path in (ROOT / folder).rglob("*.py") if "node_modules" not in path.parts]

    assert {str(path.relative_to(ROOT)) for path in sources if LISTENS.search(path.read_text())} == LISTENERS
