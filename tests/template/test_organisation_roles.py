"""The roles of an organisation's stack: a boundary and a path for each, and the permissions that are documented."""

import re

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

from dev import stack
from dev.emulator import REGION, ROOT
from tests.material.conditions import decided
from tests.material.organisation import ALL, BOUNDARY, OPTIONAL, actions, all_of_it, made, statements
from tests.material.template import PACKAGES, of_type

DOCUMENT = ROOT / "docs" / "organisation.md"


@pytest.mark.parametrize("gradual", ["true", "false"])
def test_every_role_has_the_boundary_and_the_path(gradual: str) -> None:
    """The role of CodeDeploy too, which SAM would make without them (SAM's issue 1661)."""
    resources = made(GradualDeployments=gradual, **ALL, **OPTIONAL)
    roles = of_type(resources, "AWS::IAM::Role")

    assert ("CodeDeployServiceRole" in roles) == (gradual == "true") == ("ServerlessDeploymentApplication" in resources)
    assert len(roles) >= len(of_type(resources, "AWS::Lambda::Function")) + 1
    for name, role in roles.items():
        assert role["Properties"]["PermissionsBoundary"] == BOUNDARY, name
        assert role["Properties"]["Path"] == "/teams/pictures/", name


def test_a_stack_with_all_that_is_optional_has_every_role_and_function() -> None:
    """Otherwise the tests of the rules would overlook one."""
    template = stack.translate(stack.packaged(PACKAGES), {})

    found = all_of_it()

    for kind in ("AWS::IAM::Role", "AWS::IAM::Policy", "AWS::Lambda::Function"):
        written = {name for name, each in template["Resources"].items() if each["Type"] == kind}
        assert of_type(found, kind).keys() == written


def test_the_role_of_codedeploy_is_what_sam_would_make() -> None:
    """Under the same name, so that the update of an existing stack does not replace it."""
    template = stack.packaged(PACKAGES)
    del template["Resources"]["CodeDeployServiceRole"]
    for resource in template["Resources"].values():
        resource["Properties"].get("DeploymentPreference", {}).pop("Role", None)
    by_sam = decided(stack.translate(template, {}))["CodeDeployServiceRole"]["Properties"]
    (policy,) = by_sam["ManagedPolicyArns"]

    ours = made()["CodeDeployServiceRole"]["Properties"]

    assert ours == by_sam | {"ManagedPolicyArns": [{"Fn::Sub": policy.replace("arn:aws:", "arn:${AWS::Partition}:")}]}


# AWS's own policies that roles have, from the AWS Managed Policy Reference Guide, version 3 and version 1.
OF_AWS = {
    "AWSCodeDeployRoleForLambda": {
        *(
            "cloudwatch:DescribeAlarms",
            "lambda:UpdateAlias",
            "lambda:GetAlias",
            "lambda:GetProvisionedConcurrencyConfig",
        ),
        *("sns:Publish", "s3:GetObject", "s3:GetObjectVersion", "lambda:InvokeFunction"),
    },
    "AmazonAPIGatewayPushToCloudWatchLogs": {
        *("logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogGroups", "logs:DescribeLogStreams"),
        *("logs:PutLogEvents", "logs:GetLogEvents", "logs:FilterLogEvents"),
    },
}


def test_the_documented_boundary_allows_what_the_roles_may_do() -> None:
    """A boundary that lacks cloudwatch:DescribeAlarms, for example, would stop every release."""
    (row,) = re.findall(r"^\| `PermissionsBoundary` .*$", DOCUMENT.read_text(), re.MULTILINE)
    allowed = set(re.findall(r"`([a-z0-9]+(?::\w+)?)`", row))
    resources = all_of_it()
    roles = of_type(resources, "AWS::IAM::Role")
    managed = {
        arn["Fn::Sub"].split("/")[-1]
        for role in roles.values()
        for arn in role["Properties"].get("ManagedPolicyArns", [])
    }
    granted = {action for role in roles for each in statements(resources, role) for action in actions(each)}

    assert managed == OF_AWS.keys()
    for action in granted.union(*OF_AWS.values()):
        assert allowed & {action, action.split(":")[0]}, action


def test_the_deploying_role_needs_what_the_schemas_say() -> None:
    """Only what rules add: the rest is in docs/pipeline-role.json."""
    needed: set[str] = set()
    for kind in ("AWS::IAM::Role", "AWS::Lambda::Function"):
        handlers = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, kind).schema["handlers"]
        named = {action for handler in handlers.values() for action in handler.get("permissions", [])}
        needed |= {each for each in named if re.match(r"kms:|ec2:|iam:\w+PermissionsBoundary", each)}
    (documented,) = re.findall(
        r"\*\*What the deploying role needs in addition\*\*.*?\n\n", DOCUMENT.read_text(), re.DOTALL
    )

    assert set(re.findall(r"`((?:kms|ec2|iam):\w+)`", documented)) == needed
