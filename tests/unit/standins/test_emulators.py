"""Variants of the emulator differ from it as AWS does, or take what it does not know, and in nothing else."""

from typing import Any

import pytest
from ministack.services import s3
from ministack.services.cloudformation import provisioners

from tests.standins import full_buckets, without_codedeploy


@pytest.fixture
def handlers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What makes and deletes resources, by type: a copy that says what was asked of it."""
    copy: dict[str, Any] = {
        kind: {"create": lambda name, *_: (f"made-{name}", {}), "delete": lambda name, *_: f"deleted-{name}"}
        for kind in ("AWS::S3::Bucket", "AWS::CloudWatch::Alarm")
    }
    monkeypatch.setattr(provisioners, "_RESOURCE_HANDLERS", copy)
    return copy


def test_a_bucket_that_holds_something_is_not_deleted_with_its_stack(
    handlers: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """CloudFormation user guide, AWS::S3::Bucket: only empty buckets can be deleted."""
    monkeypatch.setattr(s3, "_buckets", {"full": {"objects": {"key": b""}}, "empty": {"objects": {}}})

    full_buckets._refuse()

    assert handlers["AWS::S3::Bucket"]["delete"]("empty", {}) == "deleted-empty"
    with pytest.raises(ValueError, match="is not empty"):
        handlers["AWS::S3::Bucket"]["delete"]("full", {})


def test_only_what_the_emulator_does_not_know_of_a_release_does_nothing(handlers: dict[str, Any]) -> None:
    without_codedeploy._take()

    assert handlers["AWS::CodeDeploy::DeploymentGroup"]["create"]("Group", {}) == ("no-Group", {})
    create = handlers["AWS::CloudWatch::Alarm"]["create"]
    assert create("Plain", {"MetricName": "Errors"}) == ("made-Plain", {})
    assert create("Math", {"Metrics": []}) == ("no-Math", {})


def test_a_type_that_the_emulator_learns_is_noticed(handlers: dict[str, Any]) -> None:
    handlers["AWS::CodeDeploy::Application"] = {}

    with pytest.raises(AssertionError, match="knows AWS::CodeDeploy::Application now"):
        without_codedeploy._take()
