"""GET /uploads/{job}: the status of a job, for programs, and for fresh links once the signed ones have expired."""

from http import HTTPStatus
from typing import Any

from thumbs import correlation, observe
from thumbs.api import links, responses
from thumbs.jobs import access, keys, ledger, manifest, originals, retention


@observe.function
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    job = (event.get("pathParameters") or {}).get("job") or ""
    if not keys.is_job(job) or not access.may_see(event, job):
        return responses.no_upload(event)
    observe.log().append_keys(job=job)
    observe.correlate(correlation.of(event))
    found = ledger.find(job)
    if not found and originals.is_waiting(job):
        observe.log().info("answered", status="processing")
        return responses.ok(event, {"job": job, "status": "processing"}, HTTPStatus.ACCEPTED, Retry_After="1")
    # Again, because between the two requests the job may have ended and its original expired.
    found = found or ledger.find(job)
    if found and not retention.is_over(found.manifest) and access.may_see(event, job, found.manifest.get("owner")):
        observe.log().info("answered", status=found.manifest["status"])
        if found.manifest["status"] == "erased":
            return responses.problem(event, HTTPStatus.GONE, "This upload was erased.")
        return responses.ok(event, manifest.relinked(found.manifest, links.to))
    observe.log().info("answered", status="unknown")
    return responses.no_upload(event)
