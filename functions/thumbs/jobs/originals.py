"""Originals: the uploaded files. The service reads each once, and only the one that was claimed."""

from thumbs import settings
from thumbs.aws import s3
from thumbs.errors import Reason, Rejected
from thumbs.jobs import keys
from thumbs.jobs.notices import Upload


def read(upload: Upload, etag: str) -> bytes | None:
    """The uploaded file with this ETag, or None if it was deleted, by its uploader or by the lifecycle.

    Raises Rejected without reading the file if it was replaced by another one, or if it is larger than allowed, because
    it came into the bucket without a signed form.
    """
    current = settings.current()
    try:
        found = s3.read(upload.bucket, upload.key, etag=etag, limit=current.max_upload_bytes)
    except s3.Changed as error:
        raise Rejected(Reason.REPLACED) from error
    except s3.TooLarge as error:
        raise Rejected(Reason.TOO_LARGE, str(error), limit=current.max_upload_megabytes) from error
    return found.content if found else None


def exists(job: str) -> bool:
    """Whether a job's original exists. Needs no permission to read it."""
    return s3.exists(settings.current().upload_bucket, keys.original(job))
