"""The rules of an organisation (docs/organisation.md): off, they change nothing; on, they reach every resource."""

import json
import re

import pytest

from dev import stack
from tests.material.organisation import (
    ALL,
    CALLED_BY_USERS,
    IN_VPC,
    KEY,
    LAYER,
    OPTIONAL,
    actions,
    all_of_it,
    made,
    statements,
)
from tests.material.template import PACKAGES, Template, of_type, references


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


def test_buckets_and_queue_are_encrypted_with_the_key_alone() -> None:
    resources = made(**ALL)
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
    resources = all_of_it()
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


# ── Logs, telemetry ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_s3_logs_each_bucket_under_its_own_prefix() -> None:
    buckets = of_type(made(**ALL), "AWS::S3::Bucket")

    logged = {name: bucket["Properties"]["LoggingConfiguration"] for name, bucket in buckets.items()}

    assert {each["DestinationBucketName"] for each in logged.values()} == {ALL["AccessLogs"]}
    assert len({json.dumps(each["LogFilePrefix"]) for each in logged.values()}) == len(buckets)


def test_the_layer_of_telemetry_wraps_what_users_call() -> None:
    for name, function in of_type(made(TelemetryLayer=LAYER, **OPTIONAL), "AWS::Lambda::Function").items():
        properties = function["Properties"]
        wrapper = properties["Environment"]["Variables"].get("AWS_LAMBDA_EXEC_WRAPPER")
        assert (LAYER in properties["Layers"], wrapper) == (
            (True, "/opt/otel-instrument") if name in CALLED_BY_USERS else (False, None)
        )


def test_saved_queries_read_the_log_of_each_function_that_works_on_uploads() -> None:
    """Of those alone that exist, because a query over a log that does not exist fails."""
    template = stack.translate(stack.packaged(PACKAGES), {})
    text, optional = template["Outputs"]["FunctionLogs"]["Value"]["Fn::Sub"]
    always = set(re.findall(r"\$\{(\w+Logs)\}", text))
    sometimes = {
        re.sub(r"\W", "", each["Fn::If"][1]["Fn::Sub"]): each["Fn::If"][0] for each in optional.values()
    }  # which is empty without its condition
    logs = {
        re.sub(r"Function$", "Logs", name): function.get("Condition")
        for name, function in template["Resources"].items()
        if function["Type"] == "AWS::Lambda::Function" and not name.startswith("Verify")  # golden pictures
    }

    assert dict.fromkeys(always) | sometimes == logs
    assert all(each["Fn::If"][2] == "" for each in optional.values())
