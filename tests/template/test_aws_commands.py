"""The AWS CLI commands in the documents: AWS knows each, its options, and the queried members of its response.

The CLI is generated from botocore's models, so they define what it accepts.
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from dev.emulator import ROOT

SESSION = botocore.session.get_session()
SERVICES = {"deploy": "codedeploy", "s3api": "s3"}  # the CLI's different names
COMMON = {"--query", "--output", "--region", "--cli-binary-format"}  # options of every command


def dashed(name: str) -> str:
    return xform_name(name, "-")


def given(document: Path) -> Iterator[str]:
    """The commands of a document, with nested ones listed separately."""
    for line in re.findall(r"^ {4,}(.*)$", document.read_text().replace("\\\n", " "), re.MULTILINE):
        while inner := re.search(r"\(([^()]*)\)", line):
            yield inner[1]
            line = line.replace(inner[0], "")
        yield line


COMMANDS = [
    pytest.param(command, id=f"{document.stem}: {' '.join(command.split()[1:3])}")
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    for command in given(document)
    if command.startswith("aws ")
]


def operation(service: str, name: str) -> Any:
    """The model of a command's call. name: of an operation, or of a waiter."""
    model = SESSION.get_service_model(service)
    names = {dashed(each): each for each in model.operation_names}
    return model.operation_model(names[name])


def awaited(service: str, name: str) -> str:
    """The operation that a waiter calls."""
    model = SESSION.get_waiter_model(service)
    names = {dashed(each): each for each in model.waiter_names}
    return dashed(model.get_waiter(names[name]).operation)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_one_that_aws_knows(command: str) -> None:
    words = shlex.split(command)
    words = words[: words.index("|")] if "|" in words else words
    service = SERVICES.get(words[1], words[1])
    called = operation(service, awaited(service, words[3]) if words[2] == "wait" else words[2])
    options = {word for word in words if word.startswith("--")} - COMMON

    assert options <= {f"--{dashed(member)}" for member in called.input_shape.members}
    assert {f"--{dashed(member)}" for member in called.input_shape.required_members} <= options
    if "--query" in words:
        asked = re.search(r"\w+", words[words.index("--query") + 1])
        assert asked is not None
        assert asked[0] in called.output_shape.members


def test_there_are_commands() -> None:
    assert len(COMMANDS) > 20
