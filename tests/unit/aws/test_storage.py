"""What storage promises: one manifest, keys whose content never changes, and errors that are not swallowed."""

from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError

from thumbs import formats
from thumbs.aws import clients, storage
from thumbs.errors import Rejected
from thumbs.jobs import keys, manifest
from thumbs.jobs.notices import Upload

JOB, OTHER = "4" * 32, "5" * 32
WEBP = formats.OUTPUTS["webp"]
UPLOAD = Upload("uploads-bucket", f"uploads/{JOB}", JOB)
DONE = {"job": JOB, "status": "done", "thumbnails": []}
FAILED = manifest.failed(JOB, {"code": "conversion_failed"})


def put(s3: Any, content: bytes, job: str = JOB) -> str:
    """Store an original; returns its ETag as an event names it."""
    etag: str = s3.put_object(Bucket="uploads-bucket", Key=f"uploads/{job}", Body=content)["ETag"]
    return etag.strip('"')


def test_an_original_is_read(s3: Any) -> None:
    etag = put(s3, b"original")

    assert storage.original(UPLOAD, etag) == b"original"


def test_an_original_that_is_gone_is_none(s3: Any) -> None:
    assert storage.original(UPLOAD, "0" * 32) is None


def test_an_original_beyond_the_limit_is_rejected_unread(environment: pytest.MonkeyPatch, s3: Any) -> None:
    environment.setenv("MAX_UPLOAD_MEGABYTES", "0")
    etag = put(s3, b"x")

    with pytest.raises(Rejected, match="too_large: 1 bytes"):
        storage.original(UPLOAD, etag)


def test_any_other_error_of_s3_is_raised(s3: Any) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        storage.original(Upload("no-such-bucket", UPLOAD.key, JOB), "0" * 32)


def test_whether_an_original_is_there_is_told_by_its_exact_key(s3: Any) -> None:
    s3.put_object(Bucket="uploads-bucket", Key=f"{UPLOAD.key}-longer", Body=b"x")
    assert not storage.is_uploaded(JOB)

    put(s3, b"x")
    assert storage.is_uploaded(JOB)


def test_the_first_manifest_stands(s3: Any) -> None:
    assert storage.manifest(JOB) is None
    storage.commit(DONE, replacing=None)

    with pytest.raises(storage.Overtaken):
        storage.commit(FAILED, replacing=None)

    found = storage.manifest(JOB)
    assert found is not None
    assert found.manifest == DONE


def test_only_the_failed_manifest_that_was_seen_is_replaced(s3: Any) -> None:
    storage.commit(FAILED, replacing=None)
    seen = storage.manifest(JOB)
    storage.commit(DONE, replacing=seen)

    with pytest.raises(storage.Overtaken):
        storage.commit(DONE | {"late": True}, replacing=seen)

    found = storage.manifest(JOB)
    assert found is not None
    assert found.manifest == DONE


def test_the_key_of_a_thumbnail_is_that_of_its_content(s3: Any) -> None:
    first = storage.put_thumbnail(JOB, "small", WEBP, b"content")
    again = storage.put_thumbnail(JOB, "small", WEBP, b"content")
    other = storage.put_thumbnail(JOB, "small", WEBP, b"other content")
    other_again = storage.put_thumbnail(JOB, "small", WEBP, b"other content")

    assert first == again == keys.thumbnail(JOB, "small", "webp", b"content")
    assert other == other_again != first
    head = s3.get_object(Bucket="thumbnails-bucket", Key=first)
    assert head["Body"].read() == b"content"
    assert (head["ContentType"], head["CacheControl"]) == ("image/webp", "public, max-age=31536000, immutable")
    assert s3.get_object(Bucket="thumbnails-bucket", Key=other)["Body"].read() == b"other content"


@pytest.fixture
def conflicts(s3: Any) -> list[str]:
    """The keys whose next write S3 answers with a conflict, as it does while somebody else is writing the object."""
    keys: list[str] = []

    def answer(params: dict[str, Any], **_: Any) -> Any:
        key = next((key for key in keys if params["url_path"].endswith(key)), None)
        if key is None:
            return None
        keys.remove(key)
        return AWSResponse("", 409, HTTPHeaders(), None), {
            "Error": {"Code": "ConditionalRequestConflict", "Message": ""}
        }

    clients.client("s3").meta.events.register("before-call.s3.PutObject", answer)
    return keys


@pytest.mark.parametrize("replacing", [False, True])
def test_a_manifest_is_written_after_meeting_a_write_that_then_fails(
    s3: Any, conflicts: list[str], replacing: bool
) -> None:
    if replacing:
        storage.commit(FAILED, replacing=None)
    seen = storage.manifest(JOB)
    conflicts.append(f"{JOB}/manifest.json")

    storage.commit(DONE, replacing=seen)

    assert not conflicts
    found = storage.manifest(JOB)
    assert found is not None
    assert found.manifest == DONE


def test_a_thumbnail_is_written_also_when_it_met_another_write(s3: Any, conflicts: list[str]) -> None:
    key = keys.thumbnail(JOB, "small", "webp", b"content")
    conflicts.append(key)

    assert storage.put_thumbnail(JOB, "small", WEBP, b"content") == key
    assert not conflicts
    assert s3.get_object(Bucket="thumbnails-bucket", Key=key)["Body"].read() == b"content"


def test_all_that_was_made_of_a_job_is_deleted_and_nothing_else(s3: Any) -> None:
    """Also what version 0.1 made of it, which lay in a folder named after the job."""
    for job in (JOB, OTHER):
        put(s3, b"original", job)
        storage.commit(DONE | {"job": job}, replacing=None)
        storage.put_thumbnail(job, "small", WEBP, b"content")
        s3.put_object(Bucket="thumbnails-bucket", Key=f"{job}/small.webp", Body=b"content")

    storage.delete_upload(JOB)

    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket="uploads-bucket")["Contents"]] == [f"uploads/{OTHER}"]
    left = {entry["Key"] for entry in s3.list_objects_v2(Bucket="thumbnails-bucket")["Contents"]}
    kept = keys.thumbnail(OTHER, "small", "webp", b"content")
    assert left == {f"{OTHER}/manifest.json", f"{OTHER}/small.webp", kept}


def test_a_conflict_that_does_not_end_is_no_outcome_of_another_run(s3: Any, conflicts: list[str]) -> None:
    conflicts += [f"{JOB}/manifest.json"] * 10

    with pytest.raises(ClientError, match="ConditionalRequestConflict"):
        storage.commit(DONE, replacing=None)
