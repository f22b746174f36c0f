"""Settings with template.yaml's defaults, and S3, SQS and Lambda by moto: in the process, without a socket."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.material.invocation import ENVIRONMENT, Context
from tests.standins.wire import Wire, connected
from thumbs import observe, settings
from thumbs.api import links
from thumbs.aws import clients


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> pytest.MonkeyPatch:
    """The settings of a new stack; a test may set others before their first use."""
    for name in (
        *("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE", "DELIVERY_DOMAIN"),
        *("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"),
    ):
        monkeypatch.delenv(name, raising=False)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    # A logger keeps the stream with which it was created, and pytest has another one for each test.
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", request.node.nodeid)
    for cached in (settings.current, clients.client, links._signer, observe.log, observe._metrics):
        cached.cache_clear()
    return monkeypatch


@pytest.fixture
def aws() -> Iterator[None]:
    with mock_aws():
        yield


@pytest.fixture
def wire(aws: None) -> Iterator[Wire]:
    """What the functions send to S3. Tests themselves use boto3."""
    with connected() as wire:
        yield wire


@cache
def _client() -> Any:
    """Made once, because that takes longer than most tests. moto answers its calls in each test."""
    return boto3.client("s3")


@pytest.fixture
def s3(wire: Wire) -> Any:
    """S3 with both buckets."""
    client = _client()
    for bucket in (ENVIRONMENT["UPLOAD_BUCKET"], ENVIRONMENT["THUMBNAIL_BUCKET"]):
        place = {"LocationConstraint": ENVIRONMENT["AWS_REGION"]}
        client.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
    return client


@pytest.fixture
def context() -> Context:
    return Context()
