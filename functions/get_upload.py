"""GET /uploads/{job}: the status of a job, for programs, and for fresh links once the signed ones have expired."""

from http import HTTPStatus
from typing import Any

from thumbs import observe
from thumbs.api import links, responses
from thumbs.aws import s3
from thumbs.jobs import lookup, manifest

s3.prepare()


@observe.function
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    job = lookup.job_of(event)
    if job is None:
        return responses.no_upload(event)
    try:
        found = lookup.find(event, job)
    except lookup.Processing:
        observe.log().info("answered", status="processing")
        return responses.ok(event, {"job": job, "status": "processing"}, HTTPStatus.ACCEPTED, Retry_After="1")
    if found is None:
        observe.log().info("answered", status="unknown")
        return responses.no_upload(event)
    observe.log().info("answered", status=found.manifest["status"])
    if found.manifest["status"] == "erased":
        return responses.erased(event)
    return responses.ok(event, manifest.relinked(found.manifest, links.to))
