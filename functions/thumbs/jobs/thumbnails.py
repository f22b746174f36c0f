"""Stores the pipeline's thumbnails as objects, and describes them for the manifest."""

import hashlib
from collections.abc import Sequence

from thumbs import settings
from thumbs.api import links
from thumbs.aws import s3
from thumbs.jobs import keys, retention
from thumbs.jobs.manifest import Thumbnail
from thumbs.pipeline import Rendered

# A thumbnail's content never changes under its key, so it may be cached for a year (RFC 9111, RFC 8246).
_FOR_EVER = "public, max-age=31536000, immutable"


def store(job: str, made: Sequence[Rendered], claimed: bool | None = None) -> list[Thumbnail]:
    """Store a picture's thumbnails. Returns their descriptions for the manifest. claimed: what the manifest will say.

    The keys depend on the content: if one is taken, an earlier attempt or a duplicate event has stored the same
    content. The files of one size differ in nothing but their extension, so that one address can stand for all of them
    (docs/delivery.md).
    """
    contents = {size: _content([each for each in made if each.size == size]) for size in {each.size for each in made}}
    return [_store(job, each, contents[each.size], claimed) for each in made]


def _content(files: list[Rendered]) -> bytes:
    """What decides the digest in the keys of one size's files: the file, or a digest of each, in a fixed order."""
    if len(files) == 1:
        return files[0].content
    ordered = sorted(files, key=lambda file: file.output.name)
    return b"".join(hashlib.sha256(file.content).digest() for file in ordered)


def _store(job: str, rendered: Rendered, content: bytes, claimed: bool | None) -> Thumbnail:
    bucket, output = settings.current().thumbnail_bucket, rendered.output
    key = keys.thumbnail(job, rendered.size, output.extension, content, retention.batch(claimed))
    options = {"ContentType": output.content_type, "CacheControl": _FOR_EVER}
    s3.create(bucket, key, rendered.content, **options, **retention.tagging(claimed))
    described: Thumbnail = {
        "size": rendered.size,
        "width": rendered.width,
        "height": rendered.height,
        "type": output.content_type,
        "bytes": len(rendered.content),
        "key": key,
        "url": links.to(key),
    }
    if rendered.padded:
        described["padded"] = True
    if rendered.frames > 1:
        described["frames"] = rendered.frames
    return described
