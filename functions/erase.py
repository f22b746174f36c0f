"""A job → its tombstone, and nothing else. For an operator, and for every job that another function found erased.

The event is S3's, about the job's upload, as convert gets it. A sweep that failed three times is parked with the
conversions that failed for good: once it is redriven, convert finds the job erased, and hands it over again.
"""

from typing import Any

from thumbs import observe, settings
from thumbs.jobs import erasure, keys, notices


@observe.function
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Returns {"erased": jobs, "deleted": objects that were made of them}."""
    jobs = [upload.job for upload in notices.uploads(event) if upload.job]
    return {"erased": len(jobs), "deleted": sum(_erase(job) for job in jobs)}


def _erase(job: str) -> int:
    observe.log().append_keys(job=job)
    # From the settings, because the eraser may delete any original, and an event may name any bucket.
    deleted = erasure.erase(job, (settings.current().upload_bucket, keys.original(job)))
    observe.log().info("erased", deleted=deleted)
    return deleted
