"""The model answers like moto, if both implement the rule: a second opinion on what the explorer assumes about S3."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from greenlet import getcurrent
from moto import mock_aws

from tests.lifecycle.model import S3
from tests.lifecycle.stored import etag
from tests.lifecycle.world import THUMBNAILS, World

KEY, OTHER = "job/manifest.json", "job/other.json"
A, B = b'{"status": "done"}', b'{"status": "failed"}'
Ask = Callable[[Any], Any]


def put(content: bytes, key: str = KEY, **condition: Any) -> Ask:
    return lambda s3: s3.put_object(Bucket=THUMBNAILS, Key=key, Body=content, **condition)["ETag"]


def get(key: str = KEY, **condition: Any) -> Ask:
    def ask(s3: Any) -> Any:
        answer = s3.get_object(Bucket=THUMBNAILS, Key=key, **condition)
        return answer["Body"].read(), answer["ETag"], answer["ContentLength"], answer["Metadata"]

    return ask


def listed(prefix: str, most: int = 1000) -> Ask:
    def ask(s3: Any) -> list[str]:
        answer = s3.list_objects_v2(Bucket=THUMBNAILS, Prefix=prefix, MaxKeys=most)
        return [each["Key"] for each in answer.get("Contents", ())]

    return ask


def delete(*keys: str) -> Ask:
    def ask(s3: Any) -> None:
        if len(keys) == 1:
            s3.delete_object(Bucket=THUMBNAILS, Key=keys[0])
        else:
            s3.delete_objects(Bucket=THUMBNAILS, Delete={"Objects": [{"Key": key} for key in keys]})

    return ask


def untag(key: str) -> Ask:
    return lambda s3: s3.delete_object_tagging(Bucket=THUMBNAILS, Key=key) and None


CONVERSATION: list[Ask] = [
    get(),
    lambda s3: s3.head_object(Bucket=THUMBNAILS, Key=KEY)["ETag"],
    put(A, IfMatch=etag(A)),
    put(A, IfNoneMatch="*", Metadata={"commit": "1"}),
    put(B, IfNoneMatch="*"),
    get(),
    get(IfMatch=etag(A)),
    get(IfMatch=etag(B)),
    lambda s3: s3.head_object(Bucket=THUMBNAILS, Key=KEY)["ETag"],
    put(B, IfMatch=etag(B)),
    put(B, IfMatch=etag(A)),
    get(),
    put(A, OTHER),
    listed("job/"),
    listed("job/", most=1),
    listed("other"),
    put(B, IfMatch=etag(B), Tagging="status=unclaimed"),
    untag(KEY),
    untag(KEY),
    get(),
    delete(KEY),
    delete(KEY),
    get(),
    delete(OTHER, KEY),
    listed(""),
]


def answers(s3: Any) -> Iterator[Any]:
    for ask in CONVERSATION:
        try:
            yield ask(s3)
        except ClientError as error:
            yield error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.fixture
def by_moto() -> list[Any]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "x")
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        s3 = boto3.session.Session(region_name="us-east-1").client("s3")
        s3.create_bucket(Bucket=THUMBNAILS)
        return [*answers(s3)]


def test_the_model_answers_as_another_does(by_moto: list[Any]) -> None:
    found: list[Any] = []
    world = World(hub=getcurrent())
    world.spawn("somebody", lambda _: found.extend(answers(S3())))
    world.start()
    somebody = world.actors[0]
    while not somebody.dead:
        somebody.switch(None)

    assert found == by_moto
