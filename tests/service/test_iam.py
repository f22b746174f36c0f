"""Each function can do its work (the other tests show it) and is denied what it has no business with.

A probe runs under a function's own role and says what S3, SQS, SNS or Lambda answers it.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from dev.stack import NAME
from tests.journeys import Service
from tests.unit import pictures
from thumbs import keys

PROBE = """
import boto3
from botocore.exceptions import ClientError

def handler(event, context):
    client = boto3.client(event["service"])
    try:
        getattr(client, event["operation"])(**event["parameters"])
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "allowed"
"""

DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "403", "Forbidden"}


@dataclass
class Probe:
    """Calls AWS under the role of a function."""

    stack: Service
    function: str

    def __call__(self, service: str, operation: str, **parameters: Any) -> str:
        event = {"service": service, "operation": operation, "parameters": parameters}
        aws = self.stack.deployed.client("lambda")
        answer = aws.invoke(FunctionName=f"probe-{self.function}", Payload=json.dumps(event).encode())
        code: str = json.load(answer["Payload"])
        return code


FUNCTIONS = [
    "SignUploadFunction",
    "GetUploadFunction",
    "ConvertFunction",
    "ReportFailureFunction",
    "RedriveFunction",
    "VerifyReleaseFunction",
    "VerifyApiFunction",
]


@pytest.fixture(scope="module")
def probes(stack: Service) -> Iterator[dict[str, Probe]]:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("probe.py", PROBE)
    aws = stack.deployed.client("lambda")
    for function in FUNCTIONS:
        role = aws.get_function_configuration(FunctionName=stack.deployed.functions[function])["Role"]
        aws.create_function(
            FunctionName=f"probe-{function}",
            Role=role,
            Runtime="python3.13",
            Handler="probe.handler",
            Timeout=20,
            Code={"ZipFile": package.getvalue()},
        )
    yield {function: Probe(stack, function) for function in FUNCTIONS}
    for function in FUNCTIONS:
        aws.delete_function(FunctionName=f"probe-{function}")


@pytest.fixture(scope="module")
def job(stack: Service) -> str:
    signed = stack.upload(pictures.jpeg())
    stack.result(signed)
    return signed.job


def actions(stack: Service, job: str) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Everything that one of the functions may do, and what none may."""
    uploads, thumbnails = stack.uploads, stack.thumbnails
    queue = stack.deployed.outputs["ConversionDeadLetterQueue"]
    topic = stack.deployed.outputs["ConversionFailures"]
    probe = keys.PROBE_JOBS + "9" * 24
    stack.s3.put_object(Bucket=thumbnails, Key=keys.manifest(probe))
    original, manifest, small = f"uploads/{job}", f"{job}/manifest.json", f"{job}/small.webp"
    alias = stack.deployed.functions["ConvertFunction"] + ":live"
    other = stack.deployed.functions["SignUploadFunction"] + ":live"
    return {
        "read an original": ("s3", "get_object", {"Bucket": uploads, "Key": original}),
        "write an original": ("s3", "put_object", {"Bucket": uploads, "Key": "uploads/" + "9" * 32}),
        "read beside uploads/": ("s3", "get_object", {"Bucket": uploads, "Key": "elsewhere"}),
        "write beside uploads/": ("s3", "put_object", {"Bucket": uploads, "Key": "elsewhere"}),
        "delete an original": ("s3", "delete_object", {"Bucket": uploads, "Key": "uploads/" + "9" * 32}),
        "list uploads/": ("s3", "list_objects_v2", {"Bucket": uploads, "Prefix": "uploads/"}),
        "list all of the upload bucket": ("s3", "list_objects_v2", {"Bucket": uploads}),
        "read a manifest": ("s3", "get_object", {"Bucket": thumbnails, "Key": manifest}),
        "write a manifest": ("s3", "put_object", {"Bucket": thumbnails, "Key": "9" * 32 + "/manifest.json"}),
        "read a thumbnail": ("s3", "get_object", {"Bucket": thumbnails, "Key": small}),
        "write a thumbnail": ("s3", "put_object", {"Bucket": thumbnails, "Key": "9" * 32 + "/x.webp"}),
        "delete a thumbnail": ("s3", "delete_object", {"Bucket": thumbnails, "Key": "9" * 32 + "/none"}),
        "write a probe": ("s3", "put_object", {"Bucket": thumbnails, "Key": f"probes/{probe}"}),
        "delete a probe": ("s3", "delete_object", {"Bucket": thumbnails, "Key": f"probes/{probe}"}),
        "read what a probe made": ("s3", "get_object", {"Bucket": thumbnails, "Key": f"{probe}/manifest.json"}),
        "delete what a probe made": ("s3", "delete_object", {"Bucket": thumbnails, "Key": f"{probe}/manifest.json"}),
        "list what a probe made": ("s3", "list_objects_v2", {"Bucket": thumbnails, "Prefix": f"{probe}/"}),
        "list thumbnails": ("s3", "list_objects_v2", {"Bucket": thumbnails}),
        "change a bucket's policy": ("s3", "delete_bucket_policy", {"Bucket": thumbnails}),
        "read dead letters": ("sqs", "receive_message", {"QueueUrl": queue}),
        "count dead letters": ("sqs", "get_queue_attributes", {"QueueUrl": queue, "AttributeNames": ["All"]}),
        "write a dead letter": ("sqs", "send_message", {"QueueUrl": queue, "MessageBody": "x"}),
        "purge dead letters": ("sqs", "purge_queue", {"QueueUrl": queue}),
        "report a failure": ("sns", "publish", {"TopicArn": topic, "Message": '{"Records": []}'}),
        "call convert": ("lambda", "invoke", {"FunctionName": alias, "Payload": "{}"}),
        "call another function": ("lambda", "invoke", {"FunctionName": other, "Payload": "{}"}),
        "make a log": ("logs", "create_log_group", {"logGroupName": "/aws/lambda/probe"}),
        "read a log": ("logs", "filter_log_events", {"logGroupName": f"/aws/lambda/{NAME}-convert"}),
        "change a function": ("lambda", "delete_function", {"FunctionName": "none"}),
        "read roles": ("iam", "list_roles", {}),
    }


