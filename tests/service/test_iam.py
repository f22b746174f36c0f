"""Each function can do its work (the other tests show it) and nothing else.

A probe runs under a function's own role and reports AWS's responses (tests/standins/probe.py).
"""

from collections.abc import Iterator

import pytest

from dev.stack import NAME
from tests.actors.client import Service
from tests.material import pictures
from tests.standins import probe
from tests.standins.probe import DENIED, Asked, Probe
from thumbs.jobs import keys

FUNCTIONS = [
    "SignUploadFunction",
    "GetUploadFunction",
    "ConvertFunction",
    "ReportFailureFunction",
    "RedriveFunction",
    "EraseFunction",
    "VerifyReleaseFunction",
    "VerifyApiFunction",
    "VerifyLiveFunction",
]


@pytest.fixture(scope="module")
def probes(stack: Service) -> Iterator[dict[str, Probe]]:
    with probe.probes(stack) as found:
        yield found


@pytest.fixture(scope="module")
def job(stack: Service) -> str:
    signed = stack.upload(pictures.jpeg())
    stack.result(signed)
    return signed.job


def actions(stack: Service, job: str) -> dict[str, Asked]:
    """Everything that one of the functions may do, and calls that none may make."""
    uploads, thumbnails = stack.uploads, stack.thumbnails
    queue = stack.deployed.outputs["ConversionDeadLetterQueue"]
    topic = stack.deployed.outputs["ConversionFailures"]
    of_a_probe = keys.PROBE_JOBS + "9" * 24
    stack.s3.put_object(Bucket=thumbnails, Key=keys.manifest(of_a_probe))
    original, manifest, binding = f"uploads/{job}", keys.manifest(job), keys.binding(job)
    (small, *_) = stack.keys(job) - {manifest, binding}
    new, replaced = {"IfNoneMatch": "*"}, {"IfMatch": '"0"'}
    alias = stack.deployed.functions["ConvertFunction"] + ":live"
    other = stack.deployed.functions["SignUploadFunction"] + ":live"
    eraser = stack.deployed.functions["EraseFunction"] + ":live"
    of_stack = {"StackName": stack.deployed.id}
    return {
        "read an original": ("s3", "get_object", {"Bucket": uploads, "Key": original}),
        "write an original by a form": ("s3", "write_by_form", {"Bucket": uploads, "Key": "uploads/" + "9" * 32}),
        "write an original": ("s3", "put_object", {"Bucket": uploads, "Key": "uploads/" + "9" * 32}),
        "read outside uploads/": ("s3", "get_object", {"Bucket": uploads, "Key": "elsewhere"}),
        "write outside uploads/": ("s3", "put_object", {"Bucket": uploads, "Key": "elsewhere"}),
        "delete an original": ("s3", "delete_object", {"Bucket": uploads, "Key": "uploads/" + "9" * 32}),
        "delete an original of a probe": ("s3", "delete_object", {"Bucket": uploads, "Key": f"uploads/{of_a_probe}"}),
        "list one upload": ("s3", "list_objects_v2", {"Bucket": uploads, "Prefix": original}),
        "list uploads/": ("s3", "list_objects_v2", {"Bucket": uploads, "Prefix": "uploads/"}),
        "list all of the upload bucket": ("s3", "list_objects_v2", {"Bucket": uploads}),
        "read a manifest": ("s3", "get_object", {"Bucket": thumbnails, "Key": manifest}),
        "read a manifest by a link": ("s3", "read_by_link", {"Bucket": thumbnails, "Key": manifest}),
        "write a new manifest": ("s3", "put_object", {"Bucket": thumbnails, "Key": manifest, **new}),
        "replace a manifest": ("s3", "put_object", {"Bucket": thumbnails, "Key": manifest, **replaced}),
        "overwrite a manifest": ("s3", "put_object", {"Bucket": thumbnails, "Key": "9" * 32 + "/manifest.json"}),
        "read a binding": ("s3", "get_object", {"Bucket": thumbnails, "Key": binding}),
        "write a binding": ("s3", "put_object", {"Bucket": thumbnails, "Key": binding, **new}),
        "overwrite a binding": ("s3", "put_object", {"Bucket": thumbnails, "Key": "9" * 32 + "/binding.json"}),
        "read a thumbnail": ("s3", "get_object", {"Bucket": thumbnails, "Key": small}),
        "read a thumbnail by a link": ("s3", "read_by_link", {"Bucket": thumbnails, "Key": small}),
        "write a new thumbnail": ("s3", "put_object", {"Bucket": thumbnails, "Key": "9" * 32 + "/x.webp", **new}),
        "overwrite a thumbnail": ("s3", "put_object", {"Bucket": thumbnails, "Key": "9" * 32 + "/x.webp"}),
        "write what is no thumbnail": ("s3", "put_object", {"Bucket": thumbnails, "Key": "9" * 32 + "/x.html", **new}),
        "delete a thumbnail": ("s3", "delete_object", {"Bucket": thumbnails, "Key": "9" * 32 + "/none"}),
        "write a probe": ("s3", "put_object", {"Bucket": thumbnails, "Key": f"probes/{of_a_probe}"}),
        "read a probe": ("s3", "get_object", {"Bucket": thumbnails, "Key": f"probes/{of_a_probe}"}),
        "delete a probe": ("s3", "delete_object", {"Bucket": thumbnails, "Key": f"probes/{of_a_probe}"}),
        "read what a probe made": ("s3", "get_object", {"Bucket": thumbnails, "Key": f"{of_a_probe}/manifest.json"}),
        "delete what a probe made": (
            "s3",
            "delete_object",
            {"Bucket": thumbnails, "Key": f"{of_a_probe}/manifest.json"},
        ),
        "bury a new probe": ("s3", "put_object", {"Bucket": thumbnails, "Key": keys.manifest(of_a_probe), **new}),
        "bury a probe": ("s3", "put_object", {"Bucket": thumbnails, "Key": keys.manifest(of_a_probe), **replaced}),
        "list what a probe made": ("s3", "list_objects_v2", {"Bucket": thumbnails, "Prefix": f"{of_a_probe}/"}),
        "list thumbnails": ("s3", "list_objects_v2", {"Bucket": thumbnails}),
        "change a bucket's policy": ("s3", "delete_bucket_policy", {"Bucket": thumbnails}),
        "read dead letters": ("sqs", "receive_message", {"QueueUrl": queue}),
        "count dead letters": ("sqs", "get_queue_attributes", {"QueueUrl": queue, "AttributeNames": ["All"]}),
        "write a dead letter": ("sqs", "send_message", {"QueueUrl": queue, "MessageBody": "x"}),
        "purge dead letters": ("sqs", "purge_queue", {"QueueUrl": queue}),
        "report a failure": ("sns", "publish", {"TopicArn": topic, "Message": '{"Records": []}'}),
        "call convert": ("lambda", "invoke", {"FunctionName": alias, "Payload": "{}"}),
        "erase a job": ("lambda", "invoke", {"FunctionName": eraser, "Payload": "{}"}),
        "call another function": ("lambda", "invoke", {"FunctionName": other, "Payload": "{}"}),
        "make a log": ("logs", "create_log_group", {"logGroupName": "/aws/lambda/probe"}),
        "read a log": ("logs", "filter_log_events", {"logGroupName": f"/aws/lambda/{NAME}-convert"}),
        "change a function": ("lambda", "delete_function", {"FunctionName": "none"}),
        "read roles": ("iam", "list_roles", {}),
        "ask for a name": ("cloudformation", "describe_stack_resource", {**of_stack, "LogicalResourceId": "Api"}),
        "read the template": ("cloudformation", "get_template", of_stack),
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
        "read a binding",
        "write a binding",
        "read a thumbnail by a link",
        "write a new thumbnail",
        "list thumbnails",
        "read a probe",
        "read what a probe made",
        "list what a probe made",
        "report a failure",
        "erase a job",
        "bury a new probe",
        "bury a probe",
    },
    "ReportFailureFunction": {
        "erase a job",
        "bury a new probe",
        "read a manifest",
        "read a manifest by a link",
        "read what a probe made",
        "write a new manifest",
    },
    "EraseFunction": {
        "read a manifest",
        "read a manifest by a link",
        "write a new manifest",
        "replace a manifest",
        "read what a probe made",
        "delete an original",
        "delete an original of a probe",
        "delete a thumbnail",
        "delete a probe",
        "delete what a probe made",
        "list thumbnails",
        "list what a probe made",
        "write a dead letter",
        "bury a new probe",
        "bury a probe",
    },
    "RedriveFunction": {"read dead letters", "count dead letters", "call convert"},
    "VerifyReleaseFunction": {
        "bury a new probe",
        "bury a probe",
        "write a probe",
        "delete a probe",
        "read what a probe made",
        "delete what a probe made",
        "list what a probe made",
        "call convert",
    },
    "VerifyApiFunction": {
        "read what a probe made",
        "bury a new probe",
        "bury a probe",
        "delete an original of a probe",
        "delete what a probe made",
        "list what a probe made",
        "call another function",
    },
    "VerifyLiveFunction": {
        "read what a probe made",
        "bury a new probe",
        "bury a probe",
        "delete an original of a probe",
        "delete what a probe made",
        "list what a probe made",
        "call another function",
        "ask for a name",
    },
}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_do_its_work_and_nothing_else(
    stack: Service, probes: dict[str, Probe], job: str, function: str
) -> None:
    asked = actions(stack, job)
    answers = dict(zip(asked, probes[function](*asked.values()), strict=True))

    assert {what for what, answer in answers.items() if answer not in DENIED} == MAY[function], answers


def test_the_probe_tells_denied_from_allowed(stack: Service, probes: dict[str, Probe], job: str) -> None:
    """Otherwise the tests above would pass with everything broken."""
    service, operation, parameters = actions(stack, job)["read an original"]
    there = (service, operation, parameters)
    not_there = (service, operation, {**parameters, "Key": f"uploads/{'8' * 32}"})

    assert probes["ConvertFunction"](there, not_there) == ["allowed", "NoSuchKey"]
    assert {*probes["RedriveFunction"](there)} <= DENIED
