"""The outcomes of one job, an event about its upload, and what its manifest says."""

from datetime import UTC, datetime, timedelta

from thumbs import errors
from thumbs.errors import Reason
from thumbs.jobs import keys, ledger, manifest
from thumbs.jobs.manifest import Manifest
from thumbs.jobs.notices import Upload

JOB = "4" * 32
DONE = manifest.done(
    JOB,
    {"format": "JPEG", "width": 8, "height": 6, "bytes": 700, "frames": 1},
    [],
    {"thumbhash": "hash", "color": "#8a7f6d"},
)
REJECTED = manifest.rejected(JOB, errors.describe(Reason.EMPTY), None)
STRANGER = manifest.rejected(JOB, errors.describe(Reason.REPLACED), None)
FAILED = manifest.failed(JOB, errors.describe(Reason.CONVERSION_FAILED))
OUTCOMES = {"done": DONE, "rejected": REJECTED, "failed": FAILED, "another picture": STRANGER}


def upload(days: float = 0, *, again: bool = False) -> Upload:
    """An event about the job's upload, this many days old."""
    return Upload("uploads-bucket", keys.original(JOB), JOB, again, time=datetime.now(UTC) - timedelta(days))


def standing() -> Manifest | None:
    found = ledger.find(JOB)
    return found.manifest if found else None