MAY = {
    "SignUploadFunction": {"write an original", "read a manifest", "read what a probe made"},
    "GetUploadFunction": {
        "read a manifest",
        "read a thumbnail",
        "list thumbnails",
        "list uploads/",
        "read what a probe made",
        "list what a probe made",
    },
    "ConvertFunction": {
        "read an original",
        "list uploads/",
        "list all of the upload bucket",
        "read a manifest",
        "write a manifest",
        "read a thumbnail",
        "write a thumbnail",
        "list thumbnails",
        "write a probe",
        "read what a probe made",
        "list what a probe made",
        "report a failure",
    },
    "ReportFailureFunction": {"read a manifest", "read what a probe made", "write a manifest"},
    "RedriveFunction": {"read dead letters", "count dead letters", "call convert"},
    "VerifyReleaseFunction": {
        "write a probe",
        "delete a probe",
        "read what a probe made",
        "delete what a probe made",
        "list what a probe made",
        "call convert",
    },
    "VerifyApiFunction": {
        "delete an original",
        "delete a thumbnail",
        "delete a probe",
        "delete what a probe made",
        "list what a probe made",
        "list thumbnails",
        "call another function",
    },
}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_do_its_work_and_nothing_else(
    stack: Service, probes: dict[str, Probe], job: str, function: str
) -> None:
    answers = {
        what: probes[function](service, operation, **parameters)
        for what, (service, operation, parameters) in actions(stack, job).items()
    }

    assert {what for what, answer in answers.items() if answer not in DENIED} == MAY[function], answers


def test_the_probe_tells_denied_from_allowed(stack: Service, probes: dict[str, Probe], job: str) -> None:
    """Or the tests above would pass with everything broken."""
    may = actions(stack, job)["read an original"]
    service, operation, parameters = may

    assert probes["ConvertFunction"](service, operation, **parameters) == "allowed"
    assert probes["RedriveFunction"](service, operation, **parameters) in DENIED
    assert probes["ConvertFunction"](service, operation, **parameters | {"Key": f"uploads/{'8' * 32}"}) == "NoSuchKey"
