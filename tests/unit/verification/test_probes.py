"""Nothing of a probe is left behind."""

from typing import Any

import convert
from tests.material import pictures
from tests.material.invocation import Context
from thumbs import errors
from thumbs.aws import clients
from thumbs.jobs import keys, ledger, manifest, notices, thumbnails
from thumbs.jobs.notices import Upload
from thumbs.pipeline import Rendered
from thumbs.verification import probes

JOB, OTHER = "4" * 32, "5" * 32


def put(s3: Any, content: bytes, job: str) -> None:
    s3.put_object(Bucket="uploads-bucket", Key=f"uploads/{job}", Body=content)


def test_all_that_was_made_of_a_job_is_deleted_and_nothing_else(s3: Any) -> None:
    """Including results of version 0.1, in a folder named after the job."""
    for job in (JOB, OTHER):
        put(s3, b"original", job)
        ledger.end(manifest.failed(job, errors.describe(errors.Reason.CONVERSION_FAILED)))
        thumbnails.store(job, Rendered("small", 160, 120, b"content"))
        s3.put_object(Bucket="thumbnails-bucket", Key=f"{job}/small.webp", Body=b"content")

    probes.delete_upload(JOB)

    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket="uploads-bucket")["Contents"]] == [f"uploads/{OTHER}"]
    left = {entry["Key"] for entry in s3.list_objects_v2(Bucket="thumbnails-bucket")["Contents"]}
    kept = keys.thumbnail(OTHER, "small", "webp", b"content")
    assert left == {f"{OTHER}/manifest.json", f"{OTHER}/small.webp", kept}


def test_a_job_is_deleted_with_its_claim_and_its_manifest_last(s3: Any, context: Context) -> None:
    put(s3, pictures.jpeg(), JOB)
    convert.handler(notices.event([Upload("uploads-bucket", f"uploads/{JOB}", JOB)]), context)
    deleted: list[str] = []
    clients.client("s3").meta.events.register(
        "provide-client-params.s3.DeleteObjects",
        lambda params, **_: deleted.extend(each["Key"] for each in params["Delete"]["Objects"]),
    )

    probes.delete_upload(JOB)

    assert f"{JOB}/claim.json" in deleted
    assert deleted[-1] == f"{JOB}/manifest.json"
    assert s3.list_objects_v2(Bucket="thumbnails-bucket")["KeyCount"] == 0
    assert s3.list_objects_v2(Bucket="uploads-bucket")["KeyCount"] == 0
