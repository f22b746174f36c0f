"""Answers that are none of S3's, or only a part of one, although their status says that all is well."""

import io
from collections.abc import Callable

import pytest

from tests.standins.faulty_s3 import FOUND, FaultyS3, error, response
from thumbs.aws import connections, s3

BUCKET, KEY = "bucket", "uploads/job"
FAILED = b"<Error><Code>InternalError</Code><Message>We encountered an internal error.</Message></Error>"
BOMB = (
    '<?xml version="1.0" encoding="{}"?><!DOCTYPE a [<!ENTITY b "c">]><ListBucketResult><a>&b;</a></ListBucketResult>'
)
LISTING = (
    b"<ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>a%2Bb+c</Key><Size>3</Size>"
    b"<LastModified>2026-11-26T12:00:00.000Z</LastModified></Contents></ListBucketResult>"
)
DELETED = b'<?xml version="1.0"?><DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>'


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<a",
        b"\xff",
        LISTING[:-1],
        FAILED,
        DELETED,
        b"<html><body>Please sign in</body></html>",
        LISTING.replace(b"Size", b"size"),
        LISTING.replace(b"<Size>3", b"<Size>three"),
        LISTING.replace(b"2026", b"never"),
        BOMB.format("utf-8").encode(),
        BOMB.format("utf-16").encode("utf-16"),
        BOMB.format("cp037").encode("cp037"),
    ],
)
def test_a_listing_that_is_none_is_asked_for_again(standin: FaultyS3, pauses: list[float], content: bytes) -> None:
    """Otherwise it would look empty, and an erasure complete."""
    standin.script += [response(200, content)] * 3 + [response(200, LISTING)]

    assert s3.keys(BUCKET, "a") == ["a+b c"]

    assert pauses == [1, 2, 4]
    standin.script += [response(200, content)] * 4
    with pytest.raises(s3.Unanswered, match="none of S3's"):
        s3.keys(BUCKET, "a")


def test_a_listing_is_bounded(standin: FaultyS3) -> None:
    standin.script += [response(200, b"", content_length="8000001")]

    with pytest.raises(s3.TooLarge):
        s3.keys(BUCKET, "a")


@pytest.mark.parametrize("content", [b"", FAILED, LISTING, DELETED[:-1]])
def test_a_deletion_that_is_not_confirmed_is_requested_again(standin: FaultyS3, content: bytes) -> None:
    standin.script += [response(200, content), response(200, DELETED)]

    s3.delete(BUCKET, KEY)

    assert len(standin.received) == 2
    standin.script += [response(200, content)] * 4
    with pytest.raises(s3.Unanswered, match="none of S3's"):
        s3.delete(BUCKET, KEY)


CALLS: dict[str, Callable[[], object]] = {
    "read": lambda: s3.read(BUCKET, KEY),
    "etag": lambda: s3.etag(BUCKET, KEY),
    "write": lambda: s3.write(BUCKET, KEY, b"x"),
}


@pytest.mark.parametrize("call", CALLS)
def test_success_without_an_etag_is_none(standin: FaultyS3, call: str) -> None:
    standin.script += [response(200, b"" if call == "etag" else b"a captive portal")] * 4

    with pytest.raises(s3.Unanswered, match=r"etag|last-modified"):
        CALLS[call]()

    assert len(standin.received) == 4


@pytest.mark.parametrize("modified", ["", "yesterday"])
def test_success_without_a_date_is_none(standin: FaultyS3, modified: str) -> None:
    standin.script += [response(200, b"picture", etag='"1"', last_modified=modified), FOUND]

    assert s3.read(BUCKET, KEY) is not None

    assert len(standin.received) == 2


@pytest.mark.parametrize("end", [b"connection: close\r\n", b"content-length: -1\r\n", b""])
def test_content_without_an_end_may_be_only_a_part(standin: FaultyS3, end: bytes) -> None:
    """Otherwise half a picture would be rejected as damaged, for ever."""
    standin.script += [b"HTTP/1.1 200 OK\r\n" + end + b"\r\npict", FOUND]
    standin.after |= {1}

    found = s3.read(BUCKET, KEY)

    assert found is not None
    assert found.content == b"picture"


