"""Erasing: nothing of a job remains but a tombstone, whatever else is going on with it.

The tombstone comes first, because it stops every run of the job: a run that meets it writes nothing more, and hands the
job to the eraser, which sweeps again. So it does not matter what a run had stored before it met the tombstone. The
original comes next, because it says the most.
"""

from thumbs import observe, settings
from thumbs.aws import functions, s3
from thumbs.jobs import keys, ledger, notices
from thumbs.jobs.notices import Upload


def erase(job: str, *originals: tuple[str, str]) -> int:
    """Bury a job, and delete everything else of it. Returns how many objects were made of it.

    originals: bucket and key of each. A repetition sweeps again, so repeat it until it returns. Raises
    ledger.Overtaken, RuntimeError if S3 could not delete an object, and S3's errors.
    """
    ledger.bury(job)
    for bucket, key in originals:
        s3.delete(bucket, key)
    return _sweep(job)


def hand_over(upload: Upload) -> None:
    """Let the eraser sweep a job that was found erased. So convert needs no right to delete anything.

    The event is the upload's, so that a sweep that fails for good is parked and redriven like a conversion.
    """
    observe.log().info("erased: handed to the eraser")
    functions.start(settings.current().erase_function, notices.event([upload]))


def _sweep(job: str) -> int:
    """Delete all that was made of a job, until nothing but its tombstone is found. Returns how many objects."""
    bucket, tombstone, count = settings.current().thumbnail_bucket, keys.manifest(job), 0
    for place in (keys.folder(job), job):
        while found := [key for key in s3.keys(bucket, f"{place}/") if key != tombstone]:
            s3.delete(bucket, *found)
            count += len(found)
    return count
