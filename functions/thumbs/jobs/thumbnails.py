"""Stores the pipeline's thumbnails as objects, and describes them for the manifest."""

from thumbs import settings
from thumbs.api import links
from thumbs.aws import s3
from thumbs.jobs import keys, retention
from thumbs.jobs.manifest import Thumbnail
from thumbs.pipeline import Rendered

# A thumbnail's content never changes under its key, so it may be cached for a year (RFC 9111, RFC 8246).
_FOR_EVER = "public, max-age=31536000, immutable"


def store(job: str, rendered: Rendered, claimed: bool | None = None) -> Thumbnail:
    """Store a thumbnail. Returns its description for the manifest. claimed: what the manifest will say.

    The key depends on the content: if it is taken, an earlier attempt or a duplicate event has stored the same content.
    """
    current = settings.current()
    key = keys.thumbnail(job, rendered.size, current.output.extension, rendered.content, retention.batch(claimed))
    options = {"ContentType": current.output.content_type, "CacheControl": _FOR_EVER}
    s3.create(current.thumbnail_bucket, key, rendered.content, **options, **retention.tagging(claimed))
    described: Thumbnail = {
        "size": rendered.size,
        "width": rendered.width,
        "height": rendered.height,
        "type": current.output.content_type,
        "bytes": len(rendered.content),
        "key": key,
        "url": links.to(key),
    }
    return {**described, "padded": True} if rendered.padded else described
