"""A deployed stack as its operator reaches it: with the AWS credentials, region and endpoint of the environment."""

import hashlib
import json
import os
import time
import uuid
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

UPLOADS = "uploads/"  # as in functions/thumbs/keys.py
# What S3 answers to a copy when the object is to blame (Amazon S3 API reference, CopyObject and "Error responses").
_OF_ONE_OBJECT = {"NoSuchKey", "InvalidObjectState", "ObjectNotInActiveTierError", "InvalidRequest"}
PATIENCE = 120  # seconds until a conversion is given up: its timeout of 90, and a slow start
RUN_SECONDS = 90  # the longest that one run of the conversion takes: its timeout

# What the jobs of probes begin with, as functions/thumbs/keys.py has it: they are not in the users' metrics, and the
# thumbnail bucket's lifecycle deletes what was made of them after a day.
_PROBES = "00000000"


def new_probe() -> str:
    return _PROBES + uuid.uuid4().hex[len(_PROBES) :]


def folder(job: str) -> str:
    """Where the thumbnails of a job lie, as functions/thumbs/keys.py has it."""
    digest = hashlib.sha256(job.encode()).hexdigest()
    return (_PROBES + digest if job.startswith(_PROBES) else digest)[:32]


class NoStack(Exception):
    """There is no such stack, or it cannot be seen. The message is for a person."""


class Uncopied(Exception):
    """S3 does not copy this one object: it has gone, lies in an archive, or is larger than 5 GB."""


