"""S3 event → thumbnails, then the manifest, last.

Events come at least once and in any order: a job that has ended is left alone unless somebody asks for it `again`, and
of two runs of the same job only one commits. What is the uploader's fault is written into the manifest; everything else
raises, so that Lambda tries again.
"""

import time
from typing import Any

from thumbs import errors, formats, keys, links, manifest, notices, observe, pipeline, settings, storage
from thumbs.notices import Upload

# What a run says of a job that had an outcome already, and keeps it.
_ENDED_BEFORE = "ended before"


@observe.function
def handler(event: dict[str, Any], context: Any) -> None:
    failures = []
    for upload in notices.uploads(event):
        status = None
        try:
            status = _convert(upload)
        except Exception as failure:  # the other records are none the worse for it
            observe.log().exception("conversion failed", job=upload.job)
            failures.append(failure)
        _count(upload, status)
    if failures:
        raise ExceptionGroup("conversions failed; Lambda will try the event again", failures)


def _count(upload: Upload, status: str | None) -> None:
    """By outcome, each also when it is not this one: alarms look at shares of all uploads, the lost ones among them."""
    if upload.job and keys.is_probe(upload.job):
        return  # golden pictures would make the shares of users' pictures look better than they are
    if status == _ENDED_BEFORE:
        return  # an event that came twice, or a redrive of last week's: its upload is not lost
    observe.count("Converted", status == "done")
    observe.count("Rejected", status == "rejected")


def _convert(upload: Upload) -> str | None:
    """The status that this run has ended the job with, _ENDED_BEFORE, or None when the job has no outcome."""
    log = observe.log()
    log.append_keys(job=upload.job)
    if upload.job is None:
        log.info("ignored: not an upload of ours", key=upload.key)
        return None
    replacing = storage.manifest(upload.job)
    if replacing and replacing.manifest["status"] in manifest.FINAL and not upload.again:
        log.info("ignored: the job has ended", status=replacing.manifest["status"])
        return _ENDED_BEFORE
    started = time.monotonic()
    outcome = _outcome(upload.job, upload)
    if outcome is None:
        log.info("ignored: the original is gone")
        return _ENDED_BEFORE if replacing else None
    if replacing and replacing.manifest["status"] == "done" and outcome["status"] == "rejected":
        log.info("ignored: rejected now, but its thumbnails are kept")  # it was asked for again, with other limits
        return _ENDED_BEFORE
    try:
        storage.commit(outcome, replacing)  # last: the manifest is the commit
    except storage.Overtaken:
        replacing = storage.manifest(upload.job)
        if replacing and replacing.manifest["status"] in manifest.FINAL:
            log.info("ignored: another run was first")
            return _ENDED_BEFORE
        storage.commit(outcome, replacing)  # it was reported as failed meanwhile, which it is not
    _report(outcome, (time.monotonic() - started) * 1000)
    status: str = outcome["status"]
    return status


def _outcome(job: str, upload: Upload) -> manifest.Manifest | None:
    """The manifest of a conversion, whose thumbnails are stored; None when there is nothing to convert."""
    current = settings.current()
    wanted = pipeline.Wanted(current.sizes, current.output, current.quality, current.max_megapixels)
    try:
        original = storage.original(upload)
        if original is None:
            return None
        conversion = pipeline.run(original, wanted, pipeline.Limits(memory=current.conversion_memory))
    except errors.Rejected as refusal:
        observe.log().info("rejected", reason=refusal.reason.value, detail=refusal.detail)
        facts = {"limit": current.max_megapixels, "accepted": formats.ACCEPTED_LABELS} | refusal.facts
        return manifest.rejected(job, errors.describe(refusal.reason, **facts), refusal.original)
    thumbnails = [_store(job, thumbnail) for thumbnail in conversion.thumbnails]
    return manifest.done(job, conversion.original, thumbnails, conversion.placeholder)


def _store(job: str, rendered: pipeline.Rendered) -> manifest.Thumbnail:
    output = settings.current().output
    key = storage.put_thumbnail(job, rendered.size, output, rendered.content)
    return manifest.Thumbnail(
        size=rendered.size,
        width=rendered.width,
        height=rendered.height,
        type=output.content_type,
        bytes=len(rendered.content),
        key=key,
        url=links.to(key),
    )


def _report(outcome: manifest.Manifest, milliseconds: float) -> None:
    observe.measure("ConversionTime", milliseconds)
    if outcome["status"] == "done":  # a rejection was logged with its reason already, once: the dashboard counts those
        observe.log().info("done", original=outcome["original"], milliseconds=round(milliseconds))
