"""Events of S3, and what is left of them in a dead letter."""

import json
from typing import Any

import pytest

from thumbs.jobs import notices
from thumbs.jobs.notices import Upload

JOB = "3" * 32


def record(key: str, **changed: Any) -> dict[str, Any]:
    s3 = {"bucket": {"name": "bucket"}, "object": {"key": key}}
    return {"eventSource": "aws:s3", "eventName": "ObjectCreated:Post", "s3": s3} | changed


def test_every_record_is_read() -> None:
    event = {"Records": [record(f"uploads/{JOB}"), record("uploads/other")]}

    assert notices.uploads(event) == [
        Upload("bucket", f"uploads/{JOB}", JOB),
        Upload("bucket", "uploads/other", None),
    ]


@pytest.mark.parametrize(
    ("key", "decoded"),
    [
        ("uploads/a+b", "uploads/a b"),
        ("uploads/a%2Bb", "uploads/a+b"),
        ("uploads/a%252Bb", "uploads/a%2Bb"),
        ("uploads/%C3%BC", "uploads/ü"),
    ],
)
def test_a_key_is_decoded_once(key: str, decoded: str) -> None:
    assert notices.uploads({"Records": [record(key)]})[0].key == decoded


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"Service": "Amazon S3", "Event": "s3:TestEvent"},
        {"Records": []},
        {"Records": [record("uploads/x", eventName="ObjectRemoved:Delete")]},
        {"Records": [record("uploads/x", eventSource="aws:sqs")]},
    ],
)
def test_what_tells_of_no_upload_gives_none(event: dict[str, Any]) -> None:
    assert notices.uploads(event) == []


EVENT = {"Records": [record(f"uploads/{JOB}")]}


@pytest.mark.parametrize(
    "message",
    [
        EVENT,
        {"requestPayload": EVENT, "requestContext": {"condition": "RetriesExhausted"}},
        {"Type": "Notification", "Message": json.dumps(EVENT)},
        {"Type": "Notification", "Message": json.dumps({"requestPayload": EVENT})},
    ],
)
def test_every_wrapping_of_a_dead_letter_is_undone(message: dict[str, Any]) -> None:
    assert notices.unwrap(json.dumps(message)) == EVENT
    assert [*notices.given_up({"Records": [{"Sns": {"Message": json.dumps(message)}}]})] == [EVENT]
