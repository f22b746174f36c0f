"""Finds the job that a call of the API names in its path, if the caller may see it."""

from typing import Any

from thumbs import correlation, observe
from thumbs.jobs import access, keys, ledger, originals, retention
from thumbs.jobs.ledger import Entry


class Processing(Exception):
    """The job has not ended: its original is there, and may still be converted."""


def job_of(event: dict[str, Any]) -> str | None:
    """The job, or None if the path names none, or another owner's as far as its id shows. Reads nothing.

    The log names it from here on, and the caller's id of the request.
    """
    job: str = (event.get("pathParameters") or {}).get("job") or ""
    if not keys.is_job(job) or not access.may_see(event, job):
        return None
    observe.log().append_keys(job=job)
    observe.correlate(correlation.of(event))
    return job


def find(event: dict[str, Any], job: str) -> Entry | None:
    """The manifest of the job, which may be a tombstone, or None if the caller gets to see none. Raises Processing."""
    found = ledger.find(job)
    if not found and originals.is_waiting(job):
        raise Processing
    # Again, because between the two requests the job may have ended and its original expired.
    found = found or ledger.find(job)
    if found and not retention.is_over(found.manifest) and access.may_see(event, job, found.manifest.get("owner")):
        return found
    return None
