"""A thumbnail's key depends on its content, so that no key ever changes its content."""

from typing import Any

from thumbs import formats
from thumbs.jobs import keys, thumbnails
from thumbs.pipeline import Rendered

JOB = "4" * 32
WEBP, AVIF, JPEG = (formats.OUTPUTS[name] for name in ("webp", "avif", "jpeg"))


def store(content: bytes) -> str:
    (stored,) = thumbnails.store(JOB, [Rendered("small", 160, 120, WEBP, content)])
    return stored["key"]


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


def test_the_files_of_one_size_differ_in_their_extension_alone(s3: Any) -> None:
    made = [
        Rendered(size, 160, 120, output, f"{size} as {output.name}".encode())
        for output in (AVIF, WEBP, JPEG)
        for size in ("small", "large")
    ]

    stored = thumbnails.store(JOB, made)

    assert [(each["size"], each["type"]) for each in stored] == [(each.size, each.output.content_type) for each in made]
    stems = [each["key"].rpartition(".")[0] for each in stored]
    assert stems == stems[:2] * 3
    assert len({stem.split("/")[1] for stem in stems}) == 2, "no size tells where another is"
    for each, description in zip(made, stored, strict=True):
        found = s3.get_object(Bucket="thumbnails-bucket", Key=description["key"])
        assert (found["Body"].read(), found["ContentType"]) == (each.content, each.output.content_type)


def test_no_key_of_several_formats_ever_changes_its_content(s3: Any) -> None:
    """Not if the other format's file differs, nor with fewer formats; their order does not matter."""
    webp, avif, other = (
        Rendered("small", 160, 120, output, content)
        for output, content in ((WEBP, b"webp"), (AVIF, b"avif"), (AVIF, b"other avif"))
    )

    def key(*made: Rendered) -> str:
        return next(each["key"] for each in thumbnails.store(JOB, made) if each["type"] == "image/webp")

    assert len({key(webp), key(webp, avif), key(webp, other)}) == 3
    assert key(webp, avif) == key(avif, webp)


def test_a_thumbnail_is_written_also_when_it_met_another_write(s3: Any, conflicts: list[str]) -> None:
    key = keys.thumbnail(JOB, "small", "webp", b"content")
    conflicts.append(key)

    assert store(b"content") == key
    assert not conflicts
    assert s3.get_object(Bucket="thumbnails-bucket", Key=key)["Body"].read() == b"content"
