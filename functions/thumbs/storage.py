"""All that is read from and written to AWS: originals, thumbnails, manifests, dead letters, and what a release is
verified with. The only door to boto3.

Errors of AWS are raised as botocore raises them (ClientError); what means something to the service is named here.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError

from thumbs import formats, keys, settings
from thumbs.errors import Reason, Rejected
from thumbs.manifest import Manifest
from thumbs.notices import Upload

# A thumbnail's content never changes under its key, so whoever holds it may keep it for a year (RFC 9111, RFC 8246).
_FOR_EVER = "public, max-age=31536000, immutable"
# Of a write that meets another one of the same object.
_TRIES = 3


@dataclass(frozen=True)
class Stored:
    """A manifest as it lies in the bucket. etag: names this very content, for replacing it and no other."""

    manifest: Manifest
    etag: str


@dataclass(frozen=True)
class DeadLetter:
    """A parked conversion. body: as the queue holds it. receipt: the right to delete it."""

    body: str
    receipt: str


class Overtaken(Exception):
    """Another run has written this job's manifest in the meantime."""


class CallFailed(Exception):
    """A version of a function raised an error. Says which."""


class TooSlow(CallFailed):
    """A version of a function did not answer in time."""


@cache
def _client(service: str) -> Any:
    # Standard retries with short timeouts: the function's own timeout and Lambda's retries are the outer ring.
    config = Config(retries={"mode": "standard", "max_attempts": 3}, connect_timeout=2, read_timeout=10)
    return boto3.client(service, config=config)


def original(upload: Upload) -> bytes | None:
    """The uploaded file, or None when it is gone: deleted by its uploader or by the lifecycle.

    Raises Rejected for a file that is larger than what may be uploaded: one that came into the bucket by another way
    than a signed form. It is not read.
    """
    try:
        answer = _client("s3").get_object(Bucket=upload.bucket, Key=upload.key)
    except ClientError as error:
        if _code(error) == "NoSuchKey":
            return None
        raise
    if answer["ContentLength"] > settings.current().max_upload_bytes:
        answer["Body"].close()
        limit = settings.current().max_upload_megabytes
        raise Rejected(Reason.TOO_LARGE, f"{answer['ContentLength']} bytes", limit=limit)
    content: bytes = answer["Body"].read()
    return content


def is_uploaded(job: str) -> bool:
    """Whether the original of a job is there, told by listing its exact key: this needs no right to read it."""
    key = keys.upload(job)
    listing = _client("s3").list_objects_v2(Bucket=settings.current().upload_bucket, Prefix=key, MaxKeys=1)
    return any(entry["Key"] == key for entry in listing.get("Contents", ()))


def manifest(job: str) -> Stored | None:
    """The manifest of a job, or None while there is none."""
    try:
        answer = _client("s3").get_object(Bucket=settings.current().thumbnail_bucket, Key=keys.manifest(job))
    except ClientError as error:
        if _code(error) == "NoSuchKey":
            return None
        raise
    return Stored(json.loads(answer["Body"].read()), answer["ETag"])


def commit(manifest: Manifest, replacing: Stored | None) -> None:
    """Write a job's manifest, if it still has none, or still the one that is being replaced.

    Raises Overtaken when another run was first: then that run's manifest stands, and this one changes nothing.
    """
    condition = {"IfMatch": replacing.etag} if replacing else {"IfNoneMatch": "*"}
    try:
        _put(
            keys.manifest(manifest["job"]),
            json.dumps(manifest, separators=(",", ":")).encode(),
            ContentType="application/json",
            CacheControl="no-cache",  # a failed manifest may be replaced
            **condition,
        )
    except ClientError as error:
        if _code(error) == "PreconditionFailed":  # there is one, or another one
            raise Overtaken(manifest["job"]) from error
        raise


def put_thumbnail(job: str, size: str, output: formats.Output, content: bytes) -> str:
    """Store a thumbnail and return its key, whose content will never change: the key is made of the content."""
    key = keys.thumbnail(job, size, output.extension, content)
    try:
        _put(key, content, ContentType=output.content_type, CacheControl=_FOR_EVER, IfNoneMatch="*")
    except ClientError as error:
        if _code(error) != "PreconditionFailed":  # it is there: an earlier attempt, or a duplicate event
            raise
    return key


def _put(key: str, content: bytes, **options: str) -> None:
    """Write an object of the thumbnail bucket.

    A conflict (409) says that somebody is writing it at this very moment, and not that he will succeed: S3 wants it to
    be tried again (Amazon S3 user guide, "Conditional write behavior").
    """
    for tries_left in reversed(range(_TRIES)):
        try:
            _client("s3").put_object(Bucket=settings.current().thumbnail_bucket, Key=key, Body=content, **options)
            return
        except ClientError as error:
            if _code(error) != "ConditionalRequestConflict" or not tries_left:
                raise


