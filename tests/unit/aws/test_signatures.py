"""Compares the signature of each kind of call with botocore's, and where the calls go."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import boto3
import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest

from thumbs import settings, signature
from thumbs.aws import connections, rest, s3
from thumbs.aws.connections import Answer

NOW = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
FOUND = Answer(200, {"etag": '"1"', "last-modified": "Thu, 26 Nov 2026 12:00:00 GMT"}, b"")
Sent = tuple[tuple[str, str], str, str, dict[str, str], bytes]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Sent]:
    requests: list[Sent] = []

    def ask(*request: Any) -> Answer:
        requests.append(request[:5])
        return replace(FOUND, content=b"<DeleteResult/>" if request[1] == "POST" else b"<ListBucketResult/>")

    monkeypatch.setattr(connections, "ask", ask)
    return requests


CALLS: dict[str, Callable[[], object]] = {
    "read": lambda: s3.read("bucket", "a b+c/ü~(1)'=&?.webp", etag="1"),
    "head": lambda: s3.etag("bucket", "uploads/job"),
    "list": lambda: s3.written("bucket", "a b/ü+&="),
    "page": lambda: s3.page("bucket", "a b"),
    "untag": lambda: s3.untag("bucket", "a//b/../c"),
    "delete": lambda: s3.delete("bucket", "a<b>&\r\n", "ü"),
    "write": lambda: s3.write(
        "bucket",
        "a",
        b"x",
        {"Commit": "a  b"},
        Tagging="status=erased",
        IfMatch='"1"',
        CacheControl="no-cache",
    ),
}


@pytest.mark.parametrize("token", ["a token/with+signs=", ""])
@pytest.mark.parametrize("call", CALLS)
def test_a_call_is_signed_as_by_botocore(
    environment: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch, sent: list[Sent], call: str, token: str
) -> None:
    environment.setenv("AWS_SESSION_TOKEN", token)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda remove_tzinfo=True: NOW.replace(tzinfo=None))
    monkeypatch.setattr(rest, "datetime", type("Clock", (), {"now": staticmethod(lambda _: NOW)}))

    CALLS[call]()

    ((scheme, host), method, target, headers, body) = sent[0]
    covered = {
        name: value
        for name, value in headers.items()
        if name not in ("authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256", "user-agent")
    }
    request = AWSRequest(method, f"{scheme}://{host}{target}", headers=covered, data=body)
    found = settings.current().credentials
    session: Any = boto3.Session(found.access_key, found.secret_key, found.token)
    ours = signature.signed(
        settings.current(), method, (target.partition("?")[0], target.partition("?")[2]), covered, body, NOW
    )
    auth: Any = botocore.auth.S3SigV4Auth
    auth(session.get_credentials(), "s3", "eu-central-1").add_auth(request)
    assert ours["authorization"] == request.headers["Authorization"]
    assert headers["x-amz-date"] == request.headers["X-Amz-Date"]


@pytest.mark.parametrize(
    ("variables", "host"),
    [
        ({}, "bucket.s3.eu-central-1.amazonaws.com"),
        ({"AWS_REGION": "cn-north-1", "URL_SUFFIX": "amazonaws.com.cn"}, "bucket.s3.cn-north-1.amazonaws.com.cn"),
        ({"AWS_REGION": "us-gov-west-1"}, "bucket.s3.us-gov-west-1.amazonaws.com"),
        ({"AWS_ENDPOINT_URL": "http://localhost:4566"}, "localhost:4566"),
        ({"AWS_ENDPOINT_URL": "http://[::1]:4566/"}, "[::1]:4566"),
        ({"AWS_ENDPOINT_URL": "http://a", "AWS_ENDPOINT_URL_S3": "http://b:1"}, "b:1"),
    ],
)
def test_a_call_goes_to_the_stack_s_own_region_or_the_endpoint(
    environment: pytest.MonkeyPatch, sent: list[Sent], variables: dict[str, str], host: str
) -> None:
    for name, value in variables.items():
        environment.setenv(name, value)

    s3.read("bucket", "key")

    assert sent[0][0][1] == host
    assert sent[0][3]["host"] == host