class Service:
    """One stack. Raises NoStack when it is first used and cannot be reached."""

    def __init__(self, name: str):
        self.name = name

    def client(self, service: str, region: str | None = None) -> Any:
        """region: another one than the stack's."""
        try:  # boto3 does not read AWS_REGION, unlike other SDKs
            return boto3.client(service, region_name=region or os.environ.get("AWS_REGION") or None)
        except NoRegionError as error:
            raise NoStack(f"Which region is the stack {self.name!r} in? Name it in AWS_REGION.") from error

    @cached_property
    def _stack(self) -> dict[str, Any]:
        try:
            (stack,) = self.client("cloudformation").describe_stacks(StackName=self.name)["Stacks"]
        except NoCredentialsError as error:
            raise NoStack("There are no AWS credentials here: `aws configure` stores some.") from error
        except (BotoCoreError, ClientError) as error:
            raise NoStack(f"The stack {self.name!r} cannot be read: {error}") from error
        found: dict[str, Any] = stack
        return found

    def exists(self) -> bool:
        """Whether there is a stack of this name. Raises NoStack when AWS cannot be asked."""
        try:
            return bool(self._stack)
        except NoStack as problem:
            if "does not exist" in str(problem):
                return False
            raise

    @property
    def parameters(self) -> dict[str, str]:
        return {each["ParameterKey"]: each["ParameterValue"] for each in self._stack.get("Parameters", ())}

    @cached_property
    def resources(self) -> dict[str, str]:
        """Physical ids by logical id."""
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=self.name)
        return {
            each["LogicalResourceId"]: each.get("PhysicalResourceId", "")
            for page in pages
            for each in page["StackResourceSummaries"]
            if each["ResourceStatus"] != "DELETE_COMPLETE"
        }

    @cached_property
    def outputs(self) -> dict[str, str]:
        found = {output["OutputKey"]: output["OutputValue"] for output in self._stack.get("Outputs", ())}
        if "RedriveFunction" not in found:
            raise NoStack(f"The stack {self.name!r} is not an image-thumbnail service: it has no RedriveFunction")
        return found

    def parked(self) -> int:
        """About how many conversions wait in the dead-letter queue."""
        answer = self.client("sqs").get_queue_attributes(
            QueueUrl=self.outputs["ConversionDeadLetterQueue"], AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])

    def redrive(self, most: int) -> dict[str, Any]:
        """Redrive up to so many parked conversions: {"redriven", "jobs", "left"}. Raises RuntimeError."""
        answer = self.client("lambda").invoke(
            FunctionName=self.outputs["RedriveFunction"], Payload=json.dumps({"max": most}).encode()
        )
        content: dict[str, Any] = json.load(answer["Payload"])
        if "FunctionError" in answer:
            raise RuntimeError(f"redrive failed: {content.get('errorMessage')}")
        return content

    def originals(self, after: str = "") -> Iterator[str]:
        """The keys of all originals that are still there, in their order, from one on."""
        pages = self.client("s3").get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.outputs["UploadBucket"], Prefix=UPLOADS, StartAfter=after):
            yield from (entry["Key"] for entry in page.get("Contents", ()))

    def again(self, key: str) -> dict[str, Any]:
        """The event that has an original converted once more, whatever its manifest says."""
        s3 = {"bucket": {"name": self.outputs["UploadBucket"]}, "object": {"key": key}}
        record = {"eventSource": "aws:s3", "eventName": "ObjectCreated:Copy", "s3": s3}
        return {"Records": [record], "again": True}

    def convert_again(self, key: str) -> None:
        """Hand an original to the conversion once more."""
        self.client("lambda").invoke(
            FunctionName=self.outputs["ConvertFunction"],
            InvocationType="Event",
            Payload=json.dumps(self.again(key)).encode(),
        )

    def objects(self, bucket: str, prefix: str) -> Iterator[tuple[str, int]]:
        """Key and bytes of every object below a prefix of any bucket."""
        for page in self.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            yield from ((entry["Key"], entry["Size"]) for entry in page.get("Contents", ()))

    def take_over(self, bucket: str, key: str, job: str) -> None:
        """Copy an object to where uploads are, which converts it. Nothing passes through this machine.

        Raises Uncopied.
        """
        try:
            self.client("s3").copy_object(
                Bucket=self.outputs["UploadBucket"], Key=UPLOADS + job, CopySource={"Bucket": bucket, "Key": key}
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _OF_ONE_OBJECT:
                raise Uncopied(error) from error
            raise

    def convert(self, content: bytes, job: str) -> dict[str, Any]:
        """Put a file where uploads are, and wait for its manifest. Raises RuntimeError when there is none in time."""
        self.client("s3").put_object(Bucket=self.outputs["UploadBucket"], Key=UPLOADS + job, Body=content)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if manifest := self._manifest(job):
                return manifest
            time.sleep(0.5)
        raise RuntimeError(f"The job {job} has no manifest after {PATIENCE} seconds: see convert's log")

    def _manifest(self, job: str) -> dict[str, Any] | None:
        s3 = self.client("s3")
        try:
            answer = s3.get_object(Bucket=self.outputs["ThumbnailBucket"], Key=f"{job}/manifest.json")
        except s3.exceptions.NoSuchKey:
            return None
        content: dict[str, Any] = json.load(answer["Body"])
        return content

    def has(self, job: str) -> bool:
        """Whether the original of a job was taken over: it is there, or what it ended in is."""
        key = UPLOADS + job
        originals = self.objects(self.outputs["UploadBucket"], key)
        return any(found == key for found, _ in originals) or self._manifest(job) is not None

    def made(self, job: str) -> Iterator[str]:
        """The keys of all that was made of an original, the manifest last."""
        last = f"{job}/manifest.json"
        places = [f"{folder(job)}/", f"{job}/"]
        keys = [key for place in places for key, _ in self.objects(self.outputs["ThumbnailBucket"], place)]
        return iter(sorted(keys, key=lambda key: key == last))

    def delete(self, *jobs: str, wait: float = 0) -> None:
        """Delete originals and everything made of them, in the order of "Delete an upload" in docs/runbook.md.

        wait: seconds in which a conversion that has read its original comes to its end. Without, what such a one leaves
        stays: of a probe, until the lifecycle deletes it.
        """
        s3 = self.client("s3")
        for job in jobs:
            s3.delete_object(Bucket=self.outputs["UploadBucket"], Key=UPLOADS + job)
        time.sleep(wait)
        for key in (key for job in jobs for key in self.made(job)):
            s3.delete_object(Bucket=self.outputs["ThumbnailBucket"], Key=key)

    def convert_version(self) -> str:
        """Which version of the conversion serves users. A change of its settings or of its code makes another."""
        answer = self.client("lambda").get_alias(FunctionName=self.convert_function, Name="live")
        version: str = answer["FunctionVersion"]
        return version

    @property
    def convert_function(self) -> str:
        """The ARN of the function itself, without the alias of the output."""
        return self.outputs["ConvertFunction"].removesuffix(":live")

    def memory(self) -> int:
        """MB that the conversion has."""
        answer = self.client("lambda").get_function_configuration(FunctionName=self.convert_function)
        return int(answer["MemorySize"])
