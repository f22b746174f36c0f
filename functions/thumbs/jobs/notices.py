"""S3's events about uploads, and what remains of them when a conversion is dead-lettered."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from thumbs.jobs import keys

# The content and the order of a write (Amazon S3 user guide, "Event message structure").
_ETAG = re.compile(r"[0-9A-Za-z-]{1,64}")
_SEQUENCER = re.compile(r"[0-9A-Fa-f]{1,64}")


@dataclass(frozen=True)
class Upload:
    """One uploaded original.

    key: decoded. job: None if the key is not one of ours. again: whether an operator wants it converted once more,
    whatever its manifest says, for example because the sizes have changed; S3 itself never sets it. etag, sequencer:
    S3's names for the content and the write; a duplicate of an event has the same sequencer. None if an operator
    requested the conversion, which then covers the current original. time: when the original was stored.
    """

    bucket: str
    key: str
    job: str | None
    again: bool = False
    etag: str | None = None
    sequencer: str | None = None
    time: datetime | None = None


def uploads(event: dict[str, Any], bucket: str | None = None) -> list[Upload]:
    """Every upload that an S3 event names; none for S3's test event, which has no records.

    Raises ValueError, LookupError, TypeError or AttributeError for an event that S3 would not send.

    bucket: the upload bucket; uploads in others are left out. None for the conversion, whose settings cannot name it
    (the bucket depends on the function), and whose role reads no other.
    """
    again = event.get("again") is True
    found = [_upload(record, again) for record in event.get("Records", ()) if _is_upload(record)]
    return [upload for upload in found if bucket is None or (upload.bucket == bucket and not _is_probe(upload))]


def _is_probe(upload: Upload) -> bool:
    return upload.key.startswith(keys.PROBES)


def _is_upload(record: dict[str, Any]) -> bool:
    created: bool = record.get("eventName", "").startswith("ObjectCreated:")
    return created and record.get("eventSource") == "aws:s3"


def _upload(record: dict[str, Any], again: bool) -> Upload:
    s3 = record["s3"]
    written = s3["object"]
    key = unquote_plus(written["key"])  # S3 encodes keys like form data, once
    bucket: str = s3["bucket"]["name"]
    etag, sequencer = _named(written, "eTag", _ETAG), _named(written, "sequencer", _SEQUENCER)
    return Upload(bucket, key, keys.job_of(key), again, etag, sequencer, _time(record.get("eventTime")))


def _time(text: str | None) -> datetime | None:
    time = datetime.fromisoformat(text) if text is not None else None
    if time and time.tzinfo is None:
        raise ValueError("no eventTime")
    return time


def _named(written: dict[str, Any], member: str, form: re.Pattern[str]) -> str | None:
    value: str | None = written.get(member)
    if value is not None and not form.fullmatch(value):
        raise ValueError(f"no {member}")
    return value


def event(uploads: Iterable[Upload]) -> dict[str, Any]:
    """The S3 event for these uploads, with only what the conversion needs, and nothing about the uploader."""
    asked = [*uploads]
    again = {"again": True} if any(upload.again for upload in asked) else {}
    return {"Records": [_record(upload) for upload in asked]} | again


def _record(upload: Upload) -> dict[str, Any]:
    written = {"key": quote_plus(upload.key, safe="/"), "eTag": upload.etag, "sequencer": upload.sequencer}
    known = {name: value for name, value in written.items() if value is not None}
    s3 = {"bucket": {"name": upload.bucket}, "object": known}
    record = {"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": s3}
    if upload.time:
        record["eventTime"] = f"{upload.time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
    return record


def giving_up(event: dict[str, Any]) -> dict[str, Any]:
    """The SNS event inside which report_failure gets an S3 event whose conversion is given up."""
    return {"Records": [{"Sns": {"Message": json.dumps(event)}}]}


def given_up(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The S3 events inside an SNS event, one for each conversion that failed for good."""
    for record in event["Records"]:
        yield unwrap(record["Sns"]["Message"])


def unwrap(message: str) -> dict[str, Any]:
    """The S3 event inside a dead letter.

    A dead-letter queue receives the bare event, an on-failure destination an envelope with the event as its
    "requestPayload", and SNS may put either into its own "Message". All are understood, so that neither the kind of
    subscription nor the kind of failure target matters.
    """
    content: dict[str, Any] = json.loads(message)
    while True:
        if isinstance(content.get("Message"), str):
            content = json.loads(content["Message"])
        elif isinstance(content.get("requestPayload"), dict):
            content = content["requestPayload"]
        else:
            return content
