"""A conversion that was given up → manifest "failed", so that whoever waits for it learns of it."""

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
    """Leaves a job alone that has a manifest: one of several in the event, or one that a redrive has ended since."""
    observe.log().append_keys(job=job)
    if ledger.end(manifest.failed(job, errors.describe(errors.Reason.CONVERSION_FAILED))):
        if not keys.is_probe(job):
            observe.count("Failed")
        observe.log().error("failed")
