"""Callers of DELETE /uploads/{job}, who invoke its handler as API Gateway does, and what they find afterwards."""

from typing import Any

import erase
import get_upload
from tests.material.invocation import Context
from tests.material.outcomes import DONE
from thumbs.jobs import keys, ledger

UPLOADS, THUMBNAILS = "uploads-bucket", "thumbnails-bucket"
TOKEN = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9."


def request(job: str, subject: str | None = "alice", groups: str = "", method: str = "DELETE") -> dict[str, Any]:
    authorizer = {"claims": {"sub": subject, "cognito:groups": groups}} if subject else {}
    return {
        "httpMethod": method,
        "resource": "/uploads/{job}",
        "pathParameters": {"job": job} if job else None,
        "headers": {"Authorization": f"Bearer {TOKEN}", "X-Request-Id": "r1"},
        "requestContext": {"authorizer": authorizer},
    }


def answer(job: str, context: Context, subject: str | None = "alice", groups: str = "") -> tuple[int, str]:
    said = erase.handler(request(job, subject, groups), context)
    return said["statusCode"], said["body"]


def at_the_same_time(job: str, context: Context) -> tuple[int, str]:
    """The same in the middle of another invocation, in the same process."""
    inner: Any = erase.handler
    said = inner.__wrapped__(request(job), context)
    return said["statusCode"], said["body"]


def status(job: str, context: Context) -> int:
    code: int = get_upload.handler(request(job, method="GET"), context)["statusCode"]
    return code


def done(s3: Any, owner: str | None = "alice") -> str:
    """A job that has ended, with what a conversion leaves."""
    job = keys.new_job(owner)
    s3.put_object(Bucket=UPLOADS, Key=keys.original(job), Body=b"picture")
    for key in (keys.binding(job), keys.thumbnail(job, "small", "webp", b"small")):
        s3.put_object(Bucket=THUMBNAILS, Key=key, Body=b"small")
    assert ledger.end({**DONE, "job": job, "owner": owner})
    return job


def left(s3: Any) -> set[str]:
    buckets = (s3.list_objects_v2(Bucket=bucket).get("Contents", ()) for bucket in (UPLOADS, THUMBNAILS))
    return {each["Key"] for bucket in buckets for each in bucket}
