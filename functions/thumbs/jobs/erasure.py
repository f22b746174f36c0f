"""Erasing: nothing of a job remains but a tombstone, whatever else is going on with it.

The tombstone comes first, because it stops every run of the job: a run that meets it writes nothing more, and hands the
job to the eraser, which sweeps again. So it does not matter what a run had stored before it met the tombstone. The
original comes next, because it says the most. The binding comes last, because it shows that the caches of the delivery
may still have thumbnails.
"""

import time

from thumbs import observe, settings
from thumbs.aws import cloudfront, functions, s3
from thumbs.jobs import keys, ledger, notices
from thumbs.jobs.notices import Upload

_PAUSE = 1.0  # seconds, while too many invalidations are in progress; each takes about ten


class Unfinished(Exception):
    """The time is over, and something of the job is left. Names the job."""


def erase(job: str, *originals: tuple[str, str], seconds: float = float("inf")) -> int:
    """Bury a job, and delete everything else of it. Returns how many objects were made of it.

    originals: bucket and key of each. A repetition sweeps again, so repeat it until it returns. Raises
    ledger.Overtaken, RuntimeError if S3 could not delete an object, AWS's errors, and Unfinished if something is left
    after the seconds.
    """
    deadline = time.monotonic() + seconds
    ledger.bury(job)
    for bucket, key in originals:
        s3.delete(bucket, key)
    return _sweep(job, deadline)


def is_needed(job: str, original: tuple[str, str]) -> bool:
    """Whether anything exists that was uploaded for a job or made of it, or its tombstone."""
    bucket = settings.current().thumbnail_bucket
    return s3.exists(*original) or any(s3.keys(bucket, f"{place}/") for place in (job, keys.folder(job)))


def hand_over(upload: Upload) -> None:
    """Let the eraser sweep a job that was found erased. So convert needs no right to delete anything.

    The event is the upload's, so that a sweep that fails for good is parked and redriven like a conversion.
    """
    observe.log().info("erased: handed to the eraser")
    functions.start(settings.current().erase_function, notices.event([upload]))


def _sweep(job: str, deadline: float) -> int:
    """Delete all that was made of a job, until nothing but its tombstone is found. Returns how many objects."""
    thumbnails, _ = _empty(job, keys.folder(job), deadline)
    old, is_bound = _empty(job, job, deadline)
    if thumbnails or old or is_bound:
        _forget(job, old > 0, deadline)
    if is_bound:
        s3.delete(settings.current().thumbnail_bucket, keys.binding(job))
    return thumbnails + old + is_bound


def _empty(job: str, place: str, deadline: float) -> tuple[int, bool]:
    """Delete everything in one of a job's folders but its tombstone and its binding. Returns how many objects, and
    whether there is a binding."""
    bucket, count = settings.current().thumbnail_bucket, 0
    while True:
        listed = {*s3.keys(bucket, f"{place}/")}
        found = listed - {keys.manifest(job), keys.binding(job)}
        if not found:
            return count, keys.binding(job) in listed
        if time.monotonic() > deadline:
            raise Unfinished(job)
        s3.delete(bucket, *sorted(found))
        count += len(found)


def _forget(job: str, is_old: bool, deadline: float) -> None:
    """Let the caches of the delivery, if there is one, forget all thumbnails of a job. is_old: also those of version
    0.1, whose address begins with the job.

    Both with /t and without it, because the distribution removes it before it looks into its caches (CloudFront
    developer guide, "What you need to know when invalidating paths", changed URIs).
    """
    if distribution := settings.current().delivery_distribution:
        places = [keys.folder(job), *[job] * is_old]
        while not cloudfront.invalidate(distribution, [f"{at}/{place}/*" for place in places for at in ("/t", "")]):
            if time.monotonic() > deadline:
                raise Unfinished(job)
            time.sleep(_PAUSE)
