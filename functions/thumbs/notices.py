"""What S3 says about uploads, and what is left of it when a conversion is dead-lettered."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from thumbs import keys


@dataclass(frozen=True)
class Upload:
    """One uploaded original.

    key: decoded. job: None when the key is not one of ours. again: somebody wants it converted once more, whatever its
    manifest says, because the sizes have changed for example; S3 itself never says so.
    """

    bucket: str
    key: str
    job: str | None
    again: bool = False


def uploads(event: dict[str, Any]) -> list[Upload]:
    """Every upload that an S3 event names; none for S3's test event, which has no records."""
    found = []
    again = event.get("again") is True
    for record in event.get("Records", ()):
        if record.get("eventSource") != "aws:s3" or not record.get("eventName", "").startswith("ObjectCreated:"):
            continue
        key = unquote_plus(record["s3"]["object"]["key"])  # S3 encodes keys as a form does; once
        found.append(Upload(record["s3"]["bucket"]["name"], key, keys.job_of(key), again))
    return found


def dead_letters(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The S3 events inside an SNS event, one for each conversion that was given up."""
    for record in event["Records"]:
        yield unwrap(record["Sns"]["Message"])


def unwrap(message: str) -> dict[str, Any]:
    """The S3 event inside a dead letter.

    A dead-letter queue gets the bare event; an on-failure destination an envelope with the event as its
    "requestPayload"; SNS may put either into a "Message" of its own. All are understood, so that neither the way the
    topic is subscribed nor the kind of failure target matters.
    """
    content: dict[str, Any] = json.loads(message)
    while True:
        if isinstance(content.get("Message"), str):
            content = json.loads(content["Message"])
        elif isinstance(content.get("requestPayload"), dict):
            content = content["requestPayload"]
        else:
            return content
