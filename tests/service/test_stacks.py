"""`python -m operate stack NAME` with a template of our own: the two rules, what is shown and asked, and the removal.

The service is a small stand-in with a few outputs and parameters; tests/service/test_delivery.py has the real one.
"""

import json
import os
import pty
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import boto3
import pytest

from dev.emulator import ACCESS_KEY, REGION, ROOT, SECRET_KEY, Emulator
from tests.actors import commands
from tests.actors.client import wait_for
from tests.standins.ports import free_port

Operate = Callable[..., CompletedProcess[str]]

SERVICE: dict[str, Any] = {
    "Parameters": {name: {"Type": "String", "Default": ""} for name in ("DeliveryDomain", "PageOrigin")},
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "DeliveryDomain"}}}},
    "Outputs": {"ThumbnailBucket": {"Value": "thumbnails"}, "RedriveFunction": {"Value": "redrive"}},
}
GALLERY: dict[str, Any] = {
    "Parameters": {
        "ThumbnailBucket": {"Type": "String"},
        "Title": {"Type": "String", "Default": "Pictures"},
        "Owner": {"Type": "String", "Default": "nobody"},
    },
    "Resources": {
        "Pages": {"Type": "AWS::S3::Bucket"},
        "Kept": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain"},
        "Topic": {
            "Type": "AWS::SNS::Topic",
            "Properties": {"DisplayName": {"Fn::Sub": "${Title} of ${Owner} in ${ThumbnailBucket}"}},
        },
    },
    "Outputs": {
        "DeliveryDomain": {"Value": {"Fn::Sub": "${Title}.example.com"}},
        "Pages": {"Value": {"Ref": "Pages"}},
        "Kept": {"Value": {"Ref": "Kept"}},
        "Topic": {"Value": {"Ref": "Topic"}},
    },
}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(free_port()) as emulator:
        yield emulator


@pytest.fixture
def aws(emulator: Emulator) -> Callable[[str], Any]:
    """Returns a client of the emulator."""

    def client(service: str) -> Any:
        keys = {"aws_access_key_id": ACCESS_KEY, "aws_secret_access_key": SECRET_KEY}
        return boto3.client(service, endpoint_url=emulator.url, region_name=REGION, **keys)

    return client


@pytest.fixture
def operate(emulator: Emulator, aws: Callable[[str], Any], tmp_path: Path) -> Iterator[Operate]:
    """`python -m operate`, in a project that has one more optional stack, next to a service of its own."""
    shutil.copytree(ROOT / "operate", tmp_path / "operate", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "template.yaml", tmp_path)
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "gallery.yaml").write_text(json.dumps(GALLERY))
    account = {
        "AWS_ENDPOINT_URL": emulator.url,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_REGION": REGION,
    }
    aws("cloudformation").create_stack(StackName="photos", TemplateBody=json.dumps(SERVICE))

    def run(*arguments: str, stdin: str = os.devnull) -> CompletedProcess[str]:
        pace = [*(() if "--stack-name" in arguments else ("--stack-name", "photos"))]
        pace += [] if "status" in arguments else ["--pause", "0.1"]
        return commands.run("operate", *arguments, *pace, cwd=tmp_path, env=os.environ | account, stdin=stdin)

    yield run
    aws("cloudformation").delete_stack(StackName="photos")


def described(aws: Callable[[str], Any], name: str, kind: str) -> dict[str, str]:
    """Outputs or Parameters of a stack, by name."""
    (stack,) = aws("cloudformation").describe_stacks(StackName=name)["Stacks"]
    return {each[f"{kind}Key"]: each[f"{kind}Value"] for each in stack[f"{kind}s"]}


def title(aws: Callable[[str], Any]) -> str:
    topic = described(aws, "photos-gallery", "Output")["Topic"]
    name: str = aws("sns").get_topic_attributes(TopicArn=topic)["Attributes"]["DisplayName"]
    return name


def buckets(aws: Callable[[str], Any]) -> set[str]:
    return {bucket["Name"] for bucket in aws("s3").list_buckets()["Buckets"]}


def test_a_stack_is_deployed_updated_and_removed(operate: Operate, aws: Callable[[str], Any]) -> None:
    answer = operate("stack", "gallery", "deploy", "--yes", "--set", "Owner=Ada")
    assert answer.returncode == 0, answer.stderr
    assert "add Topic (AWS::SNS::Topic)" in answer.stdout
    assert "changes: 3 to add" in answer.stdout
    assert title(aws) == "Pictures of Ada in thumbnails"
    assert described(aws, "photos", "Parameter")["DeliveryDomain"] == "Pictures.example.com"

    again = operate("stack", "gallery", "deploy")  # nobody has to agree to nothing
    assert again.returncode == 0, again.stderr
    assert again.stdout.count("nothing to change") == 2

    answer = operate("stack", "gallery", "update", "--yes", "--set", "Title=Photos")
    assert answer.returncode == 0, answer.stderr
    assert title(aws) == "Photos of Ada in thumbnails", "what was set before is kept"
    assert described(aws, "photos", "Parameter")["DeliveryDomain"] == "Photos.example.com"

    pages, kept = (described(aws, "photos-gallery", "Output")[name] for name in ("Pages", "Kept"))
    for bucket in (pages, kept):
        aws("s3").put_object(Bucket=bucket, Key="index.html", Body=b"x")
    dry = operate("stack", "gallery", "remove", "--dry-run")
    assert f"The bucket {pages} would be emptied of 1 objects." in dry.stdout
    assert "set DeliveryDomain= of photos" in dry.stdout
    assert pages in buckets(aws)
    answer = operate("stack", "gallery", "remove", "--yes")
    assert answer.returncode == 0, answer.stderr
    assert described(aws, "photos", "Parameter")["DeliveryDomain"] == ""
    assert aws("s3").list_objects_v2(Bucket=kept)["KeyCount"] == 1, "a retained bucket stays as it is"
    assert pages not in buckets(aws)
    assert "nothing to remove" in operate("stack", "gallery", "remove", "--yes").stdout


