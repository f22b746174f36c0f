"""The ledger: who may end a job, and replace what. Every job ends in exactly one manifest.

The manifest is written last and is the commit: everything that it names is already stored. It is written only if the
manifest that it replaces is unchanged (S3's conditional writes), so only one of two runs of the same job commits, and
the other learns why it may not.
"""

import json
import os
from dataclasses import dataclass

from thumbs import observe, settings
from thumbs.aws import s3
from thumbs.errors import Reason
from thumbs.jobs import keys, manifest, retention
from thumbs.jobs.manifest import Manifest, Status
from thumbs.jobs.notices import Upload

# Current status → the statuses that may replace it: by any event, and also if an operator converts the job `again`.
# convert writes the first three; `failed` only if the original was deleted. report_failure writes `failed`. Thumbnails
# are never taken away by a conversion: once done, a job stays done. A status from a later version is left alone.
# `erased` may replace every status (see bury), and nothing may replace it.
_MAY_REPLACE: dict[Status | None, tuple[set[Status], set[Status]]] = {
    None: ({"done", "rejected", "failed"}, set()),
    "failed": ({"done", "rejected"}, set()),
    "rejected": (set(), {"done", "rejected"}),
    "done": (set(), {"done"}),
    "erased": (set(), set()),
}

# The tag of a tombstone, by which the lifecycle of the thumbnail bucket deletes it after 21 days (template.yaml).
_TOMBSTONE = "status=erased"

_BURIALS = 5  # attempts to write a tombstone while runs of the job write its manifest


@dataclass(frozen=True)
class Entry:
    """A manifest as it is in the bucket. etag: of this content. commit: the call of `end` that wrote it."""

    manifest: Manifest
    etag: str
    commit: str | None = None


class Overtaken(Exception):
    """Another run has written the job's manifest in the meantime. standing: that manifest."""

    def __init__(self, standing: Entry):
        super().__init__(standing.manifest["job"])
        self.standing = standing


class Erased(Exception):
    """The job has a tombstone: nothing may be written, and what a late run has stored must go."""


def find(job: str) -> Entry | None:
    """The manifest of a job, or None if the job has none yet."""
    found = s3.read(settings.current().thumbnail_bucket, keys.manifest(job))
    return Entry(json.loads(found.content), found.etag, found.metadata.get("commit")) if found else None


def claimed(standing: Entry | None) -> bool | None:
    """What the manifest that replaces this one, or the job's first, says about claims (see retention)."""
    return retention.claimed(standing.manifest if standing else None)


def is_closed(standing: Entry | None, upload: Upload) -> bool:
    """Whether an event about an upload may no longer change the job's manifest; the log says why. Raises Erased."""
    if standing is None:
        return _is_late(upload)
    closed = not _allowed(standing, upload.again)
    if closed or retention.is_over(standing.manifest):
        observe.log().info("ignored: the job has ended", status=standing.manifest["status"])
        return True
    return False


def assure_not_erased(job: str) -> None:
    """Raises Erased. Without permission to list the bucket, S3 denies access to a manifest that does not exist."""
    try:
        raise_if_erased(find(job))
    except s3.ERRORS as error:
        if not s3.access_denied(error):
            raise


def end(outcome: Manifest, seen: Entry | None = None, again: bool = False) -> bool:
    """End a job with this outcome if the table allows it. Returns whether it was written.

    seen: the manifest when the run began. A run that was overtaken tries once more, because the job may only have been
    reported as failed, and then raises Overtaken. So does a run that was overtaken by a claim, because its thumbnails
    are those of a job that nobody has claimed; another attempt stores others. Raises Erased, and S3's error if the
    current manifest cannot be determined.
    """
    outcome = {**outcome, "claimed": claimed(seen)}
    if not _may_replace(seen, outcome, again):
        raise_if_erased(find(outcome["job"]))  # in the meantime: the run may have written a new binding
        _ignored("the job keeps its outcome", seen, outcome)
        return False
    try:
        _commit(outcome, seen)
    except Overtaken as first:
        was_claimed = claimed(first.standing) is not outcome["claimed"]
        if not _may_replace(first.standing, outcome, again and was_claimed):
            _ignored("another run was first", first.standing, outcome)
            return False
        if was_claimed:
            raise
        _commit(outcome, first.standing)
    return True


