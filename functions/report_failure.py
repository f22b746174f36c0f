"""A conversion that failed for good → manifest "failed", so that the waiting uploader sees it."""

from typing import Any

from thumbs import errors, observe, settings
from thumbs.jobs import keys, ledger, manifest, notices


@observe.function
def handler(event: dict[str, Any], context: Any) -> None:
    for given_up in notices.given_up(event):
        for upload in notices.uploads(given_up, settings.current().upload_bucket):
            if upload.job:
                _report(upload.job)


def _report(job: str) -> None:
    """Leaves a job that has a manifest alone: another record of the event, or a redrive, has ended it."""
    observe.log().append_keys(job=job)
    if ledger.end(manifest.failed(job, errors.describe(errors.Reason.CONVERSION_FAILED))):
        if not keys.is_probe(job):
            observe.count("Failed")
        observe.log().error("failed")
