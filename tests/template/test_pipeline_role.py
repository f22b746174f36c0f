"""The policy in docs/pipeline-role.json contains what a release needs: no action is missing, and none is superfluous.

SAM's command line and our own commands run under it in tests/publish/test_guided.py and tests/deployed.
"""

import json
import re
from fnmatch import fnmatchcase
from typing import Any

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

from dev import pipeline_role
from tests.material.names import STACK, named
from tests.material.template import Template

HANDLERS = ("create", "read", "update", "delete")


@pytest.fixture(scope="module")
def statements() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(pipeline_role.DOCUMENT.read_text())["Statement"]
    return found


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_it_fits_into_a_role(statements: list[dict[str, Any]]) -> None:
    """Inline policies of a role have 10,240 characters in total, without white space (IAM and STS quotas)."""
    assert len(re.sub(r"\s", "", pipeline_role.DOCUMENT.read_text())) <= 10_240
    assert all(statement["Effect"] == "Allow" for statement in statements)


def test_cloudformation_may_do_what_each_type_of_resource_takes(
    resources: Template, statements: list[dict[str, Any]]
) -> None:
    granted = {action for statement in statements for action in listed(statement["Action"])}
    for kind in {resource["Type"] for resource in resources.values()}:
        handlers = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema["handlers"]
        named = {action for name in HANDLERS for action in handlers.get(name, {}).get("permissions", ())}
        missing = {action for action in named - granted if not action.startswith(tuple(pipeline_role.NOT_NEEDED))}
        assert missing == set(), kind


def test_what_is_left_out_is_named_by_a_schema(resources: Template) -> None:
    """Otherwise nobody would notice that a reason no longer applies."""
    kinds = {resource["Type"] for resource in resources.values()}
    schemas = [PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema for kind in kinds]
    every = {
        action
        for schema in schemas
        for name in HANDLERS
        for action in schema["handlers"].get(name, {}).get("permissions", ())
    }

    for beginning in pipeline_role.NOT_NEEDED:
        assert any(action.startswith(beginning) for action in every), beginning


def test_parameters_that_the_template_reads_may_be_read(resources: Template, statements: list[dict[str, Any]]) -> None:
    read = set(re.findall(r"\{\{resolve:ssm:(\S+?):\$\{Version\}", json.dumps(resources)))
    (reading,) = (each for each in statements if each["Action"] == ["ssm:GetParameters"])

    assert read == {arn.split(":parameter")[1].replace("STACK", "${AWS::StackName}") for arn in reading["Resource"]}


def test_no_action_is_granted_by_a_pattern_and_few_for_all_resources(statements: list[dict[str, Any]]) -> None:
    assert not [action for statement in statements for action in listed(statement["Action"]) if "*" in action]
    everywhere = {
        action for statement in statements if statement["Resource"] == "*" for action in listed(statement["Action"])
    }
    assert len(everywhere) <= 12, "what AWS authorizes for all resources only"
    assert not [action for action in everywhere if action.startswith(("iam:", "lambda:", "s3:", "cloudformation:"))]


def test_roles_get_what_is_in_the_template_and_are_passed_to_its_services(statements: list[dict[str, Any]]) -> None:
    (passing,) = (each for each in statements if "iam:PassRole" in listed(each["Action"]))
    (attaching,) = (each for each in statements if "iam:AttachRolePolicy" in listed(each["Action"]))

    assert passing["Condition"]["StringEquals"]["iam:PassedToService"] == [
        "apigateway.amazonaws.com",
        "codedeploy.amazonaws.com",
        "lambda.amazonaws.com",
    ]
    assert all("service-role/" in arn for arn in attaching["Condition"]["ArnEquals"]["iam:PolicyARN"])


def test_names_that_the_template_chooses_are_within_it(resources: Template, statements: list[dict[str, Any]]) -> None:
    where = [arn.replace("STACK", STACK) for each in statements for arn in listed(each["Resource"]) if arn != "*"]
    kinds = {"AWS::Logs::LogGroup": "log-group:", "AWS::Lambda::LayerVersion": "layer:"}
    found = [f":{kinds[kind]}{name}" for kind, _, name in named(resources).values() if kind in kinds]
    found += [
        f":function:{each['Properties']['FunctionName']['Fn::Sub'][0]}"
        for each in resources.values()
        if each["Type"] == "AWS::Lambda::Function" and "FunctionName" in each["Properties"]
    ]

    assert len(found) > 10
    for name in found:
        assert any(fnmatchcase(name, f":{arn.split(':', 5)[-1]}") for arn in where), name
