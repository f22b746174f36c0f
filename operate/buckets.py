"""The content of a bucket: every version and delete marker, because a bucket with any of them cannot be deleted."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from operate.terminal import progress

_AT_ONCE = 1000  # objects of one call (Amazon S3 API reference, DeleteObjects)


def count(s3: Any, bucket: str) -> int:
    """Versions and delete markers. s3: a boto3 client in the bucket's region."""
    return sum(len(page) for page in _contents(s3, bucket))


def empty(s3: Any, bucket: str) -> None:
    """Delete everything in the bucket, for good. Raises RuntimeError if S3 refuses to delete an object."""
    with progress(None, "objects deleted", bucket) as bar:
        for objects in _contents(s3, bucket):
            answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
            if errors := answer.get("Errors"):
                raise RuntimeError(f"{bucket}/{errors[0]['Key']} cannot be deleted: {errors[0].get('Message', '')}")
            bar.update(len(objects))


def _contents(s3: Any, bucket: str) -> Iterator[list[dict[str, str]]]:
    """Batches of the size that one call deletes. Without versioning, the objects. None if the bucket was deleted."""
    try:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, MaxKeys=_AT_ONCE):
            if entries := [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]:
                yield [{"Key": entry["Key"], "VersionId": entry["VersionId"]} for entry in entries]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucket":
            raise
