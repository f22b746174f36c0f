"""Nothing of a probe is left behind but its tombstone."""

import json
from typing import Any

import convert
from tests.material import pictures
from tests.material.invocation import Context
from thumbs import errors, formats
from thumbs.jobs import keys, ledger, manifest, notices, thumbnails
from thumbs.pipeline import Rendered
from thumbs.verification import probes

JOB, OTHER = "4" * 32, "5" * 32
PROBE = keys.PROBE_JOBS + "6" * 24


def put(s3: Any, content: bytes, job: str) -> None:
    s3.put_object(Bucket="uploads-bucket", Key=f"uploads/{job}", Body=content)


def test_all_that_was_made_of_an_upload_is_deleted_and_nothing_else(s3: Any) -> None:
    """Including results of version 0.1, in a folder named after the job."""
    for job in (JOB, OTHER):
        put(s3, b"original", job)
        ledger.end(manifest.failed(job, errors.describe(errors.Reason.CONVERSION_FAILED)))
        thumbnails.store(job, [Rendered("small", 160, 120, formats.OUTPUTS["webp"], b"content")])
        s3.put_object(Bucket="thumbnails-bucket", Key=f"{job}/small.webp", Body=b"content")

    probes.erase_upload(JOB, "uploads-bucket")

    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket="uploads-bucket")["Contents"]] == [f"uploads/{OTHER}"]
    left = {entry["Key"] for entry in s3.list_objects_v2(Bucket="thumbnails-bucket")["Contents"]}
    kept = keys.thumbnail(OTHER, "small", "webp", b"content")
    assert left == {f"{JOB}/manifest.json", f"{OTHER}/manifest.json", f"{OTHER}/small.webp", kept}


def test_a_probe_is_erased_with_its_claim_and_its_picture(s3: Any, context: Context) -> None:
    probe = probes.put(PROBE, pictures.jpeg())
    convert.handler(notices.event([probe]), context)
    assert len(probes.made(PROBE)) == 5

    probes.erase(PROBE)

    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket="thumbnails-bucket")["Contents"]] == [
        f"{PROBE}/manifest.json"
    ]
    assert json.loads(probes.made(PROBE)[f"{PROBE}/manifest.json"])["status"] == "erased"
