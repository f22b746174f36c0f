"""Settings as template.yaml's defaults make them, and S3, SQS and Lambda by moto: in the process, without a socket."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from thumbs import observe, settings
from thumbs.api import links
from thumbs.aws import clients

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    "AWS_SESSION_TOKEN": "a token/with+signs=",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_LAMBDA_FUNCTION_NAME": "function",
    "POWERTOOLS_METRICS_NAMESPACE": "image-thumbnails",
    "UPLOAD_BUCKET": "uploads-bucket",
    "THUMBNAIL_BUCKET": "thumbnails-bucket",
    "DEAD_LETTER_QUEUE_URL": "",
    "CONVERT_FUNCTION": "convert",
    "CONVERT_VERSION": "convert:2",
    "SIGN_UPLOAD_VERSION": "sign_upload:2",
    "GET_UPLOAD_VERSION": "get_upload:2",
    "URL_SUFFIX": "amazonaws.com",
    "MAX_UPLOAD_MEGABYTES": "20",
    "MAX_MEGAPIXELS": "50",
    "UPLOAD_EXPIRY_SECONDS": "300",
    "LINK_EXPIRY_SECONDS": "3600",
    "KEEP_ORIGINALS_DAYS": "1",
    "ALLOWED_ORIGINS": "*",
    "THUMBNAIL_SIZES": "small=160,medium=320,large=640",
    "THUMBNAIL_FORMAT": "webp",
    "THUMBNAIL_QUALITY": "80",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> pytest.MonkeyPatch:
    """The settings of a new stack; a test may set others before it first asks for them."""
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE", "DELIVERY_DOMAIN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    # A logger keeps the stream that it was made with, and pytest has another one for each test.
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", request.node.nodeid)
    for cached in (settings.current, clients.client, links._signer, observe.log, observe._metrics):
        cached.cache_clear()
    return monkeypatch


@pytest.fixture
def aws() -> Iterator[None]:
    with mock_aws():
        yield


@pytest.fixture
def s3(aws: None) -> Any:
    """S3 with both buckets."""
    client = boto3.client("s3")
    for bucket in (ENVIRONMENT["UPLOAD_BUCKET"], ENVIRONMENT["THUMBNAIL_BUCKET"]):
        place = {"LocationConstraint": ENVIRONMENT["AWS_REGION"]}
        client.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
    return client


class Context:
    """What Lambda tells a handler about its invocation."""

    aws_request_id = "request"
    function_version = "1"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


@pytest.fixture
def context() -> Context:
    return Context()
