"""Two stacks in one account do not meet: each name in both templates is the stack's own, and AWS takes it."""

import json
import re
from typing import Any

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]
from samtranslator.yaml_helper import yaml_parse

from operate import delivery
from tests.material.template import Template

# The longest that a stack may have (CloudFormation, CreateStack: StackName), and an id as AWS makes them.
STACK = "s" * 128
STACK_ID = f"arn:aws:cloudformation:ap-northeast-1:123456789012:stack/{STACK}/00000000-0000-0000-0000-000000000000"
PSEUDO = {"AWS::StackName": STACK, "AWS::StackId": STACK_ID, "AWS::Region": "ap-northeast-1"}

# What has to be named, or would be named after its logical id, and where its name is.
NAMED = {
    "AWS::ApiGateway::RestApi": "Name",
    "AWS::CloudFront::Function": "Name",
    "AWS::CloudFront::OriginAccessControl": "OriginAccessControlConfig.Name",
    "AWS::CloudFront::ResponseHeadersPolicy": "ResponseHeadersPolicyConfig.Name",
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::Lambda::LayerVersion": "LayerName",
    "AWS::Logs::DeliveryDestination": "Name",
    "AWS::Logs::DeliverySource": "Name",
    "AWS::Logs::LogGroup": "LogGroupName",
}


def resolved(value: Any) -> Any:
    """A value of a template with the pseudo parameters, and the functions that need nothing else, worked out."""
    match value:
        case list():
            return [resolved(each) for each in value]
        case {"Ref": str(name)} if name in PSEUDO:
            return PSEUDO[name]
        case {"Fn::Split": [str(by), text]} if isinstance(whole := resolved(text), str):
            return whole.split(by)
        case {"Fn::Select": [int() | str() as index, several]} if isinstance(parts := resolved(several), list):
            return parts[int(index)]
        case {"Fn::Sub": str(text)}:
            return _substituted(text, PSEUDO)
        case {"Fn::Sub": [str(text), dict(names)]}:
            return _substituted(text, PSEUDO | resolved(names))
        case dict():
            return {key: resolved(each) for key, each in value.items()}
    return value


def _substituted(text: str, names: dict[str, Any]) -> Any:
    wanted = re.findall(r"\$\{([\w:.]+)\}", text)
    if not all(isinstance(names.get(name), str) for name in wanted):
        return {"Fn::Sub": text}
    return re.sub(r"\$\{([\w:.]+)\}", lambda match: str(names[match[1]]), text)


def at(properties: Any, path: str) -> Any:
    for step in path.split("."):
        properties = properties.get(step)
    return properties


def longest(kind: str, path: str) -> int:
    """What the schema of the resource allows, in characters."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    node: Any = schema
    for step in path.split("."):
        node = node["properties"][step]
        while "$ref" in node:
            node = schema["definitions"][node["$ref"].rsplit("/", 1)[-1]]
    if "maxLength" in node:
        return int(node["maxLength"])
    return LIMITS[f"{kind}.{path}"]


# What the schemas do not say, from AWS's documentation of the call that makes the resource.
LIMITS = {
    "AWS::ApiGateway::RestApi.Name": 1024,
    "AWS::CloudFront::ResponseHeadersPolicy.ResponseHeadersPolicyConfig.Name": 128,
    "AWS::CloudFront::OriginAccessControl.OriginAccessControlConfig.Name": 64,
    "AWS::CloudFront::Function.Name": 64,
    "AWS::CloudWatch::Dashboard.DashboardName": 255,
    "AWS::Lambda::LayerVersion.LayerName": 140,
    "AWS::Logs::LogGroup.LogGroupName": 512,
}


def named(resources: Template) -> dict[str, tuple[str, str, Any]]:
    """Each resource that has to be named: its type, the path of its name, and the name."""
    return {
        logical_id: (
            resource["Type"],
            NAMED[resource["Type"]],
            resolved(at(resource["Properties"], NAMED[resource["Type"]])),
        )
        for logical_id, resource in resources.items()
        if resource["Type"] in NAMED
    }


@pytest.fixture(scope="session")
def names(resources: Template) -> dict[str, tuple[str, str, Any]]:
    edge = yaml_parse(delivery.TEMPLATE.read_text())["Resources"]
    found = named(resources) | named(edge)
    assert {kind for kind, _, _ in found.values()} == NAMED.keys(), "each kind is looked at"
    return found


def test_every_name_is_the_stacks_own(names: dict[str, tuple[str, str, Any]]) -> None:
    for logical_id, (_, _, name) in names.items():
        assert isinstance(name, str), f"{logical_id}: {name}"
        assert STACK in name or STACK_ID.rsplit("/", 1)[-1] in name, f"{logical_id}: another stack would have it, too"


def test_every_name_fits_for_the_longest_name_of_a_stack(names: dict[str, tuple[str, str, Any]]) -> None:
    for logical_id, (kind, path, name) in names.items():
        assert len(name) <= longest(kind, path), f"{logical_id}: {len(name)} characters"


def test_no_two_resources_share_a_name(names: dict[str, tuple[str, str, Any]]) -> None:
    found = [(kind, name) for kind, _, name in names.values()]

    assert len({*found}) == len(found)


def test_what_is_not_named_here_is_named_by_aws(resources: Template) -> None:
    """Roles, buckets, topics, queues, alarms: CloudFormation adds random characters to the stack's name."""
    own = {"RoleName", "BucketName", "TopicName", "QueueName", "AlarmName", "ExportName"}
    for logical_id, resource in resources.items():
        assert not own & resource.get("Properties", {}).keys(), logical_id
    functions = [each for each in resources.values() if each["Type"] == "AWS::Lambda::Function"]
    chosen = [
        resolved(each["Properties"]["FunctionName"]) for each in functions if "FunctionName" in each["Properties"]
    ]
    assert len(chosen) == 3, "the hooks, which CodeDeploy may call by the beginning of their names only"
    assert all(len(name) <= 64 and "00000000-0000" in name for name in chosen), json.dumps(chosen)
