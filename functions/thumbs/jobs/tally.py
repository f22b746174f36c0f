"""What is counted and logged of each upload that convert has seen."""

from thumbs import observe
from thumbs.jobs import keys, manifest

# S3 charges for these writes in addition to a job's thumbnails: the original, the binding, the manifest.
_WRITES = 3


def ended(outcome: manifest.Manifest, milliseconds: float, held_by: list[str]) -> None:
    """The job has ended with this manifest. A rejection was already logged with its reason; the dashboard counts those
    lines. held_by: the limits that the kernel enforced; tests/deployed checks which ones AWS's kernel does."""
    _count(outcome["job"], outcome["status"])
    observe.count("Writes", _WRITES + len(outcome["thumbnails"]))
    if outcome["status"] == "failed":
        observe.log().error("failed: the original is gone")
        return
    observe.measure("ConversionTime", milliseconds)
    if outcome["status"] == "done":
        observe.log().info("done", original=outcome["original"], milliseconds=round(milliseconds), held_by=held_by)


def unfinished(job: str | None) -> None:
    """The upload has no outcome from this run."""
    _count(job, None)


def _count(job: str | None, status: manifest.Status | None) -> None:
    """Counts one upload by its outcome, or None without one. Each outcome counts 1 or 0, because alarms compare it with
    the number of all uploads. An upload that is left to another run is not counted, because it is not lost."""
    if job and keys.is_probe(job):
        return  # golden pictures would improve the share of converted uploads
    observe.count("Converted", status == "done")
    observe.count("Rejected", status == "rejected")
    if status == "failed":
        observe.count("Failed")
