"""A conversion that failed for good → manifest "failed", so that the waiting uploader sees it."""

from typing import Any

from thumbs import errors, observe, settings
from thumbs.jobs import attribution, erasure, keys, ledger, manifest, notices, originals
from thumbs.jobs.notices import Upload


@observe.function
def handler(event: dict[str, Any], context: Any) -> None:
    for given_up in notices.given_up(event):
        for upload in notices.uploads(given_up, settings.current().upload_bucket):
            if upload.job:
                _report(upload.job, upload)


def _report(job: str, upload: Upload) -> None:
    """Leaves a job that has a manifest alone: another record of the event, or a redrive, has ended it. A job that was
    erased goes to the eraser, because the run that was given up may have stored thumbnails afterwards."""
    observe.log().append_keys(job=job)
    try:
        failed = _end(job, upload)
    except ledger.Erased:
        erasure.hand_over(upload)
        return
    if failed:
        if not keys.is_probe(job):
            observe.count("Failed")
        observe.log().error("failed")


def _end(job: str, upload: Upload) -> bool:
    """Whether this has ended the job as failed. Raises ledger.Erased."""
    if ledger.is_closed(None, upload):
        ledger.assure_not_erased(job)  # what the run that was given up has stored is swept even if its report is late
        return False
    # Only with an authorizer may this function ask whose an upload is.
    whose = originals.attribution_of(upload) if settings.current().has_owners else attribution.NOBODY
    observe.correlate(whose.correlation)
    return ledger.end(manifest.failed(job, errors.describe(errors.Reason.CONVERSION_FAILED), whose))
