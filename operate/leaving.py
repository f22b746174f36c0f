"""Deleting a stack: what has to be empty is emptied, what stays on purpose is named with the commands that remove it.

Each step finds out what is left to do, so that the same command goes on where it was stopped.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError
from tqdm import tqdm

from operate.service import NoStack, Service

_EDGE_REGION = "us-east-1"  # where a delivery stack is (docs/delivery.md)
_AT_ONCE = 1000  # objects of one call (Amazon S3 API reference, DeleteObjects)
_TRIES = 3  # uploads may arrive between emptying and deleting
_PATIENCE = 45 * 60  # seconds; CloudFront takes its time to disable a distribution


def delete_stack(service: Service, options: argparse.Namespace) -> str:
    """Raises NoStack, and RuntimeError when it is not confirmed or CloudFormation cannot delete a stack."""
    stacks = [stack for stack in (_delivery(service), _service(service)) if stack.found()]
    if not any(stack.name == service.name for stack in stacks) or not service.outputs:
        raise NoStack(f"There is no stack {service.name!r} here.")
    if options.dry_run:
        return "\n".join(line for stack in stacks for line in stack.described()) + "\n" + _stays(service)
    _confirm(service.name, options.yes)
    stays = _stays(service)  # asked now, because the answers go with the stack
    for stack in stacks:
        stack.delete()
    return f"{' and '.join(stack.name for stack in stacks)} deleted.\n{stays}"


def _confirm(name: str, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise RuntimeError(f"This deletes {name} and every original in it. Say so with --yes.")
    if input(f"This deletes {name} and every original in it. Type the stack's name to go on: ") != name:
        raise RuntimeError("Nothing was deleted.")


class _Stack:
    """One stack that is to go, with the buckets that CloudFormation deletes only when they are empty."""

    def __init__(self, service: Service, name: str, region: str | None, buckets: tuple[str, ...]):
        self.name, self._buckets = name, buckets
        self._cloudformation = service.client("cloudformation", region)
        self._s3 = service.client("s3", region)

    def found(self) -> dict[str, Any] | None:
        """As describe_stacks has it, or None when it is gone."""
        try:
            stack: dict[str, Any] = self._cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return None if stack["StackStatus"] == "DELETE_COMPLETE" else stack

    def buckets(self) -> list[str]:
        """Those that are still there."""
        pages = self._cloudformation.get_paginator("list_stack_resources").paginate(StackName=self.name)
        return [
            each["PhysicalResourceId"]
            for page in pages
            for each in page["StackResourceSummaries"]
            if each["LogicalResourceId"] in self._buckets and each["ResourceStatus"] != "DELETE_COMPLETE"
        ]

    def described(self) -> Iterator[str]:
        yield f"The stack {self.name} would be deleted."
        for bucket in self.buckets():
            count = sum(len(page) for page in self._contents(bucket))
            yield f"The bucket {bucket} would be emptied of {count} objects."

    def delete(self) -> None:
        """Raises RuntimeError with what CloudFormation says."""
        for _ in range(_TRIES):
            for bucket in self.buckets():
                self._empty(bucket)
            self._cloudformation.delete_stack(StackName=self.name)
            if (reason := self._end()) is None:
                return
        raise RuntimeError(f"{self.name} cannot be deleted: {reason}")

    def _empty(self, bucket: str) -> None:
        with tqdm(desc=bucket, unit=" objects", disable=None) as bar:
            for objects in self._contents(bucket):
                answer = self._s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
                if errors := answer.get("Errors"):
                    raise RuntimeError(f"{bucket}/{errors[0]['Key']} cannot be deleted: {errors[0].get('Message', '')}")
                bar.update(len(objects))

    def _contents(self, bucket: str) -> Iterator[list[dict[str, str]]]:
        """All versions and delete markers, as many at a time as one call deletes. Without versioning, the objects."""
        for page in self._s3.get_paginator("list_object_versions").paginate(Bucket=bucket, MaxKeys=_AT_ONCE):
            entries = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
            if entries:
                yield [{"Key": entry["Key"], "VersionId": entry["VersionId"]} for entry in entries]

    def _end(self) -> str | None:
        """Waits until the stack is gone: None, or why it is not."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            found = self.found()
            if found is None:
                return None
            if found["StackStatus"] == "DELETE_FAILED":
                return str(found.get("StackStatusReason", "CloudFormation gives no reason"))
            time.sleep(1)
        return f"it is still being deleted after {_PATIENCE // 60} minutes"


def _service(service: Service) -> _Stack:
    return _Stack(service, service.name, None, ("UploadBucket",))


def _delivery(service: Service) -> _Stack:
    return _Stack(service, f"{service.name}-delivery", _EDGE_REGION, ("SiteBucket", "LogBucket"))


def _stays(service: Service) -> str:
    """What is left on purpose, and how it is removed."""
    resources = service.resources
    lines = ["What stays, because it may be in use, and what removes it:"]
    lines += ["  the thumbnails:", f"    aws s3 rb s3://{service.outputs['ThumbnailBucket']} --force"]
    if role := resources.get("ApiGatewayLogRole"):
        lines += [
            "  the role with which every API of this account and region writes logs; only if no other API logs:",
            "    aws apigateway update-account --patch-operations op=replace,path=/cloudwatchRoleArn,value=''",
            f"    aws iam detach-role-policy --role-name {role} --policy-arn "
            "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs",
            f"    aws iam delete-role --role-name {role}",
        ]
    lines += [
        "  the bucket with which SAM deploys, shared by all SAM applications of this account and region:",
        "    sam delete --stack-name aws-sam-cli-managed-default",
    ]
    return "\n".join(lines)


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser) -> None:
    """The commands of this module."""
    command = commands.add_parser(
        "delete-stack", parents=[common], help="delete the stack, its delivery, and every original; thumbnails stay"
    )
    command.add_argument("--yes", action="store_true", help="do not ask for the stack's name first")
    command.set_defaults(run=delete_stack)
