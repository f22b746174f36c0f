"""S3 event → thumbnails, then the manifest, last.

Events come at least once and in any order, and a signed form can be used again while it lives. So a job is about the
upload that was claimed first; one that has ended is left alone unless somebody asks for it `again`; and of two runs of
the same job only one commits. What is the uploader's fault is written into the manifest; everything else raises, and
Lambda tries again.
"""

import gc
import time
from typing import Any

from thumbs import pipeline

gc.disable()  # what is loaded is not garbage, and looking for some takes a tenth of a cold start
pipeline.start()  # the decoders load in a process of their own, while this one loads boto3

from thumbs import errors, formats, observe, settings  # noqa: E402
from thumbs.aws import storage  # noqa: E402
from thumbs.jobs import keys, manifest, notices, thumbnails  # noqa: E402
from thumbs.jobs.notices import Upload  # noqa: E402

gc.freeze()
gc.enable()

# What a run says of a job that another run has ended, or is going to.
_LEFT = "left to another run"

# What S3 charges for next to the thumbnails of a job: the original, the claim, the manifest.
_WRITES = 3


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
    if status == _LEFT:
        return  # an event that came twice, or a redrive of last week's: its upload is not lost
    observe.count("Converted", status == "done")
    observe.count("Rejected", status == "rejected")


def _convert(upload: Upload) -> str | None:
    """The status that this run has ended the job with, _LEFT, or None when the upload is not ours."""
    log = observe.log()
    log.append_keys(job=upload.job)
    if upload.job is None:
        log.info("ignored: not an upload of ours", key=upload.key)
        return None
    found = storage.manifest(upload.job)
    if found and manifest.is_final(found.manifest) and not upload.again:
        log.info("ignored: the job has ended", status=found.manifest["status"])
        return _LEFT
    claim = storage.claim(upload.job, upload)
    if claim and not claim.admits(upload):
        log.info("ignored: another upload of this job was first")
        return _LEFT
    started = time.monotonic()
    outcome = _outcome(upload.job, upload, claim)
    if found and not manifest.replaces(outcome, found.manifest, upload.again):
        log.info("ignored: the job keeps its outcome", status=found.manifest["status"], reason=outcome["reason"])
        return _LEFT
    try:
        storage.commit(outcome, found)  # last: the manifest is the commit
    except storage.Overtaken as first:
        if not manifest.replaces(outcome, first.standing.manifest):
            log.info("ignored: another run was first")
            return _LEFT
        storage.commit(outcome, first.standing)  # it was reported as failed meanwhile, which it is not
    _report(outcome, (time.monotonic() - started) * 1000)
    status: str = outcome["status"]
    return status


def _outcome(job: str, upload: Upload, claim: storage.Claim | None) -> manifest.Manifest:
    """The manifest of a conversion, whose thumbnails are stored; "failed" when there is nothing left to convert."""
    current = settings.current()
    wanted = pipeline.Wanted(current.sizes, current.output, current.quality, current.max_megapixels)
    try:
        original = storage.original(upload, claim.etag) if claim else None
        if original is None:
            return manifest.failed(job, errors.describe(errors.Reason.CONVERSION_FAILED))
        conversion = pipeline.run(original, wanted, pipeline.Limits(memory=current.conversion_memory))
    except errors.Rejected as refusal:
        observe.log().info("rejected", reason=refusal.reason.value, detail=refusal.detail)
        facts = {"limit": current.max_megapixels, "accepted": formats.ACCEPTED_LABELS} | refusal.facts
        return manifest.rejected(job, errors.describe(refusal.reason, **facts), refusal.original)
    stored = [thumbnails.store(job, rendered) for rendered in conversion.thumbnails]
    return manifest.done(job, conversion.original, stored, conversion.placeholder)


def _report(outcome: manifest.Manifest, milliseconds: float) -> None:
    """A rejection was logged with its reason already, once: the dashboard counts those."""
    observe.count("Writes", _WRITES + len(outcome["thumbnails"]))
    if outcome["status"] == "failed":
        observe.count("Failed")
        observe.log().error("failed: the original is gone")
        return
    observe.measure("ConversionTime", milliseconds)
    if outcome["status"] == "done":
        held_by = pipeline.enforced()  # tests/deployed wants to know what AWS's kernel takes
        observe.log().info("done", original=outcome["original"], milliseconds=round(milliseconds), held_by=held_by)
