"""S3 event → thumbnails, then the manifest, last.

Events are delivered at least once and in any order, and a signed form can be used again until it expires. So a job is
bound to the first upload. A job that has ended is left alone unless an operator converts it `again`. Only one of two
runs of the same job commits. The uploader's faults are written to the manifest; everything else raises, and Lambda
retries.
"""

import gc
import time
from typing import Any

from thumbs import pipeline

gc.disable()  # loaded modules are not garbage, and collecting takes a tenth of a cold start
pipeline.start()  # the decoders load in their own process, while this one loads the rest; before any connection

from thumbs import errors, formats, observe, settings  # noqa: E402
from thumbs.aws import s3  # noqa: E402
from thumbs.jobs import (  # noqa: E402
    attribution,
    bindings,
    choices,
    ledger,
    manifest,
    notices,
    originals,
    tally,
    thumbnails,
)
from thumbs.jobs.notices import Upload  # noqa: E402

s3.prepare()
gc.freeze()
gc.enable()


@observe.function
def handler(event: dict[str, Any], context: Any) -> None:
    failures = []
    for upload in notices.uploads(event):
        observe.log().append_keys(job=upload.job)
        observe.correlate(None)  # of the previous upload
        try:
            if upload.job:
                _convert(upload.job, upload)
            else:
                observe.log().info("ignored: not an upload of ours", key=upload.key)
                tally.unfinished(upload.job)
        except Exception as failure:  # the other records of the event are still converted
            observe.log().exception("conversion failed", job=upload.job)
            tally.unfinished(upload.job)
            failures.append(failure)
    if failures:
        raise ExceptionGroup("conversions failed; Lambda will try the event again", failures)


def _convert(job: str, upload: Upload) -> None:
    """Ends the job of an upload, or hands it to the eraser if it was erased, also in the meantime."""
    try:
        _end(job, upload)
    except ledger.Erased:
        from thumbs.jobs import erasure  # here, because it loads boto3

        erasure.hand_over(upload)


def _end(job: str, upload: Upload) -> None:
    """Ends the job of an upload, unless the job has ended, or is about another upload. Raises ledger.Erased."""
    seen = ledger.find(job)
    if ledger.is_closed(seen, upload):
        return
    claimed = ledger.claimed(seen)
    if (binding := bindings.bind(job, upload, claimed)) and not binding.admits(upload):
        observe.log().info("ignored: another upload of this job was first")
        return
    started = time.monotonic()
    outcome = _outcome(job, upload, binding, claimed)
    if ledger.end(outcome, seen, upload.again):  # last: the manifest is the commit
        tally.ended(outcome, (time.monotonic() - started) * 1000, pipeline.enforced())


def _outcome(job: str, upload: Upload, binding: bindings.Binding | None, claimed: bool | None) -> manifest.Manifest:
    """The manifest of a conversion whose thumbnails are stored; "failed" if there is nothing left to convert."""
    current = settings.current()
    whose: attribution.Attribution | None = None
    original: s3.Object | None = None
    try:
        original = originals.read(upload, binding.etag) if binding else None
        if original is None:
            return manifest.failed(job, errors.describe(errors.Reason.CONVERSION_FAILED))
        whose = attribution.of(original.metadata)
        observe.correlate(whose.correlation)
        chosen = choices.of(original.metadata, current.profiles)
        wanted = pipeline.Wanted(
            current.profiles[chosen.profile] if chosen.profile else current.sizes,
            current.outputs,
            current.quality,
            current.max_megapixels,
            current.copyright,
            current.animated,
            chosen.focus,
        )
        conversion = pipeline.run(original.content, wanted, pipeline.Limits(memory=current.conversion_memory))
    except errors.Rejected as refusal:
        whose = whose or originals.attribution_of(upload)  # it was not read
        observe.correlate(whose.correlation)
        observe.log().info("rejected", reason=refusal.reason.value, detail=refusal.detail)
        facts = {"limit": current.max_megapixels, "accepted": formats.ACCEPTED_LABELS} | refusal.facts
        privacy = manifest.receipt(None, originals.until(original)) if original else None
        return manifest.rejected(job, errors.describe(refusal.reason, **facts), refusal.original, whose, privacy)
    if conversion.given_up:
        observe.log().info("an animation was given up", detail=conversion.given_up)
    stored = thumbnails.store(job, conversion.thumbnails, claimed)
    privacy = manifest.receipt(conversion.metadata, originals.until(original), conversion.kept)
    return manifest.done(
        job, conversion.original, stored, conversion.placeholder, whose, privacy, conversion.animation, chosen
    )
