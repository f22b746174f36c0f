"""Where everything of a job lies.

UploadBucket     uploads/{job}
ThumbnailBucket  {job}/manifest.json
                 {job}/{size}.{extension}              the first conversion
                 {job}/{digest}/{size}.{extension}     a later one with other content: a key never changes its content
"""

import re
import uuid

UPLOADS = "uploads/"
MANIFEST = "manifest.json"

_JOB = re.compile(r"[0-9a-f]{32}")


def new_job() -> str:
    """A name that cannot be guessed: 122 random bits (RFC 9562, version 4) as 32 hexadecimal digits."""
    return uuid.uuid4().hex


def is_job(text: str) -> bool:
    return _JOB.fullmatch(text) is not None


def upload(job: str) -> str:
    return UPLOADS + job


def job_of(key: str) -> str | None:
    """The job that an upload's decoded key belongs to, or None when the key is not one of ours."""
    job = key.removeprefix(UPLOADS)
    return job if key.startswith(UPLOADS) and is_job(job) else None


def manifest(job: str) -> str:
    return f"{job}/{MANIFEST}"


def thumbnail(job: str, size: str, extension: str, digest: str | None = None) -> str:
    """digest: names the content, when the plain key is taken by another."""
    return "/".join(filter(None, (job, digest, f"{size}.{extension}")))
