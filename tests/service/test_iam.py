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
from tests.actors.client import Service
from tests.material import pictures
from thumbs.jobs import keys

PROBE = """
import re
import urllib.error
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

def fetched(request):
    try:
        with urllib.request.urlopen(request):
            return "allowed"
    except urllib.error.HTTPError as error:
        return re.search("<Code>(.*)</Code>", error.read().decode())[1]

def read_by_link(client, Bucket, Key):
    return fetched(client.generate_presigned_url("get_object", {"Bucket": Bucket, "Key": Key}))

def write_by_form(client, Bucket, Key):
    post = client.generate_presigned_post(Bucket, Key)
    parts = [f'--b\\r\\nContent-Disposition: form-data; name="{name}"\\r\\n\\r\\n{value}\\r\\n'
             for name, value in (post["fields"] | {"file": "x"}).items()]
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    return fetched(urllib.request.Request(post["url"], ("".join(parts) + "--b--").encode(), headers))

def handler(event, context):
    client = boto3.client(event["service"], config=Config(signature_version="v4"))  # also of links and forms
    signed = {"read_by_link": read_by_link, "write_by_form": write_by_form}.get(event["operation"])
    if signed:
        return signed(client, **event["parameters"])
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
    original, manifest, claim = f"uploads/{job}", keys.manifest(job), keys.claim(job)
    (small, *_) = stack.keys(job) - {manifest, claim}
    new, replaced = {"IfNoneMatch": "*"}, {"IfMatch": '"0"'}
    alias = stack.deployed.functions["ConvertFunction"] + ":live"
    other = stack.deployed.functions["SignUploadFunction"] + ":live"
    return {
        "read an original": ("s3", "get_object", {"Bucket": uploads, "Key": original}),
        "write an original by a form": ("s3", "write_by_form", {"Bucket": uploads, "Key": "uploads/" + "9" * 32}),
        "write an original": ("s3", "put_object", {"Bucket": uploads, "Key": "uploads/" + "9" * 32}),
        "read beside uploads/": ("s3", "get_object", {"Bucket": uploads, "Key": "elsewhere"}),
        "write beside uploads/": ("s3", "put_object", {"Bucket": uploads, "Key": "elsewhere"}),
        "delete an original": ("s3", "delete_object", {"Bucket": uploads, "Key": "uploads/" + "9" * 32}),
        "delete an original of a probe": ("s3", "delete_object", {"Bucket": uploads, "Key": f"uploads/{probe}"}),
        "list one upload": ("s3", "list_objects_v2", {"Bucket": uploads, "Prefix": original}),
        "list uploads/": ("s3", "list_objects_v2", {"Bucket": uploads, "Prefix": "uploads/"}),
        "list all of the upload bucket": ("s3", "list_objects_v2", {"Bucket": uploads}),
        "read a manifest": ("s3", "get_object", {"Bucket": thumbnails, "Key": manifest}),
        "read a manifest by a link": ("s3", "read_by_link", {"Bucket": thumbnails, "Key": manifest}),
        "write a new manifest": ("s3", "put_object", {"Bucket": thumbnails, "Key": manifest, **new}),
        "replace a manifest": ("s3", "put_object", {"Bucket": thumbnails, "Key": manifest, **replaced}),
        "overwrite a manifest": ("s3", "put_object", {"Bucket": thumbnails, "Key": "9" * 32 + "/manifest.json"}),
        "read a claim": ("s3", "get_object", {"Bucket": thumbnails, "Key": claim}),
        "write a claim": ("s3", "put_object", {"Bucket": thumbnails, "Key": claim, **new}),
        "overwrite a claim": ("s3", "put_object", {"Bucket": thumbnails, "Key": "9" * 32 + "/claim.json"}),
        "read a thumbnail": ("s3", "get_object", {"Bucket": thumbnails, "Key": small}),
        "read a thumbnail by a link": ("s3", "read_by_link", {"Bucket": thumbnails, "Key": small}),
        "write a new thumbnail": ("s3", "put_object", {"Bucket": thumbnails, "Key": "9" * 32 + "/x.webp", **new}),
        "overwrite a thumbnail": ("s3", "put_object", {"Bucket": thumbnails, "Key": "9" * 32 + "/x.webp"}),
        "write what is no thumbnail": ("s3", "put_object", {"Bucket": thumbnails, "Key": "9" * 32 + "/x.html", **new}),
        "delete a thumbnail": ("s3", "delete_object", {"Bucket": thumbnails, "Key": "9" * 32 + "/none"}),
        "write a probe": ("s3", "put_object", {"Bucket": thumbnails, "Key": f"probes/{probe}"}),
        "read a probe": ("s3", "get_object", {"Bucket": thumbnails, "Key": f"probes/{probe}"}),
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
    "SignUploadFunction": {"write an original by a form", "read a manifest by a link"},
    "GetUploadFunction": {
        "read a manifest",
        "read a manifest by a link",
        "read a thumbnail by a link",
        "list thumbnails",
        "list one upload",
        "read what a probe made",
        "list what a probe made",
    },
    "ConvertFunction": {
        "read an original",
        "list uploads/",
        "list one upload",
        "list all of the upload bucket",
        "read a manifest",
        "read a manifest by a link",
        "write a new manifest",
        "replace a manifest",
        "read a claim",
        "write a claim",
        "read a thumbnail by a link",
        "write a new thumbnail",
        "list thumbnails",
        "read a probe",
        "read what a probe made",
        "list what a probe made",
        "report a failure",
    },
    "ReportFailureFunction": {
        "read a manifest",
        "read a manifest by a link",
        "read what a probe made",
        "write a new manifest",
    },
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
        "delete an original of a probe",
        "delete what a probe made",
        "list what a probe made",
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
