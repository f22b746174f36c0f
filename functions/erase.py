"""A job → its tombstone, and nothing else. For its owner, an operator, and every job that a function found erased.

DELETE /uploads/{job} of the API, and asynchronously S3's event about the job's upload, as convert gets it. A sweep that
failed three times is parked with the conversions that failed for good: once it is redriven, convert finds the job
erased, and hands it over again.
"""

from http import HTTPStatus
from typing import Any

from thumbs import observe, settings
from thumbs.api import responses
from thumbs.aws import cloudfront, s3
from thumbs.jobs import access, erasure, keys, ledger, lookup, notices
from thumbs.jobs.notices import Upload

# API Gateway waits for 29 s. A single call of S3 with its retries may still take longer, and then it answers 504.
_SECONDS = 15.0
_SECONDS_IF_NOBODY_WAITS = 45.0  # of the function's 60
_RETRY_SECONDS = 5  # Lambda runs the eraser within a second


@observe.function
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Returns {"erased": jobs, "deleted": objects that were made of them}, or the answer to a call of the API."""
    if "httpMethod" in event:
        return _answer(event)
    jobs = [upload.job for upload in notices.uploads(event) if upload.job]
    return {"erased": len(jobs), "deleted": sum(_erase(job, _SECONDS_IF_NOBODY_WAITS) for job in jobs)}


def _answer(event: dict[str, Any]) -> dict[str, Any]:
    job = lookup.job_of(event) if settings.current().has_owners else None
    if job is None:
        return responses.no_upload(event)
    if not _is_known(event, job):
        observe.log().info("answered", status="unknown")
        return responses.no_upload(event)
    try:
        _erase(job, _SECONDS)
    except (erasure.Unfinished, ledger.Overtaken, RuntimeError, *s3.ERRORS, *cloudfront.ERRORS):
        observe.log().exception("not erased yet")
        erasure.hand_over(Upload(*_original(job), job))
        detail = "This upload is being erased. Please repeat the request until it is answered with 204."
        return responses.problem(event, HTTPStatus.SERVICE_UNAVAILABLE, detail, retry_after=_RETRY_SECONDS)
    return responses.nothing(event)


def _is_known(event: dict[str, Any], job: str) -> bool:
    """Whether the caller may erase the job, and it may exist. A job that is the caller's own may: its form was signed,
    and its upload may be on its way."""
    found = ledger.find(job)
    if found:
        return access.may_see(event, job, found.manifest.get("owner"))
    return access.is_own(event, job) or erasure.is_needed(job, _original(job))


def _erase(job: str, seconds: float) -> int:
    observe.log().append_keys(job=job)
    deleted = erasure.erase(job, _original(job), seconds=seconds)
    if not keys.is_probe(job):
        observe.count("Erased")
    observe.log().info("erased", deleted=deleted)
    return deleted


def _original(job: str) -> tuple[str, str]:
    """From the settings, because the eraser may delete any original, and an event may name any bucket."""
    return settings.current().upload_bucket, keys.original(job)
