"""A thumbnail's key depends on its content, so that no key ever changes its content."""

from typing import Any

from thumbs.jobs import keys, thumbnails
from thumbs.pipeline import Rendered

JOB = "4" * 32


def store(content: bytes) -> str:
    return thumbnails.store(JOB, Rendered("small", 160, 120, content))["key"]


def test_the_key_of_a_thumbnail_is_that_of_its_content(s3: Any) -> None:
    first = store(b"content")
    again = store(b"content")
    other = store(b"other content")
    other_again = store(b"other content")

    assert first == again == keys.thumbnail(JOB, "small", "webp", b"content")
    assert other == other_again != first
    head = s3.get_object(Bucket="thumbnails-bucket", Key=first)
    assert head["Body"].read() == b"content"
    assert (head["ContentType"], head["CacheControl"]) == ("image/webp", "public, max-age=31536000, immutable")
    assert s3.get_object(Bucket="thumbnails-bucket", Key=other)["Body"].read() == b"other content"


def test_a_thumbnail_is_written_also_when_it_met_another_write(s3: Any, conflicts: list[str]) -> None:
    key = keys.thumbnail(JOB, "small", "webp", b"content")
    conflicts.append(key)

    assert store(b"content") == key
    assert not conflicts
    assert s3.get_object(Bucket="thumbnails-bucket", Key=key)["Body"].read() == b"content"
