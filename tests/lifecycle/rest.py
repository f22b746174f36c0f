"""The calls of S3's REST API that the functions make, as calls of the model."""

from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import Any, TypeVar

from botocore.exceptions import ClientError, ReadTimeoutError

from tests.lifecycle.model import S3
from thumbs.aws.connections import Answer, Unanswered
from thumbs.aws.rest import LONGEST, Refused

T = TypeVar("T")

_S3 = S3()


def send(
    method: str,
    bucket: str,
    key: str,
    understand: Callable[[Answer], T],
    *,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    most: int = LONGEST,
) -> T:
    """In place of rest.send, whose retries are inside of a call (see world)."""
    try:
        place = {"Bucket": bucket, **({"Key": key} if key else {})}
        return understand(_sent(method, place, query or {}, headers or {}, body, most))
    except ClientError as error:
        raise Refused(error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]) from error
    except ReadTimeoutError as error:
        raise Unanswered(str(error)) from error


def _sent(
    method: str,
    place: dict[str, str],
    query: Mapping[str, str],
    headers: Mapping[str, str],
    body: bytes,
    most: int,
) -> Answer:
    match method, *query:
        case ["GET"]:
            condition = {"IfMatch": headers["if-match"]} if "if-match" in headers else {}
            found = _S3.get_object(**place, **condition)
            assert found["ContentLength"] <= most
            return _described(found, found["Body"].read())
        case ["HEAD"]:
            return _described(_S3.head_object(**place), b"")
        case ["PUT"]:
            names = {"if-match": "IfMatch", "if-none-match": "IfNoneMatch", "x-amz-tagging": "Tagging"}
            options: Any = {names[name]: value for name, value in headers.items() if name in names}
            written = _S3.put_object(**place, Body=body, Metadata=_metadata(headers), **options)
            return Answer(200, {"etag": written["ETag"]}, b"")
        case ["DELETE", "tagging"]:
            _S3.delete_object_tagging(**place)
            return Answer(204, {}, b"")
        case ["GET", "list-type", *_]:
            assert "start-after" not in query
            listed = _S3.list_objects_v2(place["Bucket"], query.get("prefix", ""), int(query.get("max-keys", 1000)))
            return Answer(200, {}, _listing(listed))
        case ["POST", "delete"]:
            keys = [part.partition("</Key>")[0] for part in body.decode().split("<Key>")[1:]]
            _S3.delete_objects(**place, Delete={"Objects": [{"Key": key} for key in keys]})
            return Answer(200, {}, b"<DeleteResult/>")
    raise AssertionError(f"the model does not know {method} {dict(query)}")


def _metadata(headers: Mapping[str, str]) -> dict[str, str]:
    prefix = "x-amz-meta-"
    return {name.removeprefix(prefix): value for name, value in headers.items() if name.startswith(prefix)}


def _described(found: Any, content: bytes) -> Answer:
    headers = {"etag": found["ETag"]} | {f"x-amz-meta-{name}": value for name, value in found["Metadata"].items()}
    if "LastModified" in found:
        headers["last-modified"] = format_datetime(found["LastModified"], usegmt=True)
    return Answer(200, headers, content)


def _listing(listed: Any) -> bytes:
    def entry(each: dict[str, Any]) -> str:
        modified: datetime = each["LastModified"]
        return (
            f"<Contents><Key>{each['Key']}</Key><Size>{each['Size']}</Size>"
            f"<LastModified>{modified.isoformat()}</LastModified></Contents>"
        )

    entries = "".join(map(entry, listed.get("Contents", ())))
    is_truncated = str(listed["IsTruncated"]).lower()
    return f"<ListBucketResult><IsTruncated>{is_truncated}</IsTruncated>{entries}</ListBucketResult>".encode()