def claim(standing: Entry) -> None:
    """Say in a manifest that its job was claimed, and remove its tag. Raises Overtaken, and S3's error.

    The mark of the run that has ended the job stays, because that run may not have recognised it yet.
    """
    _commit({**standing.manifest, "claimed": True}, standing, standing.commit)


def bury(job: str) -> bool:
    """Replace whatever manifest a job has with a tombstone. Returns whether this call did.

    A job that was not even uploaded gets one too, because its upload may be on its way. A tombstone is never rewritten,
    because its age counts. A manifest is read only if there is one, so no permission to list the bucket is needed.
    Raises Overtaken if runs of the job were first each time.
    """
    standing, attempts = None, 0
    while True:
        attempts += 1
        try:
            _commit(manifest.erased(job), standing)
            return True
        except Overtaken as first:
            if first.standing.manifest["status"] == "erased":
                return False
            if attempts == _BURIALS:
                raise
            standing = first.standing


def _is_late(upload: Upload) -> bool:
    """Whether the event is too old to end a job without a manifest, or does not say how old it is."""
    late = upload.time is None or retention.is_late(upload.time)
    if late:
        observe.log().info("ignored: the job may have been erased since this event", time=upload.time)
    return late


def _allowed(standing: Entry | None, again: bool) -> set[Status]:
    raise_if_erased(standing)
    by_any_event, when_asked = _MAY_REPLACE.get(standing.manifest["status"] if standing else None, (set(), set()))
    return by_any_event | when_asked if again else by_any_event


def raise_if_erased(standing: Entry | None) -> None:
    """Raises Erased."""
    if standing and standing.manifest["status"] == "erased":
        raise Erased(standing.manifest["job"])


def _may_replace(standing: Entry | None, outcome: Manifest, again: bool = False) -> bool:
    if outcome["status"] not in _allowed(standing, again):
        return False
    # A picture that is not the job's own says nothing about the rejected one.
    is_stranger = outcome["reason"] is not None and outcome["reason"]["code"] == Reason.REPLACED
    return not is_stranger or bool(_allowed(standing, again=False))


def _ignored(why: str, standing: Entry | None, outcome: Manifest) -> None:
    status = standing.manifest["status"] if standing else None
    observe.log().info(f"ignored: {why}", status=status, reason=outcome["reason"])


def _commit(outcome: Manifest, replacing: Entry | None, mark: str | None = None) -> None:
    """Write a manifest if the job still has none, or still the one that it replaces.

    Raises Overtaken if another run was first: that run's manifest stays, and nothing was changed. If the response was
    lost, the current manifest shows whether the write took effect: rest.send retries it, and S3 refuses the retry
    because of the first attempt. If the manifest to be replaced was deleted in the meantime, S3's NoSuchKey is raised:
    its thumbnails may be deleted too, and the next attempt stores them again.
    """
    own = mark or os.urandom(16).hex()
    condition = {"IfMatch": replacing.etag} if replacing else {"IfNoneMatch": "*"}
    is_tombstone = outcome["status"] == "erased"
    tagging = {"Tagging": _TOMBSTONE} if is_tombstone else retention.tagging(outcome.get("claimed"))
    try:
        s3.write(
            settings.current().thumbnail_bucket,
            keys.manifest(outcome["job"]),
            json.dumps(outcome, separators=(",", ":")).encode(),
            {"commit": own},
            ContentType="application/json",
            CacheControl="no-cache",  # it may be replaced
            **condition,
            **tagging,
        )
    except s3.ERRORS as error:
        standing = find(outcome["job"])
        if standing and standing.commit == own and standing.manifest.get("claimed") in (outcome.get("claimed"), True):
            return
        if standing and s3.condition_failed(error):
            raise Overtaken(standing) from error
        raise