@pytest.mark.parametrize(("end", "accepted"), [(b"0\r\n\r\n", True), (b"", False), (b"3\r\nur", False)])
def test_content_in_chunks_needs_the_last_one(standin: FaultyS3, end: bytes, accepted: bool) -> None:
    chunked = FOUND.partition(b"\r\n\r\n")[0].replace(b"content-length: 7", b"transfer-encoding: chunked")
    standin.script += [chunked + b"\r\n\r\n4\r\npict\r\n3\r\nure\r\n" + end, FOUND]
    standin.after |= set() if accepted else {1}

    found = s3.read(BUCKET, KEY)

    assert found is not None
    assert found.content == b"picture"
    assert (len(standin.received), standin.connections) == ((1, 1) if accepted else (2, 2))


def test_a_chunk_of_less_than_nothing_is_bounded(standin: FaultyS3) -> None:
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n-1\r\n"
    standin.script += [head + b"x" * 1_000_000]
    standin.after |= {1}

    with pytest.raises(s3.TooLarge) as raised:
        s3.read(BUCKET, KEY, limit=1000)

    assert raised.value.size <= io.DEFAULT_BUFFER_SIZE, "no more is read than shows that it is too much"


def test_an_error_in_chunks_is_read_whole(standin: FaultyS3) -> None:
    head = b"HTTP/1.1 412 no\r\ntransfer-encoding: chunked\r\n\r\n"
    standin.script += [head + b"f\r\n<Error><Code>Pr\r\n1a\r\neconditionFailed</Code></E\r\n0\r\n\r\n", FOUND]

    assert not s3.create(BUCKET, KEY, b"x")

    s3.write(BUCKET, KEY, b"x")
    assert standin.connections == 1


@pytest.mark.parametrize("status", [101, 103])
def test_what_comes_before_a_response_is_none(standin: FaultyS3, status: int) -> None:
    """Otherwise the response itself would be taken for the next call's."""
    standin.script += [f"HTTP/1.1 {status} early\r\n\r\n".encode(), FOUND]

    s3.write(BUCKET, KEY, b"x")

    assert (len(standin.received), standin.connections) == (2, 2)


def test_a_server_may_ask_for_patience_first(standin: FaultyS3) -> None:
    standin.script += [b"HTTP/1.1 100 Continue\r\n\r\n" + FOUND]

    assert s3.write(BUCKET, KEY, b"x") == '"1"'


LONG = b"x" * connections._LONG_BODY


@pytest.mark.parametrize("asks", [True, False])
def test_a_long_body_waits_until_it_is_wanted(standin: FaultyS3, asks: bool) -> None:
    standin.script += [FOUND, FOUND, FOUND]
    standin.asks = asks

    s3.write(BUCKET, KEY, LONG)
    s3.write(BUCKET, KEY, LONG[1:])
    assert s3.read(BUCKET, KEY) is not None

    sent = [request.partition(b"\r\n\r\n") for request in standin.received]
    assert [len(body) for _, _, body in sent] == [len(LONG), len(LONG) - 1, 0]
    assert [b"\r\nexpect: 100-continue" in head for head, _, _ in sent] == [True, False, False]
    assert standin.connections == 1


REFUSALS = [error(412, "PreconditionFailed"), error(403, "AccessDenied")]


@pytest.mark.parametrize("answer", REFUSALS)
def test_a_refusal_of_a_body_that_waits_is_one(standin: FaultyS3, answer: bytes) -> None:
    assert_refused_at_once(standin, answer)


@pytest.mark.parametrize("answer", REFUSALS)
def test_a_refusal_while_the_body_is_sent_is_one(
    plain: FaultyS3, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    """Over TLS, the kernel may lose it behind the tickets of TLS 1.3 when the server resets the connection."""
    monkeypatch.setattr(connections, "_LONG_BODY", 10**9)
    assert_refused_at_once(plain, answer)


def assert_refused_at_once(standin: FaultyS3, answer: bytes) -> None:
    standin.script += [answer]
    standin.impatient |= {1}
    standin.after |= {1}

    with pytest.raises(s3.Refused) as raised:
        s3.write(BUCKET, KEY, b"x" * 20_000_000, IfNoneMatch="*")

    assert raised.value.code in answer.decode()
    assert (len(standin.received), standin.connections) == (1, 1)
    assert not any(connections._idle.values()), "what was not sent must not be taken for the next request"


def test_success_before_the_body_was_read_is_none(standin: FaultyS3) -> None:
    standin.script += [FOUND, FOUND]
    standin.impatient |= {1}
    standin.after |= {1}

    s3.write(BUCKET, KEY, LONG)

    assert len(standin.received) == 2
