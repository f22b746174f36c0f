"""Probes: the uploads that verify a release, and their results. Nothing of a probe is left behind but its tombstone,
for a day."""

from datetime import UTC, datetime

from thumbs import settings
from thumbs.aws import s3
from thumbs.jobs import erasure, keys
from thumbs.jobs.choices import UNCHOSEN, Choices
from thumbs.jobs.notices import Upload


def put(job: str, content: bytes, choices: Choices = UNCHOSEN) -> Upload:
    """Store a golden picture where no function is notified of it."""
    bucket, key = settings.current().thumbnail_bucket, keys.probe(job)
    s3.write(bucket, key, content, choices.metadata())
    return Upload(bucket, key, job, time=datetime.now(UTC))


def made(job: str) -> dict[str, bytes]:
    """Every object of a job in the thumbnail bucket, by its key. Up to 1000 in each of its two folders."""
    bucket = settings.current().thumbnail_bucket
    found = [key for place in (job, keys.folder(job)) for key in s3.keys(bucket, f"{place}/")]
    objects = {key: s3.read(bucket, key) for key in found}
    return {key: each.content for key, each in objects.items() if each}


def erase(job: str) -> None:
    """Erase a job that was made of a golden picture, with that picture."""
    erasure.erase(job, (settings.current().thumbnail_bucket, keys.probe(job)))


def erase_upload(job: str, uploads: str) -> None:
    """Erase a job that was made of an upload. uploads: the name of the upload bucket."""
    erasure.erase(job, (uploads, keys.original(job)))
