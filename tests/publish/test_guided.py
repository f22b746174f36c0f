"""`sam deploy --guided` as docs/deploy.md says: Enter for every setting, y for the two questions that it names."""

import json
import os
import pty
import re
import select
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from samtranslator.yaml_helper import yaml_parse

from dev.emulator import ROOT, Emulator
from dev.stack import Stack
from tests.actors import releaser
from tests.actors.publisher import environment
from tests.standins.ports import free_port

PATIENCE = 300  # seconds for one question; a busy machine packages three layers before the last
SETTINGS = yaml_parse((ROOT / "template.yaml").read_text())["Parameters"]

# What sam asks in addition to the settings, in its words, and the answer in docs/deploy.md. "": Enter.
QUESTIONS = {
    r"Stack Name \[image-thumbnails\]: ": "",
    r"AWS Region \[[a-z0-9-]+\]: ": "",
    r"Confirm changes before deploy \[Y/n\]: ": "",
    r"Allow SAM CLI IAM role creation \[Y/n\]: ": "",
    r"Disable rollback \[y/N\]: ": "",
    r"Save arguments to configuration file \[Y/n\]: ": "",
    r"SAM configuration file \[samconfig\.toml\]: ": "",
    r"SAM configuration environment \[default\]: ": "",
    r"Deploy this changeset\? \[y/N\]: ": "y",
}
QUESTION = re.compile(r"(?:^|\n)[^\n]*\[[^\[\]\n]*\]: $")


# The stack that SAM creates with the first deployment of an account; its bucket stores deployments.
OF_SAM = {
    "Resources": {"SamCliSourceBucket": {"Type": "AWS::S3::Bucket"}},
    "Outputs": {"SourceBucket": {"Value": {"Ref": "SamCliSourceBucket"}}},
}


@pytest.fixture
def account() -> Iterator[Emulator]:
    """With SAM's bucket, as an earlier deployment left it."""
    with Emulator(free_port(), "tests.standins.without_codedeploy") as emulator:
        Stack(emulator.url).client("cloudformation").create_stack(
            StackName="aws-sam-cli-managed-default",
            TemplateBody=json.dumps(OF_SAM),
            Tags=[{"Key": "ManagedStackSource", "Value": "AwsSamCli"}],
        )
        yield emulator


class Terminal:
    """A command that runs on a pseudo terminal, as for a person."""

    def __init__(self, command: list[str], folder: Path, variables: dict[str, str]):
        self._master, slave = pty.openpty()
        self.process = subprocess.Popen(
            command, cwd=folder, env=variables, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
        )
        os.close(slave)
        self.shown = ""

    def until_it_asks(self) -> str | None:
        """Its output up to the next question, or None once it has ended."""
        before, deadline = len(self.shown), time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if not select.select([self._master], [], [], 0.2)[0]:  # a question that goes on does so at once
                if QUESTION.search(self.shown[before:]):
                    return self.shown[before:]
                continue
            try:
                read = os.read(self._master, 65536)
            except OSError:  # the other end is closed
                read = b""
            if not read:
                self.process.wait(PATIENCE)
                return None
            self.shown += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", read.decode()).replace("\r", "")
        raise AssertionError(f"it neither asks nor ends: {self.shown[-1000:]}")

    def answer(self, text: str) -> None:
        os.write(self._master, f"{text}\n".encode())

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)


def test_every_default_and_one_yes_deploy_the_service(project: Path, account: Emulator) -> None:
    """With the permissions of a pipeline in docs/pipeline.md."""
    config = project / "samconfig.toml"
    before = config.read_text()
    variables = environment(COLUMNS="400", **releaser.session(account.url, "image-thumbnails"))
    terminal = Terminal(["sam", "deploy", "--guided"], project, variables)
    asked = []
    try:
        while (shown := terminal.until_it_asks()) is not None:
            question = shown.rsplit("\n", 1)[-1]
            asked.append(question)
            terminal.answer(_answered(question))
    finally:
        terminal.close()
        config.write_text(before)

    assert terminal.process.returncode == 0, terminal.shown[-3000:]
    assert "Successfully created/updated stack - image-thumbnails" in terminal.shown
    settings = [name for name in SETTINGS if any(f"Parameter {name} [" in question for question in asked)]
    assert settings == [*SETTINGS], "each is asked for, in this order"


def _answered(question: str) -> str:
    """Raises AssertionError for a question that docs/deploy.md does not mention."""
    if (setting := re.search(r"Parameter (\w+) \[(.*)\]: $", question)) and setting[1] in SETTINGS:
        assert setting[2] == str(SETTINGS[setting[1]]["Default"])
        return ""
    answers = [answer for words, answer in QUESTIONS.items() if re.search(words, question)]
    assert len(answers) == 1, question
    return answers[0]
