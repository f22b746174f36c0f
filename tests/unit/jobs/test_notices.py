"""S3's events, and what remains of them in a dead letter."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.material.events import EVENTS, content
from thumbs.jobs import notices
from thumbs.jobs.notices import Upload

JOB = "3" * 32
TIME = datetime(2126, 11, 20, 12, tzinfo=UTC)  # of every event in events/


def record(key: str, **changed: Any) -> dict[str, Any]:
    """A record as S3 sends it, about the object with this key, form-encoded."""
    (sent,) = content("convert.upload")["Records"]
    return {**sent, "s3": {**sent["s3"], "object": {"key": key}}, **changed}


def sent(event: str) -> dict[str, Any]:
    """The S3 event in a file of events/, which may be a dead letter."""
    found: dict[str, Any] = content(event)
    return found if event.startswith("convert.") else next(notices.given_up(found))


def common(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """The values in theirs of the members in ours."""
    both = {name: (value, theirs.get(name)) for name, value in ours.items()}
    return {name: common(a, b) if isinstance(a, dict) and isinstance(b, dict) else b for name, (a, b) in both.items()}


@pytest.mark.parametrize("event", [each for each in EVENTS if each.startswith(("convert.", "report_failure."))])
def test_what_is_made_of_an_event_is_part_of_what_s3_sends(event: str) -> None:
    """So an operator's event contains nothing that S3's would not. Only the kind of creation is lost."""
    theirs = [{**record, "eventName": "ObjectCreated:Put"} for record in sent(event).get("Records", [])]

    ours = notices.event(notices.uploads(sent(event)))["Records"]

    assert ours == [common(*pair) for pair in zip(ours, theirs, strict=True)]
    assert all(each["s3"]["object"].keys() == theirs[0]["s3"]["object"].keys() - {"size"} for each in ours)


def test_every_record_is_read() -> None:
    event = {"Records": [record(f"uploads/{JOB}"), record("uploads/other")]}

    assert notices.uploads(event) == [
        Upload("uploads-bucket", f"uploads/{JOB}", JOB, time=TIME),
        Upload("uploads-bucket", "uploads/other", None, time=TIME),
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


@pytest.mark.parametrize("time", ["2026-11-20T12:00:00.000", "yesterday", "", 7, "9" * 100])
def test_a_time_that_s3_would_not_send_is_refused(time: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        notices.uploads({"Records": [record(f"uploads/{JOB}", eventTime=time)]})


def test_an_event_keeps_the_time_of_its_upload() -> None:
    upload = Upload("uploads-bucket", f"uploads/{JOB}", JOB, time=datetime(2026, 11, 20, 12, 0, 7, 1000, tzinfo=UTC))

    event = notices.event([upload])

    assert event["Records"][0]["eventTime"] == "2026-11-20T12:00:07.001Z"
    assert notices.uploads(event) == [upload]
