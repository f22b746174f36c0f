"""The search: uploads that have no manifest a quarter of an hour after they were stored.

A search looks at each original once: with a HEAD of its manifest, in the first search after the original's quarter of
an hour. Later ones pass over it, because an outcome never disappears while it matters: a manifest is only ever
replaced, and it outlives each event that could end its job, as a tombstone does (retention.oldest_event).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from thumbs import observe, settings
from thumbs.aws import s3
from thumbs.jobs import keys, retention
from thumbs.upkeep import memory
from thumbs.upkeep.memory import Lost, Memory

# What one run may cost, in requests. It ends with an even number of pages, or in the middle of one.
MOST_PAGES = 100  # of 1000 objects
MOST_LOOKS = 10_000
MOST_LOST = 5_000  # at a time, so that the memory stays small, and a notification that was removed floods nobody


class Search:
    """One run's part of a search. now: of the run. has_time: whether it may go on."""

    def __init__(self, known: Memory, now: datetime, has_time: Callable[[], bool]):
        self._memory, self._now, self._has_time = known, now, has_time
        self._looks = 0

    def look_again(self) -> None:
        """Forget the lost uploads that have ended since, and those that are too old to end."""
        for job, lost in [*self._memory.lost.items()]:
            if lost.due > self._now or not self._may_look():
                continue
            if self._is_too_old(lost.stored):
                observe.log().error("given up: too old to end", job=job)
                del self._memory.lost[job]
            elif self._has_ended(job):
                observe.log().info("has ended", job=job, attempts=lost.attempts)
                del self._memory.lost[job]

    def go_on(self) -> None:
        """Continue after the last key, or begin a new search. It stops where this run may do no more."""
        known = self._memory
        if known.until is None:
            known.until = self._now - settings.current().patience
        for _ in range(MOST_PAGES):
            if not self._has_room():
                return
            objects, is_truncated = s3.page(settings.current().upload_bucket, known.after)
            for each in objects:
                if not self._has_room():
                    return
                self._consider(each)
                known.after = each.key
            if not is_truncated:
                self._complete()
                return

    def _complete(self) -> None:
        known = self._memory
        observe.log().info("search complete", **vars(known.seen), without_outcome=len(known.lost))
        known.after, known.since, known.until = "", known.until, None
        known.last, known.seen = known.seen, memory.Tally()

    def _consider(self, found: s3.Listed) -> None:
        known, job = self._memory, keys.job_of(found.key)
        if found.key == memory.KEY or (job and keys.is_probe(job)):
            return  # the verification of a release ends its own jobs
        if job is None or not found.key.startswith(keys.UPLOADS):
            known.seen = replace(known.seen, strangers=known.seen.strangers + 1)
            return
        known.seen = replace(known.seen, originals=known.seen.originals + 1, bytes=known.seen.bytes + found.size)
        if job in known.lost or not self._is_wanted(found.modified) or self._has_ended(job):
            return
        observe.log().warning("without an outcome", job=job, stored=found.modified)
        known.lost[job] = Lost(found.modified, 0, self._now)

    def _is_wanted(self, stored: datetime) -> bool:
        since, until = self._memory.since, self._memory.until
        assert until
        return stored <= until and (since is None or stored > since) and not self._is_too_old(stored)

    def _is_too_old(self, stored: datetime) -> bool:
        return self._now - stored > retention.oldest_event()

    def _has_ended(self, job: str) -> bool:
        """Whether the job has a manifest, which may be a tombstone."""
        self._looks += 1
        return s3.etag(settings.current().thumbnail_bucket, keys.manifest(job)) is not None

    def _may_look(self) -> bool:
        return self._looks < MOST_LOOKS and self._has_time()

    def _has_room(self) -> bool:
        return len(self._memory.lost) < MOST_LOST and self._may_look()
