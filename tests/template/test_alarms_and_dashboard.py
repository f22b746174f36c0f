"""The template's releases, alarms and dashboard: each alarm guards a release or notifies a person."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from dev import stack
from dev.emulator import ROOT
from tests.material.template import PACKAGES, Template, of_type


def test_releases_move_step_by_step_and_roll_back(resources: Template) -> None:
    groups = of_type(resources, "AWS::CodeDeploy::DeploymentGroup")
    assert groups.keys() == {
        f"{name}DeploymentGroup" for name in ("SignUploadFunction", "GetUploadFunction", "ConvertFunction")
    }
    for group in groups.values():
        properties = group["Properties"]
        guards = [alarm["Name"]["Ref"] for alarm in properties["AlarmConfiguration"]["Alarms"]]
        assert 1 <= len(guards) <= 10, "CodeDeploy takes ten alarms at most"
        assert all(resources[guard]["Type"] == "AWS::CloudWatch::Alarm" for guard in guards)
        assert "DEPLOYMENT_STOP_ON_ALARM" in properties["AutoRollbackConfiguration"]["Events"]
        assert "Canary10Percent5Minutes" in _values(properties["DeploymentConfigName"])


@pytest.mark.parametrize(
    ("alarm", "function"),
    [
        ("SignUploadErrors", "SignUploadFunction"),
        ("SignUploadSlow", "SignUploadFunction"),
        ("GetUploadErrors", "GetUploadFunction"),
        ("GetUploadSlow", "GetUploadFunction"),
        ("ConvertErrors", "ConvertFunction"),
        ("ConvertSlow", "ConvertFunction"),
    ],
)
def test_an_alarm_that_guards_a_release_looks_at_the_new_version_alone(
    resources: Template, alarm: str, function: str
) -> None:
    dimensions = resources[alarm]["Properties"]["Dimensions"]
    named = {dimension["Name"]: dimension["Value"] for dimension in dimensions}

    (version,) = (name for name in resources if name.startswith(f"{function}Version"))
    assert named["ExecutedVersion"] == {"Fn::GetAtt": [version, "Version"]}
    assert named["Resource"] == {"Fn::Sub": f"${{{function}}}:live"}
    assert resources[alarm]["Properties"]["TreatMissingData"] == "notBreaching"


@pytest.mark.parametrize("function", ["SignUpload", "GetUpload", "Convert"])
def test_errors_throttles_and_slowness_of_every_function_stop_its_release(resources: Template, function: str) -> None:
    group = resources[f"{function}FunctionDeploymentGroup"]["Properties"]
    alarms = [resources[each["Name"]["Ref"]]["Properties"] for each in group["AlarmConfiguration"]["Alarms"]]
    version = resources[f"{function}Errors"]["Properties"]["Dimensions"]

    queries = [
        query["MetricStat"]["Metric"] for alarm in alarms for query in alarm.get("Metrics", ()) if "MetricStat" in query
    ]
    watched = {metric["MetricName"] for metric in (*alarms, *queries) if metric.get("Dimensions") == version}

    assert watched == {"Errors", "Throttles", "Duration"}


def test_slow_alarms_go_off_before_the_timeout(resources: Template) -> None:
    for name in ("SignUpload", "GetUpload", "Convert"):
        alarm, function = f"{name}Slow", f"{name}Function"
        timeout = resources[function]["Properties"]["Timeout"] * 1000
        assert 0.7 * timeout <= resources[alarm]["Properties"]["Threshold"] < timeout


def test_every_alarm_for_a_person_tells_one_and_is_in_the_runbook(resources: Template) -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text()
    for name, alarm in of_type(resources, "AWS::CloudWatch::Alarm").items():
        assert f"## {name}\n" in runbook
        assert len(alarm["Properties"]["AlarmDescription"]) > 60
        guards = any(
            {"Name": {"Ref": name}} in group["Properties"]["AlarmConfiguration"]["Alarms"]
            for group in of_type(resources, "AWS::CodeDeploy::DeploymentGroup").values()
        )
        assert guards or alarm["Properties"]["AlarmActions"] == [{"Ref": "Alarms"}], name


def test_each_alarm_can_be_read_where_it_stands() -> None:
    """An alarm that merges another one and forgets its Dimensions watches the wrong function, and looks right."""
    resources = re.split(r"^  (?=\w+:$)", stack.TEMPLATE.read_text(), flags=re.MULTILINE)
    alarms = [text for text in resources if "Type: AWS::CloudWatch::Alarm\n" in text]

    assert len(alarms) > 15
    for text in alarms:
        assert "<<:" not in text
        assert set(re.findall(r"\*(\w+)", text)) <= set(re.findall(r"&(\w+)", text)), "only anchors of its own"


def test_the_dashboard_shows_metrics_that_the_code_writes(resources: Template) -> None:
    """Also that it is JSON, which nothing else checks before CloudWatch does."""
    text, _ = resources["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    body = json.loads(text)
    lines = [line for path in stack.FUNCTIONS.rglob("*.py") for line in path.read_text().splitlines()]
    counting = [line for line in lines if re.search(r"\b(count|measure)\(", line)]
    written = {name for line in counting for name in re.findall(r'"([A-Z]\w+)"', line)}
    shown = set()
    for widget in body["widgets"]:
        namespace = ""
        for metric in widget["properties"].get("metrics", ()):
            if isinstance(metric[0], str) and metric[0] not in (".", "..."):
                namespace = metric[0]
            if namespace == "${AWS::StackName}" and len(metric) > 1 and isinstance(metric[1], str):
                shown |= {metric[1]} - {"get_upload", "convert"}
    assert shown == written


def test_alarm_and_dashboard_estimate_the_cost_by_one_formula(resources: Template) -> None:
    queries = resources["CostPerDay"]["Properties"]["Metrics"]
    (alarm,) = (query["Expression"] for query in queries if "Expression" in query)
    _, own = resources["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]

    assert own["Dollars"] == alarm


def test_releases_can_be_switched_at_once() -> None:
    at_once = stack.translate(stack.packaged(PACKAGES), {"GradualDeployments": "false"})

    assert not of_type(at_once["Resources"], "AWS::CodeDeploy::DeploymentGroup")


def _values(value: Any) -> Iterator[Any]:
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        yield from _values(each)