def test_the_service_keeps_what_was_set_since_by_someone_else(operate: Operate, aws: Callable[[str], Any]) -> None:
    assert operate("stack", "gallery", "deploy", "--yes").returncode == 0
    aws("cloudformation").update_stack(
        StackName="photos",
        UsePreviousTemplate=True,
        Parameters=[{"ParameterKey": "DeliveryDomain", "ParameterValue": "cdn.example.org"}],
    )

    status = operate("stack", "gallery", "status")
    assert "photos does not have DeliveryDomain=Pictures.example.com yet; run the command update." in status.stdout
    assert operate("stack", "gallery", "remove", "--yes").returncode == 0
    assert described(aws, "photos", "Parameter")["DeliveryDomain"] == "cdn.example.org"


def test_what_will_change_is_shown_before_anybody_agrees(operate: Operate, aws: Callable[[str], Any]) -> None:
    answer = operate("stack", "gallery", "deploy")

    assert answer.returncode == 1
    assert "add Topic (AWS::SNS::Topic)" in answer.stdout
    assert answer.stderr == "This changes photos-gallery and connects photos to it. Confirm with --yes.\n"
    assert operate("stack", "gallery", "status").stderr == "There is no stack photos-gallery in us-east-1.\n"
    assert described(aws, "photos", "Parameter")["DeliveryDomain"] == ""


def test_a_person_agrees_once_to_both_stacks(operate: Operate, aws: Callable[[str], Any]) -> None:
    """A second question would read the second line, and nothing would be connected."""
    leader, terminal = pty.openpty()
    try:
        os.write(leader, b"yes\nno\n")
        answer = operate("stack", "gallery", "deploy", stdin=os.ttyname(terminal))
    finally:
        os.close(leader)
        os.close(terminal)

    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.count("Type yes to continue: ") == 1
    assert described(aws, "photos", "Parameter")["DeliveryDomain"] == "Pictures.example.com"
    assert operate("stack", "gallery", "remove", "--yes").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["gallery", "update", "--yes"], 1, "There is no stack photos-gallery in us-east-1: deploy it first."),
        (["gallery", "deploy", "--set", "Colour=red"], 1, "stacks/gallery.yaml has no parameter Colour. It has Thumb"),
        (["gallery", "deploy", "--page-only"], 1, "--page-only is for the delivery stack; gallery has no page."),
        (["museum", "deploy"], 2, "invalid choice: 'museum' (choose from"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    operate: Operate, arguments: list[str], status: int, sentence: str
) -> None:
    answer = operate("stack", *arguments)

    assert answer.returncode == status, answer.stdout + answer.stderr
    assert sentence in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_value_that_is_no_output_of_the_service_has_to_be_given(operate: Operate, tmp_path: Path) -> None:
    needy = GALLERY | {"Parameters": GALLERY["Parameters"] | {"Licence": {"Type": "String"}}}
    (tmp_path / "stacks" / "gallery.yaml").write_text(json.dumps(needy))

    answer = operate("stack", "gallery", "deploy")

    assert answer.returncode == 1
    assert "stacks/gallery.yaml needs Licence, for which photos has no output." in answer.stderr


def test_a_service_whose_first_deployment_failed_is_deleted(operate: Operate, aws: Callable[[str], Any]) -> None:
    """It has no outputs. As docs/runbook.md says: delete it, then deploy again."""
    record = {
        "HostedZoneId": "Z00000000000000000",
        "Name": "a.example.org",
        "Type": "A",
        "ResourceRecords": ["1.2.3.4"],
    }
    resources = {
        "RedriveFunction": {"Type": "AWS::SNS::Topic"},
        "Record": {"Type": "AWS::Route53::RecordSet", "Properties": record | {"TTL": "300"}},
    }
    cloudformation = aws("cloudformation")
    cloudformation.create_stack(StackName="failed", TemplateBody=json.dumps({"Resources": resources}))

    def status() -> str | None:
        found: str = cloudformation.describe_stacks(StackName="failed")["Stacks"][0]["StackStatus"]
        return None if found.endswith("IN_PROGRESS") else found

    assert wait_for(status, "end of the deployment") == "ROLLBACK_COMPLETE"

    answer = operate("delete-stack", "--stack-name", "failed", "--yes")

    assert answer.returncode == 0, answer.stderr
    assert "failed deleted.\n" in answer.stdout
    assert operate("delete-stack", "--stack-name", "failed").stderr == "There is no stack 'failed' in us-east-1.\n"
