"""Where everything of a job lies.

UploadBucket     uploads/{job}
ThumbnailBucket  {job}/manifest.json
                 {job}/claim.json                      which upload the job is about (claims.py)
                 {folder}/{digest}/{size}.{extension}  a thumbnail: its address tells nothing of its job or its siblings
                 {job}/{size}.{extension}              a thumbnail of version 0.1; its manifest names it
                 probes/{job}                          a golden picture, while a release is verified; nobody is notified

Whoever knows a job may read all that was made of it; whoever knows the address of one thumbnail may read that one
(docs/decisions/addresses-tell-nothing.md).
"""

import hashlib
import re
import uuid

UPLOADS = "uploads/"
PROBES = "probes/"
MANIFEST = "manifest.json"
CLAIM = "claim.json"

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


def claim(job: str) -> str:
    return f"{job}/{CLAIM}"


def folder(job: str) -> str:
    """Where the thumbnails of a job lie: 32 hexadecimal digits that do not lead back to the job.

    A plain SHA-256 is enough: a job has 122 random bits, too many to try. What a probe leaves behind must be told by
    its name, so the folder of a probe begins as its job does.
    """
    digest = hashlib.sha256(job.encode()).hexdigest()
    return (PROBE_JOBS + digest if is_probe(job) else digest)[:32]


def thumbnail(job: str, size: str, extension: str, content: bytes) -> str:
    """The key of this content and no other. The job is in the digest, so that nobody else can compute it."""
    digest = hashlib.sha256(job.encode() + content).hexdigest()[:16]
    return f"{folder(job)}/{digest}/{size}.{extension}"
