"""POST /uploads/{job}/claim: what was made of a job is kept. Only with UnclaimedDays.

For the server of an application, once it stores the job: a form was saved, an order placed. Idempotent.
"""

from http import HTTPStatus
from typing import Any

from thumbs import correlation, observe
from thumbs.api import responses
from thumbs.jobs import access, claims, keys, ledger, originals, retention


@observe.function
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    job = (event.get("pathParameters") or {}).get("job") or ""
    if not keys.is_job(job) or not access.may_see(event, job):
        return responses.no_upload(event)
    observe.log().append_keys(job=job)
    observe.correlate(correlation.of(event))
    found = ledger.find(job)
    if not found and originals.is_waiting(job):
        return _later(event)
    found = found or ledger.find(job)  # for the same reason as in get_upload
    if not found or retention.is_over(found.manifest) or not access.may_see(event, job, found.manifest.get("owner")):
        observe.log().info("answered", status="unknown")
        return responses.no_upload(event)
    try:
        claims.claim(found)
    except ledger.Erased:
        observe.log().info("answered", status="erased")
        return responses.problem(event, HTTPStatus.GONE, "This upload was erased.")
    except ledger.Overtaken:
        return _later(event)
    observe.log().info("claimed")
    return responses.nothing(event)


def _later(event: dict[str, Any]) -> dict[str, Any]:
    observe.log().info("answered", status="processing")
    detail = "This upload is still being converted. Please claim it again shortly."
    return responses.problem(event, HTTPStatus.CONFLICT, detail, retry_after=1)
