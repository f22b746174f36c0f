"""What the operator's commands remember, and what they do not stop at, with S3 by moto. tests/service runs them."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from operate import leaving
from operate.__main__ import main
from operate.deployment import folder
from tests.unit.conftest import ENVIRONMENT
from thumbs import keys


@pytest.fixture(autouse=True)
def _stacks(s3: Any, tmp_path: Path) -> Iterator[None]:
    """Whatever its name, a stack has these buckets; and there are two others to import from."""
    names = {"UploadBucket": ENVIRONMENT["UPLOAD_BUCKET"], "RedriveFunction": "redrive"}
    outputs = [{"OutputKey": name, "OutputValue": value} for name, value in names.items()]
    session = boto3.Session()
    session.events.register(
        "before-call.cloudformation.DescribeStacks",
        lambda **_: (AWSResponse("", 200, HTTPHeaders(), None), {"Stacks": [{"Outputs": outputs}]}),
    )
    for bucket in ("archive", "attic"):
        place = {"LocationConstraint": ENVIRONMENT["AWS_REGION"]}
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
    with pytest.MonkeyPatch.context() as patch:  # one that ends before moto does, which has sessions of its own
        patch.setattr(boto3, "DEFAULT_SESSION", session)
        patch.chdir(tmp_path)
        yield


def test_the_folder_of_a_job_is_the_one_that_the_service_uses() -> None:
    job = keys.new_job()

    assert folder(job) == keys.folder(job)


def imported(stack: str) -> list[str]:
    with Path(f"import.{stack}.csv").open(newline="") as file:
        return [source for source, _ in csv.reader(file)]


def test_objects_of_the_same_name_in_two_buckets_are_both_imported(s3: Any) -> None:
    for bucket in ("archive", "attic"):
        s3.put_object(Bucket=bucket, Key="0001.jpg", Body=b"x")
        assert main(["import", f"s3://{bucket}/", "--stack-name", "dev"]) == 0

    assert imported("dev") == ["s3://archive/0001.jpg", "s3://attic/0001.jpg"]
    assert s3.list_objects_v2(Bucket=ENVIRONMENT["UPLOAD_BUCKET"])["KeyCount"] == 2


def test_what_one_stack_has_imported_another_still_imports(s3: Any) -> None:
    s3.put_object(Bucket="archive", Key="0001.jpg", Body=b"x")
    for stack in ("dev", "prod"):
        assert main(["import", "s3://archive/", "--stack-name", stack]) == 0
        assert imported(stack) == ["s3://archive/0001.jpg"]


def test_a_reconversion_of_one_stack_does_not_go_on_where_that_of_another_was_stopped(
    s3: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    s3.put_object(Bucket=ENVIRONMENT["UPLOAD_BUCKET"], Key=f"uploads/{'5' * 32}", Body=b"x")
    Path("reconvert.dev.state").write_text("uploads/g")  # behind every job

    for stack, count in (("dev", 0), ("prod", 1)):
        assert main(["reconvert", "--dry-run", "--stack-name", stack]) == 0
        assert capsys.readouterr().out.startswith(f"{count} originals would be")


def test_an_object_that_s3_does_not_copy_does_not_hold_up_the_others(
    s3: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    s3.put_object(Bucket="archive", Key="a.jpg", Body=b"x")
    s3.put_object(Bucket="archive", Key="b.jpg", Body=b"x", StorageClass="GLACIER")
    s3.put_object(Bucket="archive", Key="c.jpg", Body=b"x")

    assert main(["import", "s3://archive/", "--stack-name", "dev"]) == 1

    said = capsys.readouterr().err
    assert "s3://archive/b.jpg: " in said
    assert "2 objects were imported" in said
    assert imported("dev") == ["s3://archive/a.jpg", "s3://archive/c.jpg"]


@pytest.mark.parametrize(("typed", "goes_on"), [("dev", True), ("yes", False), ("", False)])
def test_a_stack_is_deleted_only_when_its_name_is_typed(
    monkeypatch: pytest.MonkeyPatch, typed: str, goes_on: bool
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(f"{typed}\n"))
    if goes_on:
        leaving._confirm("dev", yes=False)
        return
    with pytest.raises(RuntimeError, match=r"^Nothing was deleted"):
        leaving._confirm("dev", yes=False)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True
