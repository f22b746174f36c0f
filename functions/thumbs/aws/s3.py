"""S3: one object at a time, read and written under conditions.

Refused requests raise botocore's ClientError, requests without a response its HTTPClientError. Failures with a specific
meaning have their own exceptions here.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError, HTTPClientError

from thumbs.aws import clients

# A failed request: refused, or without a response. A write without a response may have taken effect.
ERRORS = (ClientError, HTTPClientError)

_ATTEMPTS = 3  # for a write that conflicts with another write of the same object


@dataclass(frozen=True)
class Object:
    """etag: as S3 gives it, in quotes. metadata: the user-defined part. modified: when it was written."""

    content: bytes
    etag: str
    metadata: dict[str, str]
    modified: datetime


@dataclass(frozen=True)
class Listed:
    """An object in a listing. size: bytes. modified: when it was written."""

    key: str
    size: int
    modified: datetime


class Changed(Exception):
    """The object's content differs from the requested one."""


class TooLarge(Exception):
    """The object is larger than the caller accepts. size: bytes."""

    def __init__(self, size: int):
        super().__init__(f"{size} bytes")
        self.size = size


def condition_failed(error: Exception) -> bool:
    """Whether S3 refused a request because its condition did not hold (412)."""
    return clients.code(error) == "PreconditionFailed"


def access_denied(error: Exception) -> bool:
    """Whether S3 refused a request because its caller lacks a permission (403)."""
    return clients.code(error) == "AccessDenied"


def read(bucket: str, key: str, *, etag: str | None = None, limit: int | None = None) -> Object | None:
    """An object, or None if there is none.

    etag: without quotes; raises Changed if the object's differs. limit: bytes; raises TooLarge if the object is larger.
    In both cases the object is not read.
    """
    condition = {"IfMatch": f'"{etag}"'} if etag else {}
    try:
        answer = clients.client("s3").get_object(Bucket=bucket, Key=key, **condition)
    except ClientError as error:
        if clients.code(error) == "NoSuchKey":
            return None
        if condition_failed(error):
            raise Changed from error
        raise
    if limit is not None and answer["ContentLength"] > limit:
        answer["Body"].close()
        raise TooLarge(answer["ContentLength"])
    return Object(answer["Body"].read(), answer["ETag"], answer["Metadata"], answer["LastModified"])


def etag(bucket: str, key: str) -> str | None:
    """The ETag of the current object, without quotes, or None if there is none."""
    found = _head(bucket, key)
    return found["ETag"].strip('"') if found else None


def metadata(bucket: str, key: str) -> dict[str, str] | None:
    """The user-defined metadata of the current object, or None if there is none."""
    found = _head(bucket, key)
    return found["Metadata"] if found else None


def _head(bucket: str, key: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = clients.client("s3").head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if clients.code(error) == "404":  # HEAD has no body that could contain NoSuchKey
            return None
        raise
    return found


def create(bucket: str, key: str, content: bytes, **options: Any) -> bool:
    """Write an object unless the key is taken. Returns whether it was written. options: of PutObject."""
    try:
        write(bucket, key, content, IfNoneMatch="*", **options)
    except ClientError as error:
        if not condition_failed(error):
            raise
        return False
    return True


def write(bucket: str, key: str, content: bytes, **options: Any) -> str:
    """Write an object. Returns its ETag, in quotes. options: of PutObject, including conditions.

    A conflict (409) means that another write of the same object is in progress, which may still fail. So S3 requests
    another attempt (Amazon S3 user guide, "Conditional write behavior").
    """
    attempts_left = _ATTEMPTS
    while True:
        attempts_left -= 1
        try:
            answer = clients.client("s3").put_object(Bucket=bucket, Key=key, Body=content, **options)
        except ClientError as error:
            if clients.code(error) != "ConditionalRequestConflict" or not attempts_left:
                raise
        else:
            etag: str = answer["ETag"]
            return etag


def exists(bucket: str, key: str) -> bool:
    """Whether an object exists. Needs no permission to read it."""
    return written(bucket, key) is not None


def written(bucket: str, key: str) -> datetime | None:
    """When an object was written, or None if there is none. Lists its exact key, so no permission to read it is
    needed."""
    listing = clients.client("s3").list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1)
    return next((entry["LastModified"] for entry in listing.get("Contents", ()) if entry["Key"] == key), None)


def untag(bucket: str, key: str) -> None:
    """Remove all tags of an object, if it exists."""
    try:
        clients.client("s3").delete_object_tagging(Bucket=bucket, Key=key)
    except ClientError as error:
        if clients.code(error) != "NoSuchKey":
            raise


def keys(bucket: str, prefix: str) -> list[str]:
    """The first 1000 keys with a prefix."""
    listing = clients.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)
    return [entry["Key"] for entry in listing.get("Contents", ())]


def page(bucket: str, after: str) -> tuple[list[Listed], bool]:
    """Up to 1000 objects in the order of their keys, and whether there are more. after: begins after this key; "" for
    the first."""
    listing = clients.client("s3").list_objects_v2(Bucket=bucket, **({"StartAfter": after} if after else {}))
    found = [Listed(entry["Key"], entry["Size"], entry["LastModified"]) for entry in listing.get("Contents", ())]
    return found, listing["IsTruncated"]


def delete(bucket: str, *names: str) -> None:
    """Delete up to 1000 objects. Raises RuntimeError if S3 could not delete one, which only its response shows."""
    objects = {"Objects": [{"Key": name} for name in names], "Quiet": True}
    if names:
        answer = clients.client("s3").delete_objects(Bucket=bucket, Delete=objects)
        if "Errors" in answer:
            raise RuntimeError(f"not deleted: {answer['Errors']}")
