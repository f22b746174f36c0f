"""`python -m operate rollback` refuses a version that would not keep erased jobs erased."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest

from operate.__main__ import main
from tests.material.invocation import ENVIRONMENT
from tests.material.responses import answered
from thumbs.settings import Settings

FUNCTIONS = {"ConvertFunction": "convert", "GetUploadFunction": "get_upload", "SignUploadFunction": "sign_upload"}
ERASER = Settings.erase_function.variable
# The environment of each published version: 1 is older than the eraser, and 3 is live.
VARIABLES: dict[str, dict[str, str]] = {"1": {}, "2": {ERASER: ENVIRONMENT[ERASER]}, "3": {ERASER: ENVIRONMENT[ERASER]}}


@pytest.fixture(autouse=True)
def moved(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Function and version of each time that an alias was moved."""
    session = boto3.Session()
    done: list[tuple[str, str]] = []

    def configuration(params: dict[str, Any], **_: Any) -> Any:
        (version,) = parse_qs(urlsplit(params["url"]).query)["Qualifier"]
        return answered({"Environment": {"Variables": VARIABLES[version]}})

    def move(params: dict[str, Any], **_: Any) -> Any:
        function = urlsplit(params["url"]).path.split("/")[3]
        done.append((function, json.loads(params["body"])["FunctionVersion"]))
        return answered({})

    resources = [
        {"LogicalResourceId": name, "PhysicalResourceId": function, "ResourceStatus": "UPDATE_COMPLETE"}
        for name, function in FUNCTIONS.items()
    ]
    outputs = [{"OutputKey": "RedriveFunction", "OutputValue": "redrive"}]
    answers = {
        "cloudformation.DescribeStacks": {"Stacks": [{"StackStatus": "UPDATE_COMPLETE", "Outputs": outputs}]},
        "cloudformation.ListStackResources": {"StackResourceSummaries": resources},
        "lambda.ListVersionsByFunction": {"Versions": [{"Version": each} for each in ("$LATEST", *VARIABLES)]},
        "lambda.GetAlias": {"FunctionVersion": "3"},
    }
    for call, content in answers.items():
        session.events.register(f"before-call.{call}", lambda content=content, **_: answered(content))
    session.events.register("before-call.lambda.GetFunctionConfiguration", configuration)
    session.events.register("before-call.lambda.UpdateAlias", move)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
    return done


@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_convert_does_not_go_back_to_a_version_that_knows_no_tombstones(
    moved: list[tuple[str, str]], capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    assert main(["rollback", "convert", "--to", "1", *options]) == 1

    assert "Version 1 of convert does not know erased jobs" in capsys.readouterr().err
    assert not moved


@pytest.mark.parametrize(("function", "to"), [("convert", "2"), ("get_upload", "1"), ("sign_upload", "1")])
def test_other_versions_get_all_traffic(
    moved: list[tuple[str, str]], capsys: pytest.CaptureFixture[str], function: str, to: str
) -> None:
    """Only convert stores what would have to be erased again."""
    assert main(["rollback", function, "--to", to]) == 0

    assert f"has been moved from version 3 to {to}" in capsys.readouterr().out
    assert moved == [(function, to)]
