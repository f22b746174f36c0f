"""The deployed service, accessed with the AWS credentials and the endpoint of the environment."""

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

from operate.stack import Stack
from operate.terminal import say
from thumbs.jobs import attribution, keys, notices
from thumbs.jobs.attribution import Attribution
from thumbs.jobs.notices import Upload

# S3's errors for a copy if the problem is this one object (Amazon S3 API reference, CopyObject, "Error responses").
_OF_ONE_OBJECT = {"NoSuchKey", "InvalidObjectState", "ObjectNotInActiveTierError", "InvalidRequest"}
RUN_SECONDS = 90  # the longest that one conversion takes: ConvertFunction's Timeout in template.yaml
PATIENCE = RUN_SECONDS + 30  # seconds until waiting for a conversion ends: that, and a slow start


class NoStack(Exception):
    """There is no such stack, or it cannot be read. The message is for the operator."""


class Uncopied(Exception):
    """S3 cannot copy this one object: it was deleted, is in an archive, or is larger than 5 GB."""


@dataclass(frozen=True)
class Original:
    """stored: when. Its age decides whether a job without a manifest may still end (ledger.is_closed)."""

    key: str
    stored: datetime


class Service:
    """A deployed stack of template.yaml. Its first use raises NoStack if it cannot be reached."""

    def __init__(self, name: str, region: str | None = None, client: Callable[[str, str | None], Any] | None = None):
        """region: of the stack; None means the environment's. client: instead of boto3's, for (service, region)."""
        self.name, self._region, self._client = name, region, client or self._boto3

    def client(self, service: str, region: str | None = None) -> Any:
        """region: another one than the stack's."""
        return self._client(service, region or self._region)

    def _boto3(self, service: str, region: str | None) -> Any:
        try:  # boto3 does not read AWS_REGION, unlike other SDKs
            return boto3.client(service, region_name=region or os.environ.get("AWS_REGION") or None)
        except NoRegionError as error:
            raise NoStack(f"In which region is the stack {self.name!r}? Set --region or AWS_REGION.") from error

    @property
    def region(self) -> str:
        """The stack's, such as eu-central-1."""
        return str(self.client("cloudformation").meta.region_name)

    def stack(self, say: Callable[[str], None] = say, pause: float = 5) -> Stack:
        """The same as any other CloudFormation stack."""
        return Stack(self.client, self.name, say, pause)

    @cached_property
    def _found(self) -> dict[str, Any] | None:
        """As in describe_stacks, or None."""
        try:
            return self.stack().found()
        except NoCredentialsError:
            raise
        except (BotoCoreError, ClientError) as error:
            raise NoStack(f"The stack {self.name!r} cannot be read: {error}") from error

    @property
    def exists(self) -> bool:
        """Whether it is more than a draft. Raises NoStack if AWS cannot be reached."""
        return self._found is not None and self.status != "REVIEW_IN_PROGRESS"

    @property
    def status(self) -> str:
        """CloudFormation's, such as UPDATE_COMPLETE; empty if there is no stack."""
        return str((self._found or {}).get("StackStatus", ""))

    @property
    def is_changing(self) -> bool:
        """Whether CloudFormation is working on it."""
        return self.exists and self.status.endswith("IN_PROGRESS")

    @property
    def _stack(self) -> dict[str, Any]:
        if self._found is None or not self.exists:
            raise NoStack(
                f"There is no stack {self.name!r} in {self.region}. Name it with --stack-name and its region with "
                "--region, or deploy it first: make deploy."
            )
        if self.status == "ROLLBACK_COMPLETE":
            raise NoStack(
                f"The first deployment of {self.name!r} failed (ROLLBACK_COMPLETE). Delete what it left, then deploy "
                f"again: python -m operate delete-stack --stack-name {self.name}"
            )
        return self._found

    @property
    def parameters(self) -> dict[str, str]:
        """Values by name."""
        return {each["ParameterKey"]: each["ParameterValue"] for each in self._stack.get("Parameters", ())}

    @cached_property
    def resources(self) -> dict[str, str]:
        """Physical ids by logical id. Raises NoStack like outputs."""
        return self.stack().resources() if self.outputs else {}

    @cached_property
    def outputs(self) -> dict[str, str]:
        """Values by name."""
        found = {output["OutputKey"]: output["OutputValue"] for output in self._stack.get("Outputs", ())}
        if "RedriveFunction" not in found:
            raise NoStack(f"The stack {self.name!r} is not an image-thumbnails service: it has no RedriveFunction.")
        return found

    def parked(self) -> int:
        """The approximate number of conversions in the dead-letter queue."""
        answer = self.client("sqs").get_queue_attributes(
            QueueUrl=self.outputs["ConversionDeadLetterQueue"], AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])

    def redrive(self, most: int) -> dict[str, Any]:
        """Redrive at most this many parked conversions: {"redriven", "jobs", "left"}. Raises RuntimeError."""
        return self._invoke(self.outputs["RedriveFunction"], {"max": most}, "redrive")

    def _invoke(self, function: str, event: dict[str, Any], name: str) -> dict[str, Any]:
        answer = self.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event).encode())
        content: dict[str, Any] = json.load(answer["Payload"])
        if "FunctionError" in answer:
            raise RuntimeError(f"{name} failed: {content.get('errorMessage')}")
        return content

    def originals(self, after: str = "") -> Iterator[Original]:
        """All originals that still exist, in the order of their keys, beginning after the given one."""
        pages = self.client("s3").get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.outputs["UploadBucket"], Prefix=keys.UPLOADS, StartAfter=after):
            yield from (Original(entry["Key"], entry["LastModified"]) for entry in page.get("Contents", ()))

    def again(self, original: Original) -> dict[str, Any]:
        """The event that makes convert process an original again, whatever its manifest says."""
        bucket, job = self.outputs["UploadBucket"], keys.job_of(original.key)
        return notices.event([Upload(bucket, original.key, job, again=True, time=original.stored)])

    def convert_again(self, original: Original) -> None:
        """Invoke convert for an original again, without waiting for it."""
        self.client("lambda").invoke(
            FunctionName=self.outputs["ConvertFunction"],
            InvocationType="Event",
            Payload=json.dumps(self.again(original)).encode(),
        )

    def objects(self, bucket: str, prefix: str) -> Iterator[tuple[str, int]]:
        """Key and size in bytes of every object under a prefix of any bucket."""
        for page in self.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            yield from ((entry["Key"], entry["Size"]) for entry in page.get("Contents", ()))

    def take_over(self, bucket: str, key: str, job: str) -> None:
        """Copy an object into the upload bucket, which starts its conversion. Nothing passes through this machine.

        Raises Uncopied.
        """
        try:
            self.client("s3").copy_object(
                Bucket=self.outputs["UploadBucket"], Key=keys.original(job), CopySource={"Bucket": bucket, "Key": key}
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _OF_ONE_OBJECT:
                raise Uncopied(error) from error
            raise

    def convert(self, content: bytes, job: str) -> dict[str, Any]:
        """Put a file into the upload bucket and wait for its manifest. Raises RuntimeError if it takes too long."""
        self.client("s3").put_object(Bucket=self.outputs["UploadBucket"], Key=keys.original(job), Body=content)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if manifest := self._manifest(job):
                return manifest
            time.sleep(0.5)
        raise RuntimeError(f"The job {job} has no manifest after {PATIENCE} seconds. Convert's log says why.")

    def _manifest(self, job: str) -> dict[str, Any] | None:
        s3 = self.client("s3")
        try:
            answer = s3.get_object(Bucket=self.outputs["ThumbnailBucket"], Key=keys.manifest(job))
        except s3.exceptions.NoSuchKey:
            return None
        content: dict[str, Any] = json.load(answer["Body"])
        return content

    def has(self, job: str) -> bool:
        """Whether a job's original was copied: it exists, or its conversion has ended in a manifest."""
        key = keys.original(job)
        originals = self.objects(self.outputs["UploadBucket"], key)
        return any(found == key for found, _ in originals) or self._manifest(job) is not None

    def attributions(self, after: str = "") -> Iterator[tuple[str, Attribution]]:
        """Each job and whose it is, in the order of the jobs: of those that have ended, then of those that have not.

        after: begins after this job; of both kinds, because a job may end in the meantime.
        """
        s3, bucket = self.client("s3"), self.outputs["UploadBucket"]
        ended = set()
        for key, _ in self.objects(self.outputs["ThumbnailBucket"], ""):
            job, _, name = key.partition("/")
            if name == keys.MANIFEST and keys.is_job(job) and (manifest := self._manifest(job)):
                ended.add(job)
                if job > after:
                    yield job, Attribution(manifest.get("owner"), manifest.get("reference"))
        for original in self.originals():
            job = keys.job_of(original.key) or ""
            if job and job not in ended:
                try:
                    yield job, attribution.of(s3.head_object(Bucket=bucket, Key=original.key)["Metadata"])
                except ClientError as error:
                    if error.response["Error"]["Code"] != "404":  # it has expired
                        raise

    def erase(self, job: str) -> int:
        """Let the eraser erase a job. Returns how many objects were made of it. Raises RuntimeError."""
        event = notices.event([Upload(self.outputs["UploadBucket"], keys.original(job), job)])
        answer = self._invoke(self.outputs["EraseFunction"], event, "erase")
        return int(answer["deleted"])

    def convert_version(self) -> str:
        """The version of convert that serves users. Each change of its settings or its code publishes another."""
        answer = self.client("lambda").get_alias(FunctionName=self.convert_function, Name="live")
        version: str = answer["FunctionVersion"]
        return version

    @property
    def convert_function(self) -> str:
        """The ARN of the function itself, without the alias of the output."""
        return self.outputs["ConvertFunction"].removesuffix(":live")

    def memory(self) -> int:
        """The memory of convert, in MB."""
        answer = self.client("lambda").get_function_configuration(FunctionName=self.convert_function)
        return int(answer["MemorySize"])
