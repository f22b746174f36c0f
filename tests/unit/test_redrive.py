"""The conversion receives only what redrive has parsed from a message, no matter who sent it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

import redrive
from tests.material.invocation import Context
from thumbs.aws import clients
from thumbs.jobs import notices
from thumbs.jobs.notices import Upload

JOB = "9" * 32
UPLOAD = Upload(
    "uploads-bucket",
    f"uploads/{JOB}",
    JOB,
    etag="d41d8cd98f00b204e9800998ecf8427e",
    sequencer="0055AED6",
    time=datetime(2026, 11, 20, 12, tzinfo=UTC),
)
RECORD = notices.event([UPLOAD])["Records"][0]
# As S3 sends it, with the uploader's identity and address.
SENT = RECORD | {
    "eventName": "ObjectCreated:Post",
    "userIdentity": {"principalId": "AWS:AROAEXAMPLE"},
    "requestParameters": {"sourceIPAddress": "203.0.113.7"},
    "responseElements": {"x-amz-request-id": "C3D13FE58DE4C810"},
}

Park = Callable[..., str]


@pytest.fixture
def park(environment: pytest.MonkeyPatch, aws: None) -> Park:
    sqs = boto3.client("sqs")
    queue = sqs.create_queue(QueueName="letters")["QueueUrl"]
    environment.setenv("DEAD_LETTER_QUEUE_URL", queue)

    def park(body: str) -> str:
        message_id: str = sqs.send_message(QueueUrl=queue, MessageBody=body)["MessageId"]
        return message_id

    return park


@pytest.fixture
def handed_over(park: Park) -> list[Any]:
    """The events that the conversion receives."""
    events: list[Any] = []

    def take(params: dict[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
        events.append(json.loads(params["body"]))
        return type("Answer", (), {"status_code": 202})(), {"StatusCode": 202}

    clients.client("lambda").meta.events.register("before-call.lambda.Invoke", take)
    return events


def test_who_uploaded_and_from_where_travels_no_further(park: Park, handed_over: list[Any], context: Context) -> None:
    park(json.dumps({"Records": [SENT], "also": "this"}))

    assert redrive.handler({}, context)["jobs"] == [JOB]

    assert handed_over == [{"Records": [RECORD]}]
    assert notices.uploads(handed_over[0]) == [UPLOAD]


def test_what_somebody_wanted_again_is_converted_again(park: Park, handed_over: list[Any], context: Context) -> None:
    park(json.dumps({"Records": [RECORD], "again": True}))

    assert redrive.handler({}, context)["redriven"] == 1

    assert handed_over == [{"Records": [RECORD], "again": True}]


@pytest.mark.parametrize("again", ["true", 1, [True], {"": ""}])
def test_only_true_is_again(park: Park, handed_over: list[Any], context: Context, again: object) -> None:
    park(json.dumps({"Records": [RECORD], "again": again}))

    redrive.handler({}, context)

    assert handed_over == [{"Records": [RECORD]}]


def other(**changed: Any) -> str:
    written = RECORD["s3"]["object"] | changed.pop("object", {})
    s3 = {"bucket": {"name": "uploads-bucket"}, "object": written} | changed
    return json.dumps({"Records": [RECORD | {"s3": s3}], "again": True})


HOSTILE = {
    "nested too deep": "[" * 100_000,
    "nested too deep inside": json.dumps({"Message": "[" * 100_000}),
    "a string": '"uploads"',
    "no text": "null",
    "an endless number": '{"Records": 1e999}',
    "another bucket": other(bucket={"name": "another"}),
    "another folder": other(object={"key": f"elsewhere/{JOB}"}),
    "a probe": other(object={"key": f"probes/{JOB}"}),
    "a key that is no text": other(object={"key": 7}),
    "an ETag that is no text": other(object={"eTag": {"a": 1}}),
    "an ETag with a header in it": other(object={"eTag": 'x"\r\nx-amz-acl: public-read'}),
    "a sequencer that is no number": other(object={"sequencer": "../"}),
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_letter_of_a_stranger_stays_and_holds_up_no_other(
    park: Park, handed_over: list[Any], context: Context, capsys: pytest.CaptureFixture[str], body: str
) -> None:
    stranger = park(body)
    park(json.dumps({"Records": [SENT]}))

    assert redrive.handler({}, context)["redriven"] == 1

    assert handed_over == [{"Records": [RECORD]}]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    (said,) = [line for line in lines if line.get("message") == "not a conversion"]
    assert said["message_id"] == stranger
    assert said["characters"] == len(body)
    assert body[:20] not in json.dumps(said), "what a stranger has written does not belong into the log"
