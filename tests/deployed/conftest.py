"""The journeys of a user against any stack: the emulator's, or with `--deployed STACK` one in your AWS account."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from tests.actors.client import PATIENCE, Signed, wait_for

API_KEY = "API_KEY"  # the environment variable, for a stack with ApiKeyRequired


@dataclass(frozen=True)
class Api:
    """The service as a program somewhere uses it. url: ends with a slash. lines: of convert's log that hold a text."""

    url: str
    headers: dict[str, str]
    lines: Callable[[str], list[dict[str, Any]]]

    def ask(self, body: Any) -> requests.Response:
        headers = {"Content-Type": "application/json"} | self.headers
        return requests.post(f"{self.url}uploads", json.dumps(body), headers=headers, timeout=PATIENCE)

    def get(self, path: str) -> requests.Response:
        return requests.get(self.url + path, headers=self.headers, timeout=PATIENCE)

    def sign(self, size: int, content_type: str = "image/jpeg") -> Signed:
        answer = self.ask({"files": [{"name": "smoke", "type": content_type, "size": size}]})
        assert answer.status_code == 201, answer.text
        entry = answer.json()["uploads"][0]
        return Signed(entry["job"], **entry["upload"], result=entry["result"], expires=entry["expires"])

    def convert(self, content: bytes, content_type: str = "image/jpeg") -> dict[str, Any]:
        signed = self.sign(len(content), content_type)
        assert signed.post(content).status_code == 204

        def read() -> dict[str, Any] | None:
            answer = requests.get(signed.result, timeout=PATIENCE)
            found: dict[str, Any] | None = answer.json() if answer.status_code == 200 else None
            return found

        return wait_for(read, "manifest")


@pytest.fixture(scope="session")
def api(request: pytest.FixtureRequest) -> Api:
    name = request.config.getoption("--deployed")
    if not name:
        deployed = request.getfixturevalue("stack").deployed
        return Api(deployed.api_url, {}, _lines(deployed.client("logs"), deployed.resources["ConvertLogs"]))
    import boto3  # with the credentials and region of whoever runs this

    (found,) = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}
    key = os.environ.get(API_KEY)
    logs = boto3.client("cloudformation").describe_stack_resource(StackName=name, LogicalResourceId="ConvertLogs")
    group = logs["StackResourceDetail"]["PhysicalResourceId"]
    return Api(outputs["ApiUrl"], {"x-api-key": key} if key else {}, _lines(boto3.client("logs"), group))


def _lines(logs: Any, group: str) -> Callable[[str], list[dict[str, Any]]]:
    def lines(text: str) -> list[dict[str, Any]]:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, filterPattern=f'"{text}"')
        found = [event["message"] for page in pages for event in page["events"]]
        return [json.loads(line) for line in found if line.startswith("{") and text in line]

    return lines
