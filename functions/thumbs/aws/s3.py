"""S3: one object at a time, read and written under conditions.

Refused requests raise Refused, requests without a response Unanswered. Failures with a specific meaning have their own
exceptions here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import unquote_plus

from thumbs.aws import connections, rest
from thumbs.aws.connections import Answer, TooLarge, Unanswered
from thumbs.aws.rest import Refused

__all__ = ["ERRORS", "Changed", "Refused", "TooLarge", "Unanswered"]

# A failed request: refused, or without a response. A write without a response may have taken effect.
ERRORS = (Refused, Unanswered)

# Options of PutObject, and the headers that they are.
_HEADERS = {
    "ContentType": "content-type",
    "CacheControl": "cache-control",
    "Tagging": "x-amz-tagging",
    "IfMatch": "if-match",
    "IfNoneMatch": "if-none-match",
}

T = TypeVar("T")

_LONGEST_LISTING = 8_000_000  # bytes; 1000 keys with 1024 bytes each, three for one when encoded, have less than 4 MB

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


def condition_failed(error: Exception) -> bool:
    """Whether S3 refused a request because its condition did not hold (412)."""
    return _code(error) == "PreconditionFailed"


def access_denied(error: Exception) -> bool:
    """Whether S3 refused a request because its caller lacks a permission (403)."""
    return _code(error) == "AccessDenied"


def prepare() -> None:
    """Do at the start of a function what the first request would do."""
    connections.prepare()


def read(bucket: str, key: str, *, etag: str | None = None, limit: int = rest.LONGEST) -> Object | None:
    """An object, or None if there is none.

    etag: without quotes; raises Changed if the object's differs. limit: bytes; raises TooLarge if the object is larger.
    In both cases the object is not read.
    """
    headers = {"x-amz-checksum-mode": "ENABLED"} | ({"if-match": f'"{etag}"'} if etag else {})
    try:
        return rest.send("GET", bucket, key, _object, headers=headers, most=limit)
    except Refused as error:
        if error.code == "NoSuchKey":
            return None
        if condition_failed(error):
            raise Changed from error
        raise


def etag(bucket: str, key: str) -> str | None:
    """The ETag of the current object, without quotes, or None if there is none."""
    found = _head(bucket, key, _etag)
    return found.strip('"') if found else None


def metadata(bucket: str, key: str) -> dict[str, str] | None:
    """The user-defined metadata of the current object, or None if there is none."""
    return _head(bucket, key, _metadata)


def create(bucket: str, key: str, content: bytes, **options: Any) -> bool:
    """Write an object unless the key is taken. Returns whether it was written. options: of PutObject."""
    try:
        write(bucket, key, content, IfNoneMatch="*", **options)
    except Refused as error:
        if not condition_failed(error):
            raise
        return False
    return True


def write(bucket: str, key: str, content: bytes, metadata: dict[str, str] | None = None, **options: str) -> str:
    """Write an object. Returns its ETag, in quotes. metadata: user-defined. options: of PutObject, with conditions.

    A conflict (409) means that another write of the same object is in progress, which may still fail. So S3 requests
    another attempt (Amazon S3 user guide, "Conditional write behavior").
    """
    headers = {_HEADERS[name]: value for name, value in options.items()}
    headers |= {f"x-amz-meta-{name.lower()}": value for name, value in (metadata or {}).items()}
    attempts_left = _ATTEMPTS
    while True:
        attempts_left -= 1
        try:
            return rest.send("PUT", bucket, key, _etag, headers=headers, body=content)
        except Refused as error:
            if error.code != "ConditionalRequestConflict" or not attempts_left:
                raise


def exists(bucket: str, key: str) -> bool:
    """Whether an object exists. Needs no permission to read it."""
    return written(bucket, key) is not None


def written(bucket: str, key: str) -> datetime | None:
    """When an object was written, or None if there is none. Lists its exact key, so no permission to read it is
    needed."""
    found, _ = _list(bucket, {"prefix": key, "max-keys": "1"})
    return next((entry.modified for entry in found if entry.key == key), None)


def untag(bucket: str, key: str) -> None:
    """Remove all tags of an object, if it exists."""
    try:
        rest.send("DELETE", bucket, key, _nothing, query={"tagging": ""})
    except Refused as error:
        if error.code != "NoSuchKey":
            raise


def keys(bucket: str, prefix: str) -> list[str]:
    """The first 1000 keys with a prefix."""
    found, _ = _list(bucket, {"prefix": prefix})
    return [entry.key for entry in found]


def page(bucket: str, after: str) -> tuple[list[Listed], bool]:
    """Up to 1000 objects in the order of their keys, and whether there are more. after: begins after this key; "" for
    the first."""
    return _list(bucket, {"start-after": after} if after else {})


def delete(bucket: str, *names: str) -> None:
    """Delete up to 1000 objects. Raises RuntimeError if S3 could not delete one, which only its response shows."""
    from xml.sax.saxutils import escape  # here, because most calls need no XML

    if names:
        special = {"\r": "&#13;", "\n": "&#10;"}
        objects = "".join(f"<Object><Key>{escape(name, special)}</Key></Object>" for name in names)
        body = f'<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{objects}<Quiet>true</Quiet></Delete>'
        headers = {"content-type": "application/xml"}
        query = {"delete": ""}
        if errors := rest.send("POST", bucket, "", _failures, query=query, headers=headers, body=body.encode()):
            raise RuntimeError(f"not deleted: {errors}")


def _head(bucket: str, key: str, understand: Callable[[Answer], T]) -> T | None:
    try:
        return rest.send("HEAD", bucket, key, understand)
    except Refused as error:
        if error.code == "404":  # HEAD has no body that could contain NoSuchKey
            return None
        raise


# What answers say: KeyError, TypeError or ValueError mean that they are none of S3's (see rest.send).


def _nothing(_answer: Answer) -> None:
    """That S3 has accepted the request is all."""


def _etag(answer: Answer) -> str:
    return answer.headers["etag"]


def _metadata(answer: Answer) -> dict[str, str]:
    prefix = "x-amz-meta-"
    return {name[len(prefix) :]: value for name, value in answer.headers.items() if name.startswith(prefix)}


def _object(answer: Answer) -> Object:
    modified = parsedate_to_datetime(answer.headers["last-modified"])
    return Object(answer.content, _etag(answer), _metadata(answer), modified)


def _list(bucket: str, query: dict[str, str]) -> tuple[list[Listed], bool]:
    """The objects, and whether there are more. Keys are encoded, because XML cannot contain every character of them."""
    query = {"list-type": "2", "encoding-type": "url", **query}
    return rest.send("GET", bucket, "", _listing, query=query, most=_LONGEST_LISTING)


def _listing(answer: Answer) -> tuple[list[Listed], bool]:
    listing = rest.document(answer, "ListBucketResult")
    found = [
        Listed(
            unquote_plus(entry.findtext("{*}Key")),
            int(entry.findtext("{*}Size")),
            datetime.fromisoformat(entry.findtext("{*}LastModified")),
        )
        for entry in listing.iterfind("{*}Contents")
    ]
    return found, listing.findtext("{*}IsTruncated") == "true"


def _failures(answer: Answer) -> list[dict[str, str]]:
    result = rest.document(answer, "DeleteResult")
    return [{part.tag.rpartition("}")[2]: part.text for part in each} for each in result.iterfind("{*}Error")]


def _code(error: Exception) -> str:
    return error.code if isinstance(error, Refused) else ""
