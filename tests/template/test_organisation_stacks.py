"""The rules of an organisation reach every resource of every stack, the service's and the optional ones."""

import json
import re
from functools import cache
from typing import Any

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]
from samtranslator.yaml_helper import yaml_parse

from dev.emulator import REGION, ROOT
from operate.optional_stack import FOLDER, NAMES
from tests.material.conditions import decided
from tests.material.organisation import ALL, BOUNDARY, KEY, actions, made, statements
from tests.material.template import Template, of_type, references

KEYS = ROOT / "docs" / "keys.md"
BY_ORGANISATION = ("PermissionsBoundary", "RolePath", "KmsKeyArn")
PATH = "/teams/pictures/"


def written(stack: str) -> Template:
    template: Template = yaml_parse((FOLDER / f"{stack}.yaml").read_text())
    return template


@cache
def ruled(stack: str) -> Template:
    """The resources of a stack with the organisation's rules that it knows, also those that other settings add."""
    if stack == "service":
        return made(**ALL)
    template = written(stack)
    for resource in template["Resources"].values():
        resource.pop("Condition", None)
    return decided(template, **{name: ALL[name] for name in BY_ORGANISATION if name in template["Parameters"]})


EVERY = ("service", *NAMES)


def schema(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, kind).schema
    return found


@pytest.mark.parametrize("stack", EVERY)
def test_every_role_of_every_stack_has_the_boundary_and_the_path(stack: str) -> None:
    resources = ruled(stack)
    for name, role in of_type(resources, "AWS::IAM::Role").items():
        path = role["Properties"]["Path"]
        assert role["Properties"]["PermissionsBoundary"] == BOUNDARY, name
        assert (path if isinstance(path, str) else path["Fn::Sub"].replace("${RolePath}", PATH)).startswith(PATH), name
    for kind in ("AWS::Lambda::Function", "AWS::Serverless::Function"):
        for name, function in of_type(resources, kind).items():
            assert {*references(function["Properties"]["Role"])} <= {*resources}, f"SAM would make a role for {name}"


def test_some_optional_stack_has_roles() -> None:
    """Or the test above would prove nothing about them."""
    assert len(of_type(ruled("pipeline"), "AWS::IAM::Role")) == 4


# ── The key ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def keys_of(kind: str) -> set[str]:
    """The properties of a type that name a KMS key, at any depth, from CloudFormation's schema."""
    found = schema(kind)
    parts = [found["properties"], *(each.get("properties", {}) for each in found.get("definitions", {}).values())]
    names = r"(?i)kms(master)?key(id|arn)?|sourcekmskeyarn|encryptionkey"
    return {name for part in parts for name in part if re.fullmatch(names, name)}


ENCRYPTED = {
    "service": {
        "AWS::Lambda::Function",
        "AWS::Logs::LogGroup",
        "AWS::S3::Bucket",
        "AWS::SNS::Topic",
        "AWS::SQS::Queue",
    },
    "audit": {"AWS::CloudTrail::Trail", "AWS::S3::Bucket"},
    "delivery": {"AWS::S3::Bucket"},
    "pipeline": {
        "AWS::CodeBuild::Project",
        "AWS::CodePipeline::Pipeline",
        "AWS::Logs::LogGroup",
        "AWS::S3::Bucket",
        "AWS::SNS::Topic",
    },
    "queries": set(),
    "sign_in": {
        "AWS::Cognito::UserPool",
        "AWS::Lambda::Function",
        "AWS::Logs::LogGroup",
        "AWS::S3::Bucket",
    },
}


