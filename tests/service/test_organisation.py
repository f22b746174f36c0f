"""A stack under an organisation's rules (docs/organisation.md) does everything that one without them does.

The emulator enforces boundaries. It asks for no key on behalf of S3 and SQS, keeps no encryption of a bucket that
CloudFormation sets, and has no networks and no private APIs:
tests/template/test_organisation.py checks what the template says about those.
"""

import json
import re
from collections.abc import Callable, Iterator

import pytest

from dev.emulator import ROOT, Emulator
from dev.stack import Stack
from tests.actors import journeys
from tests.actors.client import Service
from tests.standins.ports import free_port

BOUNDARY = "arn:aws:iam::000000000000:policy/Boundary"
JOB = "0f" * 16


def boundary() -> str:
    """A policy that allows what docs/organisation.md says a boundary must allow."""
    (row,) = re.findall(r"^\| `PermissionsBoundary` .*$", (ROOT / "docs/organisation.md").read_text(), re.MULTILINE)
    named = [name for name in re.findall(r"`([a-zA-Z0-9:]+)`", row) if name != "PermissionsBoundary"]
    assert "s3" in named
    return allowing(*(name if ":" in name else f"{name}:*" for name in named))


def allowing(*actions: str) -> str:
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture(scope="module")
def stack() -> Iterator[Service]:
    """page_url: of the API."""
    with Emulator(free_port()) as emulator:
        account = Stack(emulator.url)
        account.client("iam").create_policy(PolicyName="Boundary", PolicyDocument=boundary())
        account.client("s3").create_bucket(Bucket="logs-of-the-organisation")
        key = account.client("kms").create_key()["KeyMetadata"]["Arn"]
        rules = {
            "PermissionsBoundary": BOUNDARY,
            "RolePath": "/teams/pictures/",
            "KmsKeyArn": key,
            "SubnetIds": "subnet-0123456789abcdef0",
            "SecurityGroupIds": "sg-0123456789abcdef0",
            "AccessLogs": "logs-of-the-organisation",
            "RequestsPerSecond": "500",
            "RequestBurst": "1000",
        }
        deployed = Stack(emulator.url, rules)
        deployed.deploy()
        yield Service(deployed.api_url, deployed)


JOURNEYS = [
    journeys.rejects_a_text_file,
    journeys.follows_an_upload,
    journeys.converts_uploads_at_once,
    journeys.parks_and_redrives_a_poison_object,
]


@pytest.mark.usefixtures("no_dead_letters")
@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.__name__)
def test_the_service_works_under_all_rules(stack: Service, journey: Callable[[Service], None]) -> None:
    journey(stack)


def test_every_role_is_bounded_and_lies_below_the_path(stack: Service) -> None:
    iam = stack.deployed.client("iam")
    ids = stack.deployed.resources
    resources = stack.deployed.template["Resources"].items()
    roles = [ids[name] for name, each in resources if each["Type"] == "AWS::IAM::Role" and name in ids]
    assert len(roles) >= len(stack.deployed.functions)

    for name in roles:
        role = iam.get_role(RoleName=name)["Role"]
        assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == BOUNDARY
        assert role["Arn"].startswith("arn:aws:iam::000000000000:role/teams/pictures/")


def test_logs_and_parked_conversions_are_encrypted_with_the_key(stack: Service) -> None:
    key = stack.deployed.parameters["KmsKeyArn"]
    groups = stack.deployed.client("logs").describe_log_groups()["logGroups"]
    queue = stack.deployed.outputs["ConversionDeadLetterQueue"]
    attributes = stack.deployed.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]

    assert {group["kmsKeyId"] for group in groups} == {key}
    assert attributes["KmsMasterKeyId"] == key


def test_a_boundary_without_s3_would_stop_the_service(stack: Service) -> None:
    """What the tests above could not show if the emulator ignored boundaries."""
    iam = stack.deployed.client("iam")
    narrow = iam.create_policy(PolicyName="Narrow", PolicyDocument=allowing("logs:*"))["Policy"]["Arn"]
    role = stack.deployed.resources["GetUploadFunctionRole"]
    assert stack.get(f"uploads/{JOB}").status_code == 404
    iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=narrow)
    try:
        assert stack.get(f"uploads/{JOB}").status_code >= 500
    finally:
        iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=BOUNDARY)
