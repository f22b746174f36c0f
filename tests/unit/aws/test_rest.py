"""Calls of S3 that go wrong: which are made again, and what they raise."""

import base64
import zlib
from typing import Any

import pytest
from botocore.retries import standard

from tests.standins.faulty_s3 import CLOSES, FOUND, RESETS, FaultyS3, error, response
from thumbs.aws import rest, s3
from thumbs.aws.connections import Answer

BUCKET, KEY = "bucket", "uploads/job"


def whole(answer: Answer) -> Answer:
    return answer


@pytest.mark.parametrize(
    "trouble", [response(500), response(502), error(503, "SlowDown"), response(504), CLOSES, RESETS]
)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_call_is_made_four_times_as_by_boto3(
    standin: FaultyS3, pauses: list[float], trouble: bytes, method: str
) -> None:
    standin.script += [trouble] * 3 + [FOUND]

    assert rest.send(method, BUCKET, KEY, whole).content == b"picture"

    assert len(standin.received) == 4
    assert pauses == [1, 2, 4]
    standin.script += [trouble] * 4 + [FOUND]
    with pytest.raises(s3.ERRORS):
        rest.send(method, BUCKET, KEY, whole)
    assert standin.script == [FOUND]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "RequestTimeout"),
        (429, "TooManyRequestsException"),
        (400, "Throttling"),
    ],
)
def test_some_errors_are_passing_whatever_their_status(standin: FaultyS3, status: int, code: str) -> None:
    standin.script += [error(status, code), FOUND]

    assert rest.send("GET", BUCKET, KEY, whole).status == 200


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (301, "PermanentRedirect"),
        (307, "TemporaryRedirect"),
        (400, "AuthorizationHeaderMalformed"),
        (400, "ExpiredToken"),
        (403, "AccessDenied"),
        (403, "RequestTimeTooSkewed"),
        (404, "NoSuchBucket"),
        (409, "ConditionalRequestConflict"),
        (412, "PreconditionFailed"),
        (416, "InvalidRange"),
    ],
)
def test_all_others_are_raised_at_once(standin: FaultyS3, status: int, code: str) -> None:
    standin.script += [error(status, code), FOUND]

    with pytest.raises(s3.Refused, match=rf"{code} \({status}\): said") as raised:
        rest.send("GET", BUCKET, KEY, whole)

    assert (raised.value.code, raised.value.status) == (code, status)
    assert type(raised.value).__name__ == code, "the saved query Errors groups by it"
    assert standin.script == [FOUND]


def test_the_codes_that_pass_are_those_of_boto3() -> None:
    checkers: Any = standard.ThrottledRetryableChecker, standard.TransientRetryableChecker
    assert {*checkers[0]._THROTTLED_ERROR_CODES, *checkers[1]._TRANSIENT_ERROR_CODES} == rest._AGAIN
    assert {*checkers[1]._TRANSIENT_STATUS_CODES} == rest._TRANSIENT


def test_an_error_without_a_body_has_its_status_as_code(standin: FaultyS3) -> None:
    standin.script += [response(404), response(403)]

    assert s3.etag(BUCKET, KEY) is None
    with pytest.raises(s3.Refused) as raised:
        s3.etag(BUCKET, KEY)
    assert (type(raised.value).__name__, raised.value.code) == ("Refused", "403")


def test_a_write_that_conflicts_is_made_three_times(standin: FaultyS3) -> None:
    standin.script += [error(409, "ConditionalRequestConflict")] * 3 + [FOUND]

    with pytest.raises(s3.Refused, match="ConditionalRequestConflict"):
        s3.write(BUCKET, KEY, b"x", IfNoneMatch="*")

    assert standin.script == [FOUND]


def test_a_write_whose_answer_was_lost_is_repeated_as_it_was(standin: FaultyS3) -> None:
    """S3 refuses the repetition, because the first attempt has taken effect; the ledger recognises its own."""
    standin.script += [RESETS, error(412, "PreconditionFailed")]

    assert not s3.create(BUCKET, KEY, b"content", ContentType="text/plain")

    bodies = [request.partition(b"\r\n\r\n")[2] for request in standin.received]
    assert bodies == [b"content"] * 2
    assert all(b"if-none-match: *" in request for request in standin.received)


def test_a_response_that_breaks_off_is_none(standin: FaultyS3) -> None:
    half = FOUND.replace(b"content-length: 7", b"content-length: 9")
    standin.script += [half, FOUND]
    standin.after |= {1}

    found = s3.read(BUCKET, KEY)

    assert found is not None
    assert (found.content, found.metadata, len(standin.received)) == (b"picture", {"owner": "a%20b"}, 2)


@pytest.mark.parametrize(
    "content",
    [
        b"<Error>" * 40_000,
        b"\xff\0<Code>\xff</Code>",
        b"<Code>" + b"a" * 200 + b"</Code>",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    ],
)
def test_an_error_that_is_no_xml_has_its_status_as_code(standin: FaultyS3, content: bytes) -> None:
    standin.script += [response(403, content)]

    with pytest.raises(s3.Refused) as raised:
        s3.read(BUCKET, KEY)

    assert raised.value.code == "403"
    assert len(str(raised.value)) < 500


def test_content_is_checked_and_carries_its_checksum(standin: FaultyS3) -> None:
    crc = base64.b64encode(zlib.crc32(b"picture").to_bytes(4, "big")).decode()
    standin.script += [response(200, b"picture", etag='"1"', x_amz_checksum_crc32=crc), FOUND]
    standin.script += [response(200, b"picture", x_amz_checksum_crc32="of-parts-2")]

    assert rest.send("GET", BUCKET, KEY, whole).content == b"picture"
    s3.write(BUCKET, KEY, b"picture")
    assert rest.send("GET", BUCKET, KEY, whole).content == b"picture", "of an upload in parts, it says nothing"

    assert f"x-amz-checksum-crc32: {crc}".encode() in standin.received[1]


def test_a_call_names_its_trace_and_its_caller(standin: FaultyS3, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988;Parent=53995c3f;Sampled=1;Lineage=a:0,b\n")
    standin.script += [FOUND]

    s3.read(BUCKET, KEY)

    assert b"x-amzn-trace-id: Root=1-5759e988;Parent=53995c3f;Sampled=1;Lineage=a:0,b%0A\r\n" in standin.received[0]
    assert b"user-agent: image-thumbnails\r\n" in standin.received[0]
    assert b"x-amz-security-token: a token/with+signs=\r\n" in standin.received[0]
