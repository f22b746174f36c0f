"""Invokes the handlers: as S3 with its events, and as API Gateway with a call for signatures."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

import sign_upload
from tests.material.invocation import Context
from thumbs.jobs import notices
from thumbs.jobs.notices import Upload

JOB = "5" * 32
OTHER = "6" * 32


def event(*jobs: str, bucket: str = "uploads-bucket") -> dict[str, Any]:
    return notices.event([Upload(bucket, f"uploads/{job}", job, time=datetime.now(UTC)) for job in jobs])


def put(s3: Any, job: str, content: bytes) -> None:
    s3.put_object(Bucket="uploads-bucket", Key=f"uploads/{job}", Body=content)


def counted(capsys: pytest.CaptureFixture[str], name: str) -> list[float] | None:
    """The metrics of the last run; None if it wrote none."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    metrics: dict[str, list[float] | None] = [line for line in lines if "_aws" in line][-1]
    return metrics.get(name)


def signed(context: Context, files: int = 1, **members: Any) -> list[dict[str, Any]]:
    """The uploads that are signed for a call with these further members in its event and body."""
    body = {"files": [{"name": "a.jpg", "type": "image/jpeg", "size": 1000}] * files, **members}
    event = {"httpMethod": "POST", "resource": "/uploads", "headers": {}, "body": json.dumps(body), **members}
    answer = sign_upload.handler(event, context)
    uploads: list[dict[str, Any]] = json.loads(answer["body"])["uploads"]
    return uploads
