"""Probes: the uploads that verify a release, and their results. Nothing of a probe is left behind."""

from thumbs import settings
from thumbs.aws import s3
from thumbs.jobs import keys
from thumbs.jobs.notices import Upload


def put(job: str, content: bytes) -> Upload:
    """Store a golden picture where no function is notified of it."""
    bucket, key = settings.current().thumbnail_bucket, keys.probe(job)
    s3.write(bucket, key, content)
    return Upload(bucket, key, job)


def made(job: str) -> dict[str, bytes]:
    """Every object of a job in the thumbnail bucket, by its key."""
    bucket = settings.current().thumbnail_bucket
    objects = {key: s3.read(bucket, key) for key in _keys(job)}
    return {key: each.content for key, each in objects.items() if each}


def delete(job: str) -> None:
    """Delete a golden picture and everything made of it."""
    s3.delete(settings.current().thumbnail_bucket, keys.probe(job))
    _delete_made(job)


def delete_upload(job: str, uploads: str | None = None) -> None:
    """Delete an original and everything made of it. uploads: its bucket, if no setting names it."""
    s3.delete(uploads or settings.current().upload_bucket, keys.original(job))
    _delete_made(job)


def _delete_made(job: str) -> None:
    """Delete everything made of a deleted original. The manifest last: while it exists, a late run commits nothing.

    A run that is still in progress can store thumbnails, and end the job again; the bucket's lifecycle deletes what it
    leaves of a probe.
    """
    bucket, last = settings.current().thumbnail_bucket, keys.manifest(job)
    s3.delete(bucket, *(key for key in _keys(job) if key != last))
    s3.delete(bucket, last)


def _keys(job: str) -> list[str]:
    """The objects of a job: its claim, its manifest and its thumbnails. Up to 1000 in each of its two folders."""
    bucket = settings.current().thumbnail_bucket
    return [key for place in (job, keys.folder(job)) for key in s3.keys(bucket, f"{place}/")]
