"""POST /uploads/{job}/claim: what was made of a job is kept. Only with UnclaimedDays.

For the server of an application, once it stores the job: a form was saved, an order placed. Idempotent.
"""

from http import HTTPStatus
from typing import Any

from thumbs import observe
from thumbs.api import responses
from thumbs.jobs import claims, ledger, lookup


@observe.function
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    job = lookup.job_of(event)
    if job is None:
        return responses.no_upload(event)
    try:
        found = lookup.find(event, job)
        if found is None:
            observe.log().info("answered", status="unknown")
            return responses.no_upload(event)
        claims.claim(found)
    except ledger.Erased:
        observe.log().info("answered", status="erased")
        return responses.erased(event)
    except (lookup.Processing, ledger.Overtaken):
        observe.log().info("answered", status="processing")
        detail = "This upload is still being converted. Please claim it again shortly."
        return responses.problem(event, HTTPStatus.CONFLICT, detail, retry_after=1)
    observe.log().info("claimed")
    return responses.nothing(event)
