"""How long what is made of a job is kept: the settings KeepThumbnailsDays and UnclaimedDays, both off by default.

S3 deletes each object by its own age, at a midnight (UTC) after its days are over or later, in any order. So everything
that a manifest names is about as old as the manifest, and the job is over for everybody before S3 may delete the first
object of it (docs/decisions/kept-as-a-whole.md).

The member `claimed` of a manifest says which settings count:

None   UnclaimedDays was 0 when the job was first converted: KeepThumbnailsDays
False  nobody has claimed the job yet: its objects are tagged, so both
True   somebody has claimed it, and its objects have no tag any more: KeepThumbnailsDays
"""

from datetime import UTC, datetime, timedelta

from thumbs import settings
from thumbs.jobs.manifest import Manifest

# The tag of what nobody has claimed, by which the lifecycle of the thumbnail bucket deletes it (template.yaml).
_UNCLAIMED = "status=unclaimed"

# How much older than its manifest an object of a job may be, and how long a claim may take: a form can be used for an
# hour (UploadExpirySeconds), a conversion takes 90 s, a claim 30 s. The rest is for clocks.
_MARGIN = timedelta(hours=2)

# The oldest event that may end a job without a manifest. Older ones may be about an erased job whose tombstone has
# expired. A tombstone lives a day longer than this, because a conversion may be under way when its event becomes too
# old, and S3's lifecycle and the clocks of functions are not exact.
_OLDEST_EVENT = timedelta(days=20)


def claimed(standing: Manifest | None) -> bool | None:
    """The member `claimed` of the manifest that replaces this one. standing: None for a job without a manifest."""
    before = standing.get("claimed") if standing else False
    return before if before or settings.current().unclaimed_days else None


def tagging(is_claimed: bool | None) -> dict[str, str]:
    """The tag of an object of a job, as options of PutObject. is_claimed: the member of the manifest."""
    return {"Tagging": _UNCLAIMED} if is_claimed is False else {}


def batch(is_claimed: bool | None) -> str:
    """What else decides the key of a thumbnail, besides its content: "", unless it expires.

    S3 counts from when an object was written, and convert cannot write it again. A conversion on another day, or after
    a claim, must not name what an earlier one has stored: its day is already counted, or it is tagged.
    """
    if _days(is_claimed) is None:
        return ""
    return f" {datetime.now(UTC):%Y-%m-%d}{' unclaimed' if is_claimed is False else ''} "


def is_over(outcome: Manifest) -> bool:
    """Whether a job's time is over. S3 may still have some of its objects, or all."""
    days = _days(outcome.get("claimed"))
    if days is None or outcome["status"] == "erased":  # a tombstone has its own time
        return False
    return datetime.now(UTC) - datetime.fromisoformat(outcome["created"]) > days - _MARGIN


def is_late(event: datetime) -> bool:
    """Whether an event about a job without a manifest is so old that the manifest may have expired, or a tombstone."""
    return datetime.now(UTC) - event > oldest_event()


def oldest_event() -> timedelta:
    """The age of the oldest event that may end a job without a manifest."""
    unclaimed = settings.current().unclaimed_days
    return min(_OLDEST_EVENT, timedelta(unclaimed)) if unclaimed else _OLDEST_EVENT


def is_limited() -> bool:
    """Whether manifests expire."""
    return _days(False) is not None


def _days(is_claimed: bool | None) -> timedelta | None:
    current = settings.current()
    limits = [current.keep_thumbnails_days, current.unclaimed_days if is_claimed is False else 0]
    return min((timedelta(days) for days in limits if days), default=None)
