"""Originals are read as they were bound, and never beyond the limit."""

import hashlib
from typing import Any

import pytest

from thumbs.aws.s3 import Refused
from thumbs.errors import Reason, Rejected, describe
from thumbs.jobs import originals
from thumbs.jobs.notices import Upload

JOB = "4" * 32
UPLOAD = Upload("uploads-bucket", f"uploads/{JOB}", JOB)


def put(s3: Any, content: bytes, metadata: dict[str, str] | None = None) -> str:
    """Store an original; returns its ETag as in an event."""
    answer = s3.put_object(Bucket="uploads-bucket", Key=f"uploads/{JOB}", Body=content, Metadata=metadata or {})
    etag: str = answer["ETag"]
    return etag.strip('"')


def test_an_original_is_read(s3: Any) -> None:
    etag = put(s3, b"original")

    original = originals.read(UPLOAD, etag)

    assert original is not None
    assert original.content == b"original"


def test_an_original_that_is_gone_is_none(s3: Any) -> None:
    assert originals.read(UPLOAD, "0" * 32) is None


def test_an_original_beyond_the_limit_is_rejected_unread(environment: pytest.MonkeyPatch, s3: Any) -> None:
    environment.setenv("MAX_UPLOAD_MEGABYTES", "0")
    etag = put(s3, b"x")

    with pytest.raises(Rejected, match="too_large: 1 bytes"):
        originals.read(UPLOAD, etag)


def test_any_other_error_of_s3_is_raised(s3: Any) -> None:
    with pytest.raises(Refused, match="NoSuchBucket"):
        originals.read(Upload("no-such-bucket", UPLOAD.key, JOB), "0" * 32)


def test_an_original_is_found_by_its_exact_key(s3: Any) -> None:
    s3.put_object(Bucket="uploads-bucket", Key=f"{UPLOAD.key}-longer", Body=b"x")
    assert not originals.is_waiting(JOB)

    put(s3, b"x")
    assert originals.is_waiting(JOB)


def test_a_file_that_is_not_the_announced_one_has_a_reason_of_its_own(s3: Any) -> None:
    """S3 refuses it in a form, so it can only come into the bucket in another way."""
    announced = {"sha256": hashlib.sha256(b"a picture").hexdigest()}
    with pytest.raises(Rejected, match="digest_mismatch"):
        originals.read(UPLOAD, put(s3, b"another", announced))

    assert describe(Reason.DIGEST_MISMATCH)["retryable"] is True
    assert originals.read(UPLOAD, put(s3, b"a picture", announced))
