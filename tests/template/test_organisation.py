"""The rules of an organisation (docs/organisation.md): off, they change nothing; on, they reach every resource."""

import json
import re

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]
from samtranslator.yaml_helper import yaml_parse

from dev.emulator import REGION, ROOT
from operate.optional_stack import FOLDER, NAMES
from tests.material.organisation import ALL, CALLED_BY_USERS, IN_VPC, KEY, LAYER, actions, made, statements
from tests.material.template import Template, of_type, references

DOCUMENT = ROOT / "docs" / "organisation.md"


def without_names_of_versions(resources: Template) -> str:
    return re.sub(r"(?<=[a-z0-9])[0-9a-f]{10}\b|[0-9a-f]{40}", "", json.dumps(resources, sort_keys=True))


# ── Off ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_stack_without_rules_has_nothing_of_them() -> None:
    """No resource, no permission and no property that a rule would set."""
    text = json.dumps(made())

    found = ("PermissionsBoundary", '"Path": "', "Kms", "kms:", "VpcConfig", "LoggingConfiguration", "ec2:", "vpce")
    assert [each for each in (*found, "EXEC_WRAPPER") if each in text] == []


@pytest.mark.parametrize("parameter", sorted(ALL))
def test_each_rule_has_an_effect(parameter: str) -> None:
    """What the test above could not find if the parameter did nothing."""
    needed = {
        "SecurityGroupIds": {"SubnetIds": IN_VPC["SubnetIds"]},
        "VpcEndpointIds": {"EndpointType": "PRIVATE"},
    }.get(parameter, {})

    with_it = made(**needed, **{parameter: ALL[parameter]})

    assert without_names_of_versions(with_it) != without_names_of_versions(made(**needed))


