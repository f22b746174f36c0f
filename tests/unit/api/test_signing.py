"""Compares every byte of a signature with botocore's, which is loaded here and not in the function."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import boto3
import botocore.auth
import pytest
from botocore.config import Config

from thumbs import settings
from thumbs.api.signing import Signer

NOW = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def botocore_at_now(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda remove_tzinfo=True: NOW.replace(tzinfo=None))
    return boto3.client("s3", config=Config(signature_version="s3v4", s3={"addressing_style": "virtual"}))


@pytest.mark.parametrize("key", ["job/manifest.json", "job/small.webp", "a b+c/ü~(1)'.webp"])
@pytest.mark.parametrize("token", [True, False])
def test_a_link_is_the_one_that_botocore_signs(
    environment: pytest.MonkeyPatch, botocore_at_now: Any, key: str, token: bool
) -> None:
    if not token:
        environment.setenv("AWS_SESSION_TOKEN", "")
        botocore_at_now = _client_without_token()

    ours = Signer(settings.current()).get("thumbnails-bucket", key, 600, NOW)

    parameters = {"Bucket": "thumbnails-bucket", "Key": key}
    theirs = botocore_at_now.generate_presigned_url("get_object", Params=parameters, ExpiresIn=600)
    assert _sorted(ours) == _sorted(theirs)


def test_a_form_carries_the_signature_that_botocore_gives_its_policy(botocore_at_now: Any) -> None:
    post = Signer(settings.current()).post("uploads-bucket", "uploads/job", "image/png", 1000, 300, NOW)

    policy = json.loads(base64.b64decode(post.fields["policy"]))
    conditions = [each for each in policy["conditions"] if not _is_of_the_signature(each)]
    theirs = botocore_at_now.generate_presigned_post(
        "uploads-bucket", "uploads/job", Fields={"Content-Type": "image/png"}, Conditions=conditions, ExpiresIn=300
    )
    assert post.url == theirs["url"].replace("uploads-bucket.s3.amazonaws", "uploads-bucket.s3.eu-central-1.amazonaws")
    for field in ("key", "Content-Type", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-security-token"):
        assert post.fields[field] == theirs["fields"][field]
    signed = _signature_by_botocore(post.fields["policy"])
    assert post.fields["x-amz-signature"] == signed


def test_a_form_fixes_key_type_size_and_expiry() -> None:
    post = Signer(settings.current()).post("uploads-bucket", "uploads/job", "image/png", 1000, 300, NOW)

    policy = json.loads(base64.b64decode(post.fields["policy"]))
    assert policy["expiration"] == "2026-11-20T12:05:00Z"
    assert post.expires == datetime(2026, 11, 20, 12, 5, tzinfo=UTC)
    for condition in (
        {"bucket": "uploads-bucket"},
        {"key": "uploads/job"},
        {"Content-Type": "image/png"},
        ["content-length-range", 1, 1000],
    ):
        assert condition in policy["conditions"]
    signed = {name for condition in policy["conditions"] if isinstance(condition, dict) for name in condition}
    assert post.fields.keys() - signed == {"policy", "x-amz-signature"}, "every field that is sent is signed"


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
def test_the_environment_decides_where_s3_is(environment: pytest.MonkeyPatch, variable: str) -> None:
    environment.setenv(variable, "http://localhost:4566/")
    signer = Signer(settings.current())

    assert signer.get("bucket", "key", 60).startswith("http://localhost:4566/bucket/key?")
    assert signer.post("bucket", "key", "image/png", 1, 60).url == "http://localhost:4566/bucket/"


def test_china_has_its_own_domain(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("URL_SUFFIX", "amazonaws.com.cn")
    environment.setenv("AWS_REGION", "cn-north-1")

    link = Signer(settings.current()).get("bucket", "key", 60)

    assert link.startswith("https://bucket.s3.cn-north-1.amazonaws.com.cn/key?")


def _client_without_token() -> Any:
    found = settings.current().credentials
    return boto3.client(
        "s3",
        aws_access_key_id=found.access_key,
        aws_secret_access_key=found.secret_key,
        aws_session_token=None,
        config=Config(signature_version="s3v4", s3={"addressing_style": "virtual"}),
    )


def _sorted(link: str) -> tuple[str, list[str]]:
    address, query = link.split("?")
    host = address.replace("thumbnails-bucket.s3.amazonaws", "thumbnails-bucket.s3.eu-central-1.amazonaws")
    return host, sorted(query.split("&"))


def _is_of_the_signature(condition: Any) -> bool:
    names = {"bucket", "key", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-security-token"}
    return isinstance(condition, dict) and bool(condition.keys() & names)


def _signature_by_botocore(policy: str) -> str:
    found = settings.current().credentials
    frozen = boto3.Session(found.access_key, found.secret_key, found.token).get_credentials().get_frozen_credentials()
    auth = botocore.auth.S3SigV4PostAuth(frozen, "s3", "eu-central-1")
    request = type("Request", (), {"context": {"timestamp": NOW.strftime("%Y%m%dT%H%M%SZ")}})()
    signature: str = auth.signature(policy, request)
    return signature
