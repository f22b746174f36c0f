"""`python -m operate` on the deployed stack: an operator's commands, and their output."""

import json
import os
from pathlib import Path

import pytest

from dev.emulator import ROOT
from dev.stack import NAME
from tests.actors import commands
from tests.actors.client import Service, wait_for
from tests.actors.operators import Operate, dead_letters, operator, said
from tests.material import pictures


@pytest.fixture
def operate(stack: Service, tmp_path: Path) -> Operate:
    return operator(stack, tmp_path)


def test_parked_conversions_are_counted_and_then_redriven(stack: Service, operate: Operate) -> None:
    queue = stack.deployed.outputs["ConversionDeadLetterQueue"]
    stack.deployed.client("sqs").purge_queue(QueueUrl=queue)
    signed = stack.sign()
    with stack.outage(signed.fields["key"]):
        signed.post(pictures.jpeg())
        wait_for(lambda: dead_letters(stack) or None, "dead letter")

    assert said(operate("redrive", "--dry-run")).startswith("1 conversions are parked; 1 would")
    assert dead_letters(stack) == 1
    assert said(operate("redrive")).startswith("1 of 1 parked conversions were redriven")

    wait_for(lambda: True if stack.result(signed)["status"] == "done" else None, "manifest that is done")
    assert said(operate("redrive")).startswith("0 of 0")


@pytest.fixture
def no_originals(stack: Service) -> None:
    """Hundreds, from other tests, which need not be converted again."""
    for page in stack.s3.get_paginator("list_objects_v2").paginate(Bucket=stack.uploads):
        for entry in page.get("Contents", ()):
            stack.s3.delete_object(Bucket=stack.uploads, Key=entry["Key"])


@pytest.mark.usefixtures("no_originals")
def test_originals_are_converted_again_under_new_keys(stack: Service, operate: Operate) -> None:
    signed = stack.upload(pictures.jpeg(800, 600))
    manifest = stack.result(signed)
    # As in version 0.1, with thumbnails in the job's folder.
    key = f"{signed.job}/small.webp"
    manifest["thumbnails"][0]["key"] = key
    stack.s3.put_object(Bucket=stack.thumbnails, Key=f"{signed.job}/manifest.json", Body=json.dumps(manifest))

    assert said(operate("reconvert", "--dry-run")).startswith("1 originals would be converted again")
    assert "1 originals were passed to the conversion again" in said(operate("reconvert", "--rate", "100"))

    def changed() -> str | None:
        manifest = stack.manifest(signed.job)
        assert manifest is not None
        found: str = manifest["thumbnails"][0]["key"]
        return found if found != key else None

    assert wait_for(changed, "new key").endswith("/small.webp")


def test_a_reconversion_goes_on_where_it_was_stopped(stack: Service, operate: Operate, tmp_path: Path) -> None:
    stack.result(stack.upload(pictures.jpeg()))
    alias = stack.deployed.outputs["ConvertFunction"].removesuffix(":live")
    version = stack.deployed.client("lambda").get_alias(FunctionName=alias, Name="live")["FunctionVersion"]
    behind_every_job = json.dumps({"after": "uploads/g", "version": version})
    (tmp_path / f"reconvert.{NAME}.state").write_text(behind_every_job)

    assert said(operate("reconvert", "--dry-run")) == "0 originals would be converted again, from uploads/g on.\n"


def test_a_prefix_is_imported_once(stack: Service, operate: Operate, tmp_path: Path) -> None:
    stack.s3.create_bucket(Bucket="archive")
    for name in ("2019/a.jpg", "2019/b c.jpg", "2020/c.jpg"):
        stack.s3.put_object(Bucket="archive", Key=name, Body=pictures.jpeg())
    stack.s3.put_object(Bucket="archive", Key="2019/", Body=b"")  # what the console creates for a folder

    assert said(operate("import", "s3://archive/2019/", "--dry-run")).startswith("2 objects would be imported")
    assert said(operate("import", "s3://archive/2019/")).startswith("2 objects were imported")
    rows = [line.rsplit(",", 1) for line in (tmp_path / f"import.{NAME}.csv").read_text().splitlines()]
    assert [source for source, _ in rows] == ["s3://archive/2019/a.jpg", "s3://archive/2019/b c.jpg"]
    for _, job in rows:
        assert wait_for(lambda job=job: stack.manifest(job), "manifest")["status"] == "done"  # type: ignore[misc]

    assert said(operate("import", "s3://archive/2019/", "--dry-run")).startswith("0 objects would be imported")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["redrive", "--stack-name", "elsewhere"], "There is no stack 'elsewhere' in us-east-1."),
        (["import", "archive/2019"], "'archive/2019' is not s3://bucket/prefix"),
        (["import", "s3://no-such-bucket/"], "NoSuchBucket"),
        (["redrive", "--rate", "0"], "'0' is not a whole number above 0"),
        ([], "COMMAND"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(operate: Operate, arguments: list[str], sentence: str) -> None:
    answer = operate(*arguments)

    assert answer.returncode != 0
    assert sentence in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize(
    ("region", "sentence"),
    [
        ({}, "Set --region or AWS_REGION."),
        ({"AWS_REGION": "eu-central-1"}, "run `aws configure`, or set AWS_PROFILE."),
    ],
    ids=["region", "credentials"],
)
def test_a_command_says_how_to_set_a_missing_region_or_credentials(region: dict[str, str], sentence: str) -> None:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    nothing = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    account = inherited | nothing | {"AWS_EC2_METADATA_DISABLED": "true"} | region
    answer = commands.run("operate", "redrive", "--dry-run", cwd=ROOT, env=account)

    assert answer.returncode == 1
    assert answer.stderr.endswith(f"{sentence}\n")
    assert "Traceback" not in answer.stderr


def test_another_stack_is_not_taken_for_ours(stack: Service, operate: Operate) -> None:
    topic = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}, "Outputs": {"It": {"Value": "x"}}}'
    stack.deployed.client("cloudformation").create_stack(StackName=f"not-{NAME}", TemplateBody=topic)

    answer = operate("redrive", "--stack-name", f"not-{NAME}")

    assert "is not an image-thumbnails service" in answer.stderr