@pytest.mark.parametrize("stack", EVERY)
def test_everything_of_a_stack_that_can_be_encrypted_names_the_key(stack: str) -> None:
    resources = ruled(stack)
    encrypted = {
        name
        for name, resource in resources.items()
        if keys_of(resource["Type"]) and resource["Type"] != "AWS::Lambda::Version"
    }

    assert {resources[name]["Type"] for name in encrypted} >= ENCRYPTED[stack]
    assert [name for name in encrypted if KEY not in json.dumps(resources[name]["Properties"])] == []
    for bucket in of_type(resources, "AWS::S3::Bucket").values():
        (rule,) = bucket["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["BucketKeyEnabled"] is True


@pytest.mark.parametrize("stack", NAMES)
def test_an_optional_stack_without_rules_has_nothing_of_them(stack: str) -> None:
    text = json.dumps(decided(written(stack)))

    assert [
        each for each in ("PermissionsBoundary", "aws:kms", "kms:", "CUSTOMER_MANAGED", ":key/") if each in text
    ] == []


# Amazon S3 and Amazon SNS act with the rights of the role: tests/template/test_organisation.py names the sources.
_BOTH = {"kms:Decrypt", "kms:GenerateDataKey"}
NEEDS = {
    "s3:GetObject": ("s3", {"kms:Decrypt"}),
    "s3:PutObject": ("s3", _BOTH),
    "sns:Publish": ("sns", _BOTH),
}


@pytest.mark.parametrize("stack", NAMES)
def test_a_role_may_use_the_key_for_what_its_stack_encrypts(stack: str) -> None:
    resources = ruled(stack)
    for role in of_type(resources, "AWS::IAM::Role"):
        needed: dict[str, set[str]] = {}
        granted: dict[str, set[str]] = {}
        for statement in statements(resources, role):
            ours = {*references(statement["Resource"])} & {*resources}
            for action in actions(statement):
                if action in NEEDS and ours:
                    service, on_key = NEEDS[action]
                    needed[service] = needed.get(service, set()) | on_key
                if action.startswith("kms:"):
                    assert statement["Resource"] == KEY
                    service = statement["Condition"]["StringEquals"]["kms:ViaService"]["Fn::Sub"].split(".")[0]
                    granted[service] = granted.get(service, set()) | {action}
        for function in of_type(resources, "AWS::Lambda::Function").values():
            if role in references(function["Properties"]["Role"]):
                needed["lambda"] = {"kms:Decrypt"}  # its environment
        assert granted == needed, role


def admitted(stack: str) -> set[str]:
    """The services that a stack's own policies admit to what it encrypts, and those that encrypt in their own name."""
    resources = ruled(stack)
    found = {"logs.REGION.amazonaws.com"} if of_type(resources, "AWS::Logs::LogGroup") else set()
    found |= {"cloudtrail.amazonaws.com"} if of_type(resources, "AWS::CloudTrail::Trail") else set()
    for kind in ("AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy", "AWS::S3::BucketPolicy"):
        for policy in of_type(resources, kind).values():
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
                found |= {statement["Principal"]["Service"]} if "Service" in statement["Principal"] else set()
    return found


def test_the_documented_policy_of_the_key_admits_each_service_in_need() -> None:
    expected = {service for stack in EVERY for service in admitted(stack)}
    assert expected >= {"cloudtrail.amazonaws.com", "delivery.logs.amazonaws.com", "cloudwatch.amazonaws.com"}
    (documented,) = re.findall(r"```json\n(.*?)```", KEYS.read_text(), re.DOTALL)
    policy = json.loads(documented)

    named = {each["Principal"]["Service"]: each for each in policy["Statement"] if "Service" in each["Principal"]}

    assert named.keys() == expected
    for service, statement in named.items():
        assert "kms:Decrypt" in actions(statement)
        assert ("kms:GenerateDataKey*" in actions(statement)) == (service != "cloudfront.amazonaws.com")
        assert statement["Condition"], "otherwise it would admit other accounts"
    (account,) = (each for each in policy["Statement"] if "AWS" in each["Principal"])
    assert account["Action"] == "kms:*", "otherwise no role of the account may be granted anything"


def test_no_optional_stack_takes_a_rule_from_the_service(template: Template) -> None:
    """A parameter that is named like an output of the service is filled from it. A key is of one region, and the
    boundary of a pipeline allows more: docs/keys.md, docs/organisation.md."""
    assert not {*BY_ORGANISATION} & template["Outputs"].keys()


# ── Tags ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

# Types that have tags, although their schemas do not say whether CloudFormation passes on those of the stack.
UNSTATED = {"AWS::CodeBuild::Project"}


@pytest.mark.parametrize("stack", EVERY)
def test_the_tags_of_a_stack_reach_everything_that_can_be_tagged(stack: str) -> None:
    """CloudFormation passes them on to each type whose schema has a property for tags that it sets at creation."""
    tagged = set()
    for name, resource in ruled(stack).items():
        kind = resource["Type"]
        tagging = schema(kind).get("tagging", {})
        if tagging.get("taggable"):
            assert tagging["tagOnCreate"], name
            assert tagging["tagProperty"], name
            tagged.add(kind)
        else:
            has_tags = {each for each in schema(kind)["properties"] if each.endswith("Tags")}
            assert not has_tags or kind in UNSTATED, f"{name} has tags that CloudFormation would not set"

    assert tagged or stack == "queries", "nothing can be tagged"
