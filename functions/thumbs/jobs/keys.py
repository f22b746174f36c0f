"""The keys of everything that belongs to a job.

UploadBucket     uploads/{job}
ThumbnailBucket  {job}/manifest.json
                 {job}/binding.json                    which upload the job is about (bindings.py)
                 {folder}/{digest}/{size}.{extension}  a thumbnail: its address reveals neither its job nor its siblings
                 {job}/{size}.{extension}              a thumbnail of version 0.1; its manifest names it
                 probes/{job}                          a golden picture, while a release is verified; no notification

Anyone who knows a job may read everything made of it; anyone who knows the address of one thumbnail may read that one
(docs/decisions/addresses-tell-nothing.md).
"""

import hashlib
import os
import re

UPLOADS = "uploads/"
PROBES = "probes/"
MANIFEST = "manifest.json"
BINDING = "binding.json"

# The prefix of probes' jobs, so that the permission to delete their leftovers covers no other job: only one job in 4
# billion has this prefix.
PROBE_JOBS = "00000000"

_JOB = re.compile(r"[0-9a-f]{32}")


def new_job(owner: str | None = None) -> str:
    """An unguessable id: 122 random bits (RFC 9562, version 4) as 32 hexadecimal digits.

    With an owner: 64 random bits, and 64 that depend on them and on the owner (docs/decisions/jobs-name-owners.md).
    """
    if owner is None:
        job = bytearray(os.urandom(16))
        # As uuid.uuid4 does, whose import takes 1.5 ms of a cold start.
        job[6], job[8] = job[6] & 0x0F | 0x40, job[8] & 0x3F | 0x80
        return job.hex()
    random = os.urandom(8).hex()
    return random + _seal(random, owner)


def is_of(job: str, owner: str) -> bool:
    """Whether a job was created for this owner. Needs nothing but the job itself."""
    return job[16:] == _seal(job[:16], owner)


def _seal(random: str, owner: str) -> str:
    return hashlib.sha256(f"{random} {owner}".encode()).hexdigest()[:16]


def new_probe() -> str:
    """The id of a job that verifies a release."""
    return PROBE_JOBS + new_job()[len(PROBE_JOBS) :]


def is_probe(job: str) -> bool:
    return job.startswith(PROBE_JOBS)


def is_job(text: str) -> bool:
    return _JOB.fullmatch(text) is not None


def original(job: str) -> str:
    return UPLOADS + job


def probe(job: str) -> str:
    return PROBES + job


def job_of(key: str) -> str | None:
    """The job of an upload's or a probe's decoded key, or None if the key is not one of ours."""
    folder, _, job = key.rpartition("/")
    return job if f"{folder}/" in (UPLOADS, PROBES) and is_job(job) else None


def manifest(job: str) -> str:
    return f"{job}/{MANIFEST}"


def binding(job: str) -> str:
    return f"{job}/{BINDING}"


def folder(job: str) -> str:
    """The folder of a job's thumbnails: 32 hexadecimal digits that do not reveal the job.

    A plain SHA-256 is enough: a job has 122 random bits, too many to try. A probe's leftovers must be recognisable by
    name, so the folder of a probe has the same prefix as its job.
    """
    digest = hashlib.sha256(job.encode()).hexdigest()
    return (PROBE_JOBS + digest if is_probe(job) else digest)[:32]


def thumbnail(job: str, size: str, extension: str, content: bytes, batch: str = "") -> str:
    """The key of this content and no other. Only callers that know the job can compute its digest.

    content: of the thumbnail, or what thumbnails.store makes of one size's files in several formats. batch: see
    retention.batch.
    """
    digest = hashlib.sha256(f"{job}{batch}".encode() + content).hexdigest()[:16]
    return f"{folder(job)}/{digest}/{size}.{extension}"
