"""The journeys of a user against any stack: the emulator's, or with `--deployed STACK` one in your AWS account."""

import json
import os
from collections.abc import Callable
from typing import Any

import pytest

from tests.actors.program import Api

API_KEY = "API_KEY"  # the environment variable, for a stack with ApiKeyRequired


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
