"""The stand-in for AWS Lambda Power Tuning leaves a function as it was, and refuses what version 4.4.0 refuses."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from dev import stack
from tests.material.invocation import ENVIRONMENT
from tests.standins.tuner import MOST_OF_INPUT, Tuner, TuningFailed

NAME = "tuned"


@pytest.fixture
def aws() -> Iterator[Any]:
    with mock_aws(config={"lambda": {"use_docker": False}}):
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        role = boto3.client("iam").create_role(RoleName="role", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        client = boto3.client("lambda", region_name=ENVIRONMENT["AWS_REGION"])
        code = {"ZipFile": stack.functions_package()}
        client.create_function(
            FunctionName=NAME, Runtime="python3.13", Role=role, Handler="convert.handler", Code=code, MemorySize=512
        )
        yield client


def asked(aws: Any, **changed: Any) -> str:
    arn = aws.get_function_configuration(FunctionName=NAME)["FunctionArn"]
    good = {"lambdaARN": arn, "powerValues": [256, 1024], "num": 5, "payload": {}}
    return json.dumps(good | {"strategy": "cost", "balancedWeight": 0.5} | changed)


def test_each_size_is_called_as_often_as_asked_and_nothing_is_left(aws: Any) -> None:
    called: list[tuple[str, int]] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        name, alias = params["FunctionName"], params["Qualifier"]
        sizes = aws.get_function_configuration(FunctionName=name, Qualifier=alias)["MemorySize"]
        called.append((alias, sizes))

    aws.meta.events.register("provide-client-params.lambda.Invoke", note)

    Tuner(aws).run(asked(aws))

    assert called == [("RAM256", 256)] * 5 + [("RAM1024", 1024)] * 5
    assert aws.list_aliases(FunctionName=NAME)["Aliases"] == []
    assert aws.get_function_configuration(FunctionName=NAME)["MemorySize"] == 512


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"num": 4}, "num below 5"),
        ({"strategy": "cheap"}, "no such strategy"),
        ({"balancedWeight": 1.5}, "no such strategy"),
        ({"power": [128]}, "unknown"),
        ({"lambdaARN": "arn:aws:lambda:eu-central-1:123456789012:function:tuned:live"}, "Invalid ARN"),
        ({"payload": "x" * MOST_OF_INPUT}, "bytes of input"),
    ],
)
def test_wrong_input_is_refused_before_anything_is_changed(aws: Any, changed: dict[str, Any], words: str) -> None:
    with pytest.raises(TuningFailed, match=words):
        Tuner(aws).run(asked(aws, **changed))

    assert len(aws.list_versions_by_function(FunctionName=NAME)["Versions"]) == 1
