"""A stack under an organisation's rules (docs/organisation.md) does everything that one without them does.

The emulator enforces boundaries, and the policy of a private API. It asks for no key on behalf of S3 and SQS, keeps no
encryption of a bucket that CloudFormation sets, has no networks, and ignores AWS_LAMBDA_EXEC_WRAPPER:
tests/template/test_organisation.py checks what the template says about those.
"""

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from dev.emulator import ROOT, Emulator
from dev.stack import Stack
from tests.actors import journeys
from tests.actors.client import PATIENCE, Service
from tests.material.organisation import CALLED_BY_USERS
from tests.standins.ports import free_port
from tests.standins.vpc_endpoints import HEADER

BOUNDARY = "arn:aws:iam::000000000000:policy/Boundary"
JOB = "0f" * 16
ENDPOINTS = ("vpce-0123456789abcdef0", "vpce-0123456789abcdef1")


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
def instrumented(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that a wrapper of telemetry writes when it starts a function."""
    return tmp_path_factory.mktemp("telemetry") / "started"


def layer(wrapper: str) -> bytes:
    """The content of a layer of telemetry."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        entry = zipfile.ZipInfo("otel-instrument")
        entry.external_attr = 0o755 << 16
        archive.writestr(entry, wrapper)
        archive.writestr("python/telemetry_of_the_organisation.py", "")
    return content.getvalue()


@pytest.fixture(scope="module")
def stack(instrumented: Path) -> Iterator[Service]:
    """page_url: of the API, which calls reach through an endpoint."""
    with Emulator(free_port(), "tests.standins.vpc_endpoints") as emulator:
        account = Stack(emulator.url)
        wrapper = f'#!/bin/sh\ntouch {instrumented}\nexec "$@"\n'
        telemetry = account.client("lambda").publish_layer_version(
            LayerName="opentelemetry", Content={"ZipFile": layer(wrapper)}
        )["LayerVersionArn"]
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
            "EndpointType": "PRIVATE",
            "VpcEndpointIds": ",".join(ENDPOINTS),
            "TelemetryLayer": telemetry,
            "RequestsPerSecond": "500",
            "RequestBurst": "1000",
        }
        deployed = Stack(emulator.url, rules)
        deployed.deploy()
        service = Service(deployed.api_url, deployed)
        service.key = {HEADER: ENDPOINTS[1]}
        yield service


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


@pytest.mark.parametrize(
    ("endpoint", "status"),
    [*((each, 200) for each in ENDPOINTS), ("vpce-0fedcba9876543210", 403), ("", 403)],
    ids=["the first", "the second", "another one", "none"],
)
def test_a_private_api_answers_its_endpoints_only(stack: Service, endpoint: str, status: int) -> None:
    """By its policy. The emulator does nothing with EndpointConfiguration."""
    answer = requests.get(f"{stack.page_url}limits", headers={HEADER: endpoint}, timeout=PATIENCE)

    assert answer.status_code == status


def test_what_users_call_has_the_layer_of_telemetry(stack: Service, instrumented: Path) -> None:
    """The emulator does not run its wrapper. As soon as it does, test that it starts the function."""
    aws, layer = stack.deployed.client("lambda"), stack.deployed.parameters["TelemetryLayer"]
    for logical, function in stack.deployed.functions.items():
        found = aws.get_function_configuration(FunctionName=function, Qualifier="live")
        variables = found["Environment"]["Variables"]
        wrapped = logical in CALLED_BY_USERS
        assert (layer in [each["Arn"] for each in found["Layers"]]) == wrapped
        assert (variables.get("AWS_LAMBDA_EXEC_WRAPPER") == "/opt/otel-instrument") == wrapped
    assert stack.get("limits").status_code == 200
    assert not instrumented.exists(), "the emulator knows AWS_LAMBDA_EXEC_WRAPPER now"
