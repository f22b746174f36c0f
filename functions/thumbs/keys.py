"""Where everything of a job lies.

UploadBucket     uploads/{job}
ThumbnailBucket  {job}/manifest.json
                 {job}/{size}.{extension}              the first conversion
                 {job}/{digest}/{size}.{extension}     a later one with other content: a key never changes its content
                 probes/{job}                          a golden picture, while a release is verified; nobody is notified
"""

import re
import uuid

UPLOADS = "uploads/"
PROBES = "probes/"
MANIFEST = "manifest.json"

# What the jobs of probes begin with, so that the right to delete what they leave behind reaches no other job: one in
# 4 billion of those begins so.
PROBE_JOBS = "00000000"

_JOB = re.compile(r"[0-9a-f]{32}")


def new_job() -> str:
    """A name that cannot be guessed: 122 random bits (RFC 9562, version 4) as 32 hexadecimal digits."""
    return uuid.uuid4().hex


def new_probe() -> str:
    """The name of a job that verifies a release."""
    return PROBE_JOBS + new_job()[len(PROBE_JOBS) :]


def is_probe(job: str) -> bool:
    return job.startswith(PROBE_JOBS)


def is_job(text: str) -> bool:
    return _JOB.fullmatch(text) is not None


def upload(job: str) -> str:
    return UPLOADS + job


def probe(job: str) -> str:
    return PROBES + job


def job_of(key: str) -> str | None:
    """The job that the decoded key of an upload or a probe belongs to, or None when the key is not one of ours."""
    folder, _, job = key.rpartition("/")
    return job if f"{folder}/" in (UPLOADS, PROBES) and is_job(job) else None


def manifest(job: str) -> str:
    return f"{job}/{MANIFEST}"


def thumbnail(job: str, size: str, extension: str, digest: str | None = None) -> str:
    """digest: names the content, when the plain key is taken by another."""
    return "/".join(filter(None, (job, digest, f"{size}.{extension}")))
