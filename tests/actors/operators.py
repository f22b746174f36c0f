"""`python -m operate` on the running service, as an operator uses it."""

import os
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

from dev.emulator import ACCESS_KEY, REGION, SECRET_KEY
from tests.actors import commands
from tests.actors.client import Service

Operate = Callable[..., "CompletedProcess[str]"]


def account(stack: Service) -> dict[str, str]:
    """The environment in which the emulator is AWS."""
    return {
        "AWS_ENDPOINT_URL": stack.deployed.endpoint,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_REGION": REGION,
    }


def operator(stack: Service, folder: Path) -> Operate:
    """Runs a command in a folder, where it keeps its state."""
    environment = os.environ | account(stack)

    def operate(*arguments: str) -> "CompletedProcess[str]":
        return commands.run("operate", *arguments, cwd=folder, env=environment)

    return operate


def said(answer: "CompletedProcess[str]") -> str:
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def dead_letters(stack: Service) -> int:
    queue = stack.deployed.outputs["ConversionDeadLetterQueue"]
    attributes = stack.deployed.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])
    return int(attributes["Attributes"]["ApproximateNumberOfMessages"])
