"""The ledger: who may end a job, and replace what. Every job ends in exactly one manifest.

The manifest is written last and is the commit: everything that it names is already stored. It is written only if the
manifest that it replaces is unchanged (S3's conditional writes), so only one of two runs of the same job commits, and
the other learns why it may not.
"""

import json
import uuid
from dataclasses import dataclass

from thumbs import observe, settings
from thumbs.aws import s3
from thumbs.errors import Reason
from thumbs.jobs import keys
from thumbs.jobs.manifest import Manifest, Status

# Current status → the statuses that may replace it: by any event, and also if an operator converts the job `again`.
# convert writes all three; `failed` only if the original was deleted. report_failure writes `failed`. Thumbnails are
# never taken away: once done, a job stays done. A status from a later version is left alone.
_MAY_REPLACE: dict[Status | None, tuple[set[Status], set[Status]]] = {
    None: ({"done", "rejected", "failed"}, set()),
    "failed": ({"done", "rejected"}, set()),
    "rejected": (set(), {"done", "rejected"}),
    "done": (set(), {"done"}),
}


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


def find(job: str) -> Entry | None:
    """The manifest of a job, or None if the job has none yet."""
    found = s3.read(settings.current().thumbnail_bucket, keys.manifest(job))
    return Entry(json.loads(found.content), found.etag, found.metadata.get("commit")) if found else None


def is_closed(standing: Entry | None, again: bool) -> bool:
    """Whether nothing may replace the current manifest. again: see notices.Upload."""
    return not _allowed(standing, again)


def end(outcome: Manifest, seen: Entry | None = None, again: bool = False) -> bool:
    """End a job with this outcome if the table allows it. Returns whether it was written.

    seen: the manifest when the run began. A run that was overtaken tries once more, because the job may only have been
    reported as failed, and then raises Overtaken. Raises S3's error if the current manifest cannot be determined.
    """
    if not _may_replace(seen, outcome, again):
        _ignored("the job keeps its outcome", seen, outcome)
        return False
    try:
        _commit(outcome, seen)
    except Overtaken as first:
        if not _may_replace(first.standing, outcome):
            _ignored("another run was first", first.standing, outcome)
            return False
        _commit(outcome, first.standing)
    return True


def _allowed(standing: Entry | None, again: bool) -> set[Status]:
    by_any_event, when_asked = _MAY_REPLACE.get(standing.manifest["status"] if standing else None, (set(), set()))
    return by_any_event | when_asked if again else by_any_event


def _may_replace(standing: Entry | None, outcome: Manifest, again: bool = False) -> bool:
    if outcome["status"] not in _allowed(standing, again):
        return False
    # A picture that is not the job's own says nothing about the rejected one.
    is_stranger = outcome["reason"] is not None and outcome["reason"]["code"] == Reason.REPLACED
    return not (is_stranger and is_closed(standing, again=False))


def _ignored(why: str, standing: Entry | None, outcome: Manifest) -> None:
    status = standing.manifest["status"] if standing else None
    observe.log().info(f"ignored: {why}", status=status, reason=outcome["reason"])


def _commit(outcome: Manifest, replacing: Entry | None) -> None:
    """Write a manifest if the job still has none, or still the one that it replaces.

    Raises Overtaken if another run was first: that run's manifest stays, and nothing was changed. If the response was
    lost, the current manifest shows whether the write took effect: botocore retries it, and S3 refuses the retry
    because of the first attempt. If the manifest to be replaced was deleted in the meantime, S3's NoSuchKey is raised:
    its thumbnails may be deleted too, and the next attempt stores them again.
    """
    own = uuid.uuid4().hex
    condition = {"IfMatch": replacing.etag} if replacing else {"IfNoneMatch": "*"}
    try:
        s3.write(
            settings.current().thumbnail_bucket,
            keys.manifest(outcome["job"]),
            json.dumps(outcome, separators=(",", ":")).encode(),
            ContentType="application/json",
            CacheControl="no-cache",  # it may be replaced
            Metadata={"commit": own},
            **condition,
        )
    except s3.ERRORS as error:
        standing = find(outcome["job"])
        if standing and standing.commit == own:
            return
        if standing and s3.condition_failed(error):
            raise Overtaken(standing) from error
        raise