# ── The key ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def keys_of(kind: str) -> set[str]:
    """The properties of a type that name a KMS key, at any depth, from CloudFormation's schema."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, kind).schema
    parts = [schema["properties"], *(each.get("properties", {}) for each in schema.get("definitions", {}).values())]
    return {
        name for part in parts for name in part if re.fullmatch(r"(?i)(kms(master)?key(id|arn)?|sourcekmskeyarn)", name)
    }


def test_everything_that_can_be_encrypted_names_the_key() -> None:
    resources = made(**ALL)
    encrypted = set()
    for name, resource in resources.items():
        if keys_of(resource["Type"]) and resource["Type"] != "AWS::Lambda::Version":
            assert KEY in json.dumps(resource["Properties"]), name
            encrypted.add(resource["Type"])

    assert encrypted == {
        "AWS::Lambda::Function",
        "AWS::Logs::LogGroup",
        "AWS::S3::Bucket",
        "AWS::SNS::Topic",
        "AWS::SQS::Queue",
    }
    for bucket in of_type(resources, "AWS::S3::Bucket").values():
        (rule,) = bucket["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["BucketKeyEnabled"] is True
        assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}
    (queue,) = of_type(resources, "AWS::SQS::Queue").values()
    assert "SqsManagedSseEnabled" not in queue["Properties"], "SQS refuses both"


# What a role needs of the key, because a service acts with the role's rights: Amazon S3 user guide ("Using server-side
# encryption with AWS KMS keys": Decrypt to read, GenerateDataKey to write, and both for uploads in parts), Amazon SNS
# and Amazon SQS developer guides ("Key management": publishers and senders need both, consumers Decrypt), AWS Lambda
# developer guide ("Securing environment variables").
_BOTH = {"kms:Decrypt", "kms:GenerateDataKey"}
NEEDS = {
    "s3:GetObject": ("s3", {"kms:Decrypt"}),
    "s3:PutObject": ("s3", _BOTH),
    "sns:Publish": ("sns", _BOTH),
    "sqs:ReceiveMessage": ("sqs", {"kms:Decrypt"}),
    "sqs:SendMessage": ("sqs", _BOTH),
}


def test_each_role_may_use_the_key_for_what_it_does_and_for_nothing_else() -> None:
    resources = made(**ALL)
    for name, function in of_type(resources, "AWS::Lambda::Function").items():
        (role,) = references(function["Properties"]["Role"])
        needed: dict[str, set[str]] = {"lambda": {"kms:Decrypt"}}  # its environment
        granted: dict[str, set[str]] = {}
        for statement in statements(resources, role):
            for action in actions(statement):
                if action in NEEDS:
                    service, on_key = NEEDS[action]
                    needed[service] = needed.get(service, set()) | on_key
                if action.startswith("kms:"):
                    assert statement["Resource"] == KEY
                    via = statement["Condition"]["StringEquals"]["kms:ViaService"]["Fn::Sub"]
                    service = via.removesuffix(".${AWS::Region}.${AWS::URLSuffix}")
                    granted[service] = granted.get(service, set()) | {action}
        assert granted == needed, name


def test_the_documented_policy_of_the_key_admits_each_service_in_need() -> None:
    """Services that act in their own name: those that our policies admit to something encrypted, and the logs."""
    resources = made(DeliveryDistribution="E1A2B3C4D5E6F7", **ALL)
    admitted = {"logs.REGION.amazonaws.com"}
    for kind in ("AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy", "AWS::S3::BucketPolicy"):
        for policy in of_type(resources, kind).values():
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
                principal = statement["Principal"]
                admitted |= {principal["Service"]} if "Service" in principal else set()
    assert admitted >= {"cloudfront.amazonaws.com", "cloudwatch.amazonaws.com", "sns.amazonaws.com"}
    (documented,) = (
        text for text in re.findall(r"```json\n(.*?)```", DOCUMENT.read_text(), re.DOTALL) if "kms:" in text
    )
    policy = json.loads(documented)

    named = {each["Principal"]["Service"]: each for each in policy["Statement"] if "Service" in each["Principal"]}

    assert named.keys() == admitted
    for service, statement in named.items():
        assert "kms:Decrypt" in actions(statement)
        assert ("kms:GenerateDataKey*" in actions(statement)) == (service != "cloudfront.amazonaws.com")
        assert statement["Condition"], "otherwise it would admit other accounts"
    (account,) = (each for each in policy["Statement"] if "AWS" in each["Principal"])
    assert account["Action"] == "kms:*", "otherwise no role of the account may be granted anything"


# ── Logs, telemetry, tags ────────────────────────────────────────────────────────────────────────────────────────────


def test_s3_logs_each_bucket_under_its_own_prefix() -> None:
    buckets = of_type(made(**ALL), "AWS::S3::Bucket")

    logged = {name: bucket["Properties"]["LoggingConfiguration"] for name, bucket in buckets.items()}

    assert {each["DestinationBucketName"] for each in logged.values()} == {ALL["AccessLogs"]}
    assert len({json.dumps(each["LogFilePrefix"]) for each in logged.values()}) == len(buckets)


def test_the_layer_of_telemetry_wraps_what_users_call() -> None:
    for name, function in of_type(made(TelemetryLayer=LAYER), "AWS::Lambda::Function").items():
        properties = function["Properties"]
        wrapper = properties["Environment"]["Variables"].get("AWS_LAMBDA_EXEC_WRAPPER")
        assert (LAYER in properties["Layers"], wrapper) == (
            (True, "/opt/otel-instrument") if name in CALLED_BY_USERS else (False, None)
        )


@pytest.mark.parametrize("template", ["service", *NAMES])
def test_the_tags_of_a_stack_reach_everything_that_can_be_tagged(template: str) -> None:
    """CloudFormation passes them on to each type whose schema has a property for tags that it sets at creation."""
    resources = (
        made(**ALL) if template == "service" else yaml_parse((FOLDER / f"{template}.yaml").read_text())["Resources"]
    )
    tagged = set()
    for name, resource in resources.items():
        tagging = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, resource["Type"]).schema.get("tagging", {})
        if tagging.get("taggable"):
            assert tagging["tagOnCreate"], name
            assert tagging["tagProperty"], name
            tagged.add(resource["Type"])

    assert tagged or template == "queries", "nothing can be tagged"
