"""Deleting the stack: what is deleted and what remains.

As on AWS, full buckets are not deleted (tests/standins/full_buckets.py).
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dev.emulator import Emulator
from dev.stack import NAME, Stack
from operate import door
from tests.actors.client import Service, wait_for
from tests.actors.operators import operator, said
from tests.standins.ports import free_port

DELIVERY = {"Resources": {name: {"Type": "AWS::S3::Bucket"} for name in ("SiteBucket", "LogBucket")}}


@pytest.fixture
def doomed() -> Iterator[Stack]:
    with Emulator(free_port(), "tests.standins.full_buckets") as emulator:
        deployed = Stack(emulator.url)
        deployed.deploy()
        yield deployed


def delete(deployed: Stack) -> str:
    """How the deletion ends. By id, because a deleted stack has no name any more."""
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


def test_all_goes_but_the_thumbnails_and_the_accounts_log_role(doomed: Stack, tmp_path: Path) -> None:
    uploads, thumbnails = doomed.outputs["UploadBucket"], doomed.outputs["ThumbnailBucket"]
    role, s3 = doomed.resources["ApiGatewayLogRole"], doomed.client("s3")
    s3.put_object(Bucket=thumbnails, Key="job/small.webp", Body=b"thumbnail")
    for number in range(1001):  # one more than a call lists or deletes
        s3.put_object(Bucket=uploads, Key=f"others/{number}", Body=b"x")
    cloudformation = doomed.client("cloudformation")
    cloudformation.create_stack(StackName=f"{NAME}-delivery", TemplateBody=json.dumps(DELIVERY))
    site = cloudformation.describe_stack_resource(StackName=f"{NAME}-delivery", LogicalResourceId="SiteBucket")
    site = site["StackResourceDetail"]["PhysicalResourceId"]
    s3.put_bucket_versioning(Bucket=site, VersioningConfiguration={"Status": "Enabled"})
    for content in (b"one", b"two"):
        s3.put_object(Bucket=site, Key="index.html", Body=content)
    s3.delete_object(Bucket=site, Key="index.html")
    doomed.client("ssm").put_parameter(Name=door.parameter(NAME), Value="of-the-distribution", Type="String")
    operate = operator(Service("", doomed), tmp_path)

    refused = operate("delete-stack")
    assert refused.returncode == 1
    assert refused.stderr == f"This deletes {NAME} and every original in it. Confirm with --yes.\n"
    dry = said(operate("delete-stack", "--dry-run"))
    # The emulator lists the last version of a page once more on the next one.
    assert re.search(rf"The bucket {uploads} would be emptied of 100[12] objects\.", dry)
    assert f"The bucket {site} would be emptied of 3 objects." in dry
    assert {uploads, site} <= buckets(doomed)

    assert f"aws iam delete-role --role-name {role}" in dry

    # CloudFormation alone does not finish, and what it has deleted stays deleted.
    assert delete(doomed) == "DELETE_FAILED"
    assert uploads in buckets(doomed)

    answer = said(operate("delete-stack", "--yes"))
    assert f"\n{NAME}-delivery and {NAME} deleted.\n" in answer
    assert not doomed.client("ssm").describe_parameters()["Parameters"], "the secret of a distribution that is gone"
    assert f"aws s3 rb s3://{thumbnails} --force" in answer
    assert site not in buckets(doomed)
    assert "There is no stack" in operate("delete-stack", "--yes").stderr

    assert thumbnails in buckets(doomed)
    assert uploads not in buckets(doomed)
    assert doomed.client("lambda").list_functions()["Functions"] == []
    assert doomed.client("apigateway").get_rest_apis()["items"] == []
    assert doomed.client("sqs").list_queues().get("QueueUrls", []) == []
    assert doomed.client("logs").describe_log_groups()["logGroups"] == []
    assert [found["RoleName"] for found in doomed.client("iam").list_roles()["Roles"]] == [role]