def dead_letters(limit: int) -> Iterator[DeadLetter]:
    """Up to limit parked conversions. Each is hidden from others while it is in hand, and stays until it is deleted."""
    while limit > 0:
        answer = _client("sqs").receive_message(
            QueueUrl=settings.current().dead_letter_queue_url,
            MaxNumberOfMessages=min(10, limit),  # SQS hands out 10 at most
            WaitTimeSeconds=1,  # asks every server of the queue, so that a short queue is seen whole
        )
        messages = answer.get("Messages", ())
        if not messages:
            return
        for message in messages:
            yield DeadLetter(message["Body"], message["ReceiptHandle"])
        limit -= len(messages)


def delete_dead_letter(letter: DeadLetter) -> None:
    _client("sqs").delete_message(QueueUrl=settings.current().dead_letter_queue_url, ReceiptHandle=letter.receipt)


def dead_letters_left() -> int:
    """About how many conversions are parked and not in anybody's hands."""
    answer = _client("sqs").get_queue_attributes(
        QueueUrl=settings.current().dead_letter_queue_url, AttributeNames=["ApproximateNumberOfMessages"]
    )
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])


def convert_again(event: dict[str, Any]) -> None:
    """Hand an S3 event to the conversion once more, asynchronously: with its own retries and its own dead letter."""
    _client("lambda").invoke(
        FunctionName=settings.current().convert_function, InvocationType="Event", Payload=json.dumps(event).encode()
    )


def put_probe(job: str, content: bytes) -> Upload:
    """Store a golden picture where no bucket notifies anybody of it."""
    bucket, key = settings.current().thumbnail_bucket, keys.probe(job)
    _client("s3").put_object(Bucket=bucket, Key=key, Body=content)
    return Upload(bucket, key, job)


def made(job: str) -> dict[str, bytes]:
    """Every object of a job in the thumbnail bucket, by its key."""
    bucket = settings.current().thumbnail_bucket
    return {key: _client("s3").get_object(Bucket=bucket, Key=key)["Body"].read() for key in _keys(job)}


def delete_probe(job: str) -> None:
    """Delete a golden picture and all that was made of it."""
    _delete(keys.probe(job), *_keys(job))


def delete_upload(job: str) -> None:
    """Delete an original and all that was made of it."""
    _client("s3").delete_object(Bucket=settings.current().upload_bucket, Key=keys.upload(job))
    _delete(*_keys(job))


def _delete(*names: str) -> None:
    """Objects of the thumbnail bucket. Raises RuntimeError for what S3 did not delete, which it says in its answer."""
    objects = {"Objects": [{"Key": name} for name in names], "Quiet": True}
    if names:
        answer = _client("s3").delete_objects(Bucket=settings.current().thumbnail_bucket, Delete=objects)
        if "Errors" in answer:
            raise RuntimeError(f"not deleted: {answer['Errors']}")


def _keys(job: str) -> list[str]:
    """The objects of a job: its manifest and its thumbnails. Up to 1000 of each kind, which one listing holds."""
    bucket, found = settings.current().thumbnail_bucket, []
    for place in (job, keys.folder(job)):
        listing = _client("s3").list_objects_v2(Bucket=bucket, Prefix=f"{place}/")
        found += [entry["Key"] for entry in listing.get("Contents", ())]
    return found


def call(version: str, event: dict[str, Any], seconds: float) -> Any:
    """What a version of a function answers. version: its ARN. Raises CallFailed, or TooSlow after so many seconds."""
    try:
        answer = _impatient_lambda(seconds).invoke(FunctionName=version, Payload=json.dumps(event).encode())
    except ReadTimeoutError as error:
        raise TooSlow(f"no answer within {seconds:g} seconds") from error
    payload = json.loads(answer["Payload"].read() or b"null")
    if "FunctionError" in answer:
        raise CallFailed(f"{payload.get('errorType')}: {payload.get('errorMessage')}")
    return payload


@cache
def _impatient_lambda(seconds: float) -> Any:
    # One attempt: a version that answers only when it is asked twice must not pass.
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=seconds)
    return boto3.client("lambda", config=config)


def report_release(deployment: str, hook: str, status: str) -> None:
    """Tell CodeDeploy how a lifecycle hook ended. hook: its execution's id. status: "Succeeded" or "Failed"."""
    _client("codedeploy").put_lifecycle_event_hook_execution_status(
        deploymentId=deployment, lifecycleEventHookExecutionId=hook, status=status
    )


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")
