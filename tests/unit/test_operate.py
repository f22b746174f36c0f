"""The state of the operator's commands, and failures that do not stop them, with S3 by moto. tests/service runs
them."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from operate.__main__ import main
from tests.material.invocation import ENVIRONMENT
from tests.material.responses import answered


@pytest.fixture(autouse=True)
def _stacks(s3: Any, tmp_path: Path) -> Iterator[None]:
    """A stack of any name has these buckets; and there are two others to import from."""
    buckets = {"UploadBucket": ENVIRONMENT["UPLOAD_BUCKET"], "ThumbnailBucket": ENVIRONMENT["THUMBNAIL_BUCKET"]}
    names = buckets | {"RedriveFunction": "redrive", "ConvertFunction": "convert:live"}
    outputs = [{"OutputKey": name, "OutputValue": value} for name, value in names.items()]
    session = boto3.Session()
    session.events.register(
        "before-call.cloudformation.DescribeStacks",
        lambda **_: answered({"Stacks": [{"Outputs": outputs}]}),
    )
    session.events.register(
        "before-call.lambda.GetAlias",
        lambda **_: answered({"FunctionVersion": "7"}),
    )
    for bucket in ("archive", "attic"):
        place = {"LocationConstraint": ENVIRONMENT["AWS_REGION"]}
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
    with pytest.MonkeyPatch.context() as patch:  # it ends before moto does, which has sessions of its own
        patch.setattr(boto3, "DEFAULT_SESSION", session)
        patch.chdir(tmp_path)
        yield


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


def test_a_reconversion_does_not_continue_that_of_another_stack(s3: Any, capsys: pytest.CaptureFixture[str]) -> None:
    s3.put_object(Bucket=ENVIRONMENT["UPLOAD_BUCKET"], Key=f"uploads/{'5' * 32}", Body=b"x")
    Path("reconvert.dev.state").write_text('{"after": "uploads/g", "version": "7"}')  # after every job

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
