"""The names of the resources of a template, with the longest name that a stack may have worked out in them."""

import re
from typing import Any

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

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
