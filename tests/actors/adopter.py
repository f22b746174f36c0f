"""An application that adopts the service: its own stack in the same account, from one of our examples."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from dev.deployed import Deployed
from dev.emulator import ROOT
from dev.stack import translate
from tests.actors.client import PATIENCE, Service, wait_for

EXAMPLES = ROOT / "examples" / "outcomes"


@contextmanager
def adopted(stack: Service, example: str) -> Iterator[Deployed]:
    """The stack of examples/outcomes/EXAMPLE.yaml, whose parameters are outputs of the service. Deleted afterwards."""
    template = yaml_parse((EXAMPLES / f"{example}.yaml").read_text())
    parameters = {name: stack.deployed.outputs[name] for name in template["Parameters"]}
    adopter = Deployed(stack.deployed.endpoint, f"adopter-{example.replace('_', '-')}", parameters)
    adopter.template = translate(template, parameters)
    cloudformation = adopter.client("cloudformation")
    cloudformation.create_stack(
        StackName=adopter.name,
        TemplateBody=json.dumps(adopter.template),
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM"],
    )

    def ended() -> str | None:
        (found,) = cloudformation.describe_stacks(StackName=adopter.name)["Stacks"]
        return None if found["StackStatus"].endswith("IN_PROGRESS") else str(found["StackStatus"])

    assert wait_for(ended, "end of the deployment") == "CREATE_COMPLETE"
    yield adopter
    cloudformation.delete_stack(StackName=adopter.name)


def received(adopter: Deployed, output: str) -> Iterator[Any]:
    """The messages of the queue in this output, parsed, as they arrive. Ends when nobody asks for more."""
    queue, sqs = adopter.outputs[output], adopter.client("sqs")
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for message in answer.get("Messages", ()):
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            yield json.loads(message["Body"])
    raise AssertionError(f"nothing more arrived in {output}")
