"""Requests on the wire to moto: what a test sees of them, and puts in their place."""

from typing import Any

import pytest

from tests.standins.wire import Sent, Wire, answered, refused
from thumbs.aws import s3

BUCKET = "thumbnails-bucket"


def test_moto_gets_what_is_sent_and_its_answer_arrives(wire: Wire, request: pytest.FixtureRequest) -> None:
    client: Any = request.getfixturevalue("s3")

    etag = s3.write(BUCKET, "a b/ü", b"content", {"commit": "1"}, ContentType="text/plain")

    found = client.get_object(Bucket=BUCKET, Key="a b/ü")
    assert (found["ETag"], found["Metadata"], found["ContentType"]) == (etag, {"commit": "1"}, "text/plain")
    read = s3.read(BUCKET, "a b/ü")
    assert read is not None
    assert (read.content, read.etag, read.metadata) == (b"content", etag, {"commit": "1"})
    assert (s3.etag(BUCKET, "a b/ü"), s3.keys(BUCKET, "a")) == (etag.strip('"'), ["a b/ü"])
    s3.untag(BUCKET, "a b/ü")
    s3.delete(BUCKET, "a b/ü")
    names = ["PutObject", "GetObject", "HeadObject", "ListObjectsV2", "DeleteObjectTagging", "DeleteObjects"]
    assert wire.operations == names
    assert client.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0


@pytest.mark.usefixtures("s3")
def test_a_hook_sees_one_operation_and_may_answer(wire: Wire) -> None:
    seen: list[Sent] = []
    wire.before("PutObject", seen.append)
    wire.after("GetObject", lambda _: answered(b"in its place") if seen else None)
    s3.keys(BUCKET, "")
    assert seen == []

    s3.write(BUCKET, "key", b"content", IfNoneMatch="*")

    ((operation, path, headers, body),) = [tuple(vars(each).values()) for each in seen]
    assert (operation, path, headers["if-none-match"], body) == ("PutObject", "/key", "*", b"content")
    wire.before("", lambda _: refused("AccessDenied", 403))
    with pytest.raises(s3.Refused, match="AccessDenied"):
        s3.keys(BUCKET, "")
    wire.clear()
    assert s3.keys(BUCKET, "") == ["key"]
