"""Deleting the stack: what goes and what stays.

That CloudFormation refuses to delete a bucket that holds something cannot be shown here: see test_gaps.py.
"""

from collections.abc import Iterator

import pytest

from dev.emulator import Emulator
from dev.stack import NAME, Stack
from tests.conftest import free_port
from tests.journeys import wait_for


@pytest.fixture
def doomed() -> Iterator[Stack]:
    with Emulator(free_port()) as emulator:
        deployed = Stack(emulator.url)
        deployed.deploy()
        yield deployed


def delete(deployed: Stack) -> str:
    """How the deletion ends. By its id, for a stack that is gone has no name any more."""
    cloudformation = deployed.client("cloudformation")
    (stack,) = cloudformation.describe_stacks(StackName=NAME)["Stacks"]
    cloudformation.delete_stack(StackName=NAME)

    def ended() -> str | None:
        (found,) = cloudformation.describe_stacks(StackName=stack["StackId"])["Stacks"]
        status: str = found["StackStatus"]
        return None if status.endswith("IN_PROGRESS") else status

    return wait_for(ended, "end of the deletion")


def buckets(deployed: Stack) -> set[str]:
    return {bucket["Name"] for bucket in deployed.client("s3").list_buckets()["Buckets"]}


def test_all_goes_but_the_thumbnails_and_the_accounts_log_role(doomed: Stack) -> None:
    uploads, thumbnails = doomed.outputs["UploadBucket"], doomed.outputs["ThumbnailBucket"]
    role = doomed.resources["ApiGatewayLogRole"]
    doomed.client("s3").put_object(Bucket=thumbnails, Key="job/small.webp", Body=b"thumbnail")

    assert delete(doomed) == "DELETE_COMPLETE"

    assert thumbnails in buckets(doomed)
    assert uploads not in buckets(doomed)
    assert doomed.client("lambda").list_functions()["Functions"] == []
    assert doomed.client("apigateway").get_rest_apis()["items"] == []
    assert doomed.client("sqs").list_queues().get("QueueUrls", []) == []
    assert doomed.client("logs").describe_log_groups()["logGroups"] == []
    assert [found["RoleName"] for found in doomed.client("iam").list_roles()["Roles"]] == [role]
