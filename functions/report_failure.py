"""A conversion that was given up → manifest "failed", so that whoever waits for it learns of it."""

from typing import Any

from thumbs import errors, observe, settings
from thumbs.aws import storage
from thumbs.jobs import manifest, notices


@observe.function
def handler(event: dict[str, Any], context: Any) -> None:
    for letter in notices.dead_letters(event):
        for upload in notices.uploads(letter, settings.current().upload_bucket):
            if upload.job:
                _report(upload.job)


def _report(job: str) -> None:
    log = observe.log()
    log.append_keys(job=job)
    try:
        storage.commit(manifest.failed(job, errors.describe(errors.Reason.CONVERSION_FAILED)), replacing=None)
    except storage.Overtaken:
        # One of several records of the event, or a run that overlapped with this one, or a redrive that failed again.
        log.info("ignored: the job has a manifest")
        return
    observe.count("Failed")
    log.error("failed")
