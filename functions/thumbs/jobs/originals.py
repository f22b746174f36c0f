"""Originals: the uploaded files. The service reads each once, and only the one that its job is bound to."""

import hashlib
from datetime import UTC, datetime, timedelta

from thumbs import settings
from thumbs.aws import s3
from thumbs.errors import Reason, Rejected
from thumbs.jobs import attribution, keys, retention
from thumbs.jobs.attribution import Attribution
from thumbs.jobs.notices import Upload


def read(upload: Upload, etag: str) -> s3.Object | None:
    """The uploaded file with this ETag, or None if it was deleted, by its uploader or by the lifecycle.

    Raises Rejected without reading the file if it was replaced by another one, or if it is larger than allowed, because
    it came into the bucket without a signed form; and if it is not the file whose digest the form contains.
    """
    current = settings.current()
    try:
        found = s3.read(upload.bucket, upload.key, etag=etag, limit=current.max_upload_bytes)
    except s3.Changed as error:
        raise Rejected(Reason.REPLACED) from error
    except s3.TooLarge as error:
        raise Rejected(Reason.TOO_LARGE, str(error), limit=current.max_upload_megabytes) from error
    announced = found.metadata.get(attribution.SHA256) if found else None
    if found and announced and hashlib.sha256(found.content).hexdigest() != announced:
        raise Rejected(Reason.DIGEST_MISMATCH)  # S3 has compared it already, unless the file came without a form
    return found


def until(original: s3.Object) -> datetime:
    """When the bucket's lifecycle deletes an original: the midnight (UTC) after its days are over (Amazon S3 user
    guide, "Lifecycle rules: based on an object's age")."""
    over = original.modified.astimezone(UTC) + timedelta(days=settings.current().keep_originals_days + 1)
    return over.replace(hour=0, minute=0, second=0, microsecond=0)


def attribution_of(upload: Upload) -> Attribution:
    """Whose an upload is, without reading it. Each upload of a job has the same, because the form determines it."""
    return attribution.of(s3.metadata(upload.bucket, upload.key) or {})


def is_waiting(job: str) -> bool:
    """Whether the original of a job without a manifest exists, and may still be converted, as far as is known. If
    manifests expire, it may already have been. Needs no permission to read it."""
    written = s3.written(settings.current().upload_bucket, keys.original(job))
    return written is not None and not (retention.is_limited() and retention.is_late(written))
