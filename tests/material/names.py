"""The names of a template's resources, computed for the longest possible stack name."""

import re
from typing import Any

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

from tests.material.template import Template

# The maximum length of a stack name (CloudFormation, CreateStack: StackName), and an id in AWS's format.
STACK = "s" * 128
STACK_ID = f"arn:aws:cloudformation:ap-northeast-1:123456789012:stack/{STACK}/00000000-0000-0000-0000-000000000000"
PSEUDO = {"AWS::StackName": STACK, "AWS::StackId": STACK_ID, "AWS::Region": "ap-northeast-1"}

# Resources that must be named, or would be named after their logical id, and the property of the name.
NAMED = {
    "AWS::ApiGateway::RestApi": "Name",
    "AWS::CloudFront::Function": "Name",
    "AWS::CloudFront::OriginAccessControl": "OriginAccessControlConfig.Name",
    "AWS::CloudFront::ResponseHeadersPolicy": "ResponseHeadersPolicyConfig.Name",
    "AWS::CloudTrail::Trail": "TrailName",
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::CodeBuild::Project": "Name",
    "AWS::Lambda::LayerVersion": "LayerName",
    "AWS::Logs::DeliveryDestination": "Name",
    "AWS::Logs::DeliverySource": "Name",
    "AWS::Logs::LogGroup": "LogGroupName",
}


def resolved(value: Any) -> Any:
    """A value of a template with pseudo parameters resolved, and functions that need nothing else."""
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
    """The maximum length in the resource's schema, in characters."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    node: Any = schema
    for step in path.split("."):
        node = node["properties"][step]
        while "$ref" in node:
            node = schema["definitions"][node["$ref"].rsplit("/", 1)[-1]]
    if "maxLength" in node:
        return int(node["maxLength"])
    return LIMITS[f"{kind}.{path}"]


# Limits that the schemas do not contain, from AWS's documentation of the call that creates the resource.
LIMITS = {
    "AWS::ApiGateway::RestApi.Name": 1024,
    "AWS::CloudFront::ResponseHeadersPolicy.ResponseHeadersPolicyConfig.Name": 128,
    "AWS::CloudFront::OriginAccessControl.OriginAccessControlConfig.Name": 64,
    "AWS::CloudFront::Function.Name": 64,
    "AWS::CloudTrail::Trail.TrailName": 128,
    "AWS::CloudWatch::Dashboard.DashboardName": 255,
    "AWS::CodeBuild::Project.Name": 255,
    "AWS::Lambda::LayerVersion.LayerName": 140,
    "AWS::Logs::LogGroup.LogGroupName": 512,
}


def named(resources: Template) -> dict[str, tuple[str, str, Any]]:
    """Each resource that must be named: its type, the path of its name, and the name."""
    return {
        logical_id: (
            resource["Type"],
            NAMED[resource["Type"]],
            resolved(at(resource["Properties"], NAMED[resource["Type"]])),
        )
        for logical_id, resource in resources.items()
        if resource["Type"] in NAMED
    }
