"""How long what is made of a job is kept, and what changes for a stack that keeps it for ever: nothing."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

import convert
from tests.actors.uploader import AGAIN, JOB, A, Form, ended
from tests.material.invocation import Context
from tests.material.outcomes import DONE, FAILED, upload
from thumbs.jobs import keys, ledger, manifest, retention

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
BUCKET = "thumbnails-bucket"


class Clock:
    """What the modules of a job take for the time."""

    def __init__(self, patch: pytest.MonkeyPatch):
        self.time = NOW
        for module in (retention, manifest):
            patch.setattr(
                module, "datetime", SimpleNamespace(now=lambda _: self.time, fromisoformat=datetime.fromisoformat)
            )


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def tags(s3: Any, key: str) -> list[str]:
    found = s3.get_object_tagging(Bucket=BUCKET, Key=key)["TagSet"]
    return [f"{tag['Key']}={tag['Value']}" for tag in found]


def everything(s3: Any) -> dict[str, list[str]]:
    """All keys of the bucket, and their tags."""
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
    return {key: tags(s3, key) for key in keys}


def test_what_is_kept_for_ever_has_no_tags_and_its_old_addresses(s3: Any, context: Context) -> None:
    convert.handler(Form(s3).post(A), context)

    assert {*map(tuple, everything(s3).values())} == {()}
    for thumbnail in ended()["thumbnails"]:
        content = s3.get_object(Bucket=BUCKET, Key=thumbnail["key"])["Body"].read()
        assert thumbnail["key"] == keys.thumbnail(JOB, thumbnail["size"], "webp", content)
    assert ended()["claimed"] is None


@pytest.mark.parametrize("content", [A, b"no picture"], ids=["done", "rejected"])
def test_all_of_a_job_is_tagged_if_it_has_to_be_claimed(
    s3: Any, context: Context, environment: pytest.MonkeyPatch, content: bytes
) -> None:
    environment.setenv("UNCLAIMED_DAYS", "3")

    convert.handler(Form(s3).post(content), context)

    assert {*map(tuple, everything(s3).values())} == {("status=unclaimed",)}
    assert {keys.manifest(JOB), keys.binding(JOB)} <= everything(s3).keys()
    assert ended()["claimed"] is False


def test_what_a_tag_says_is_what_the_manifest_says(s3: Any, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("UNCLAIMED_DAYS", "3")

    ledger.end(FAILED)

    assert everything(s3) == {keys.manifest(FAILED["job"]): ["status=unclaimed"]}
    assert ledger.bury(FAILED["job"])
    assert everything(s3) == {keys.manifest(FAILED["job"]): ["status=erased"]}


@pytest.mark.parametrize(("before", "days", "after"), [(None, "0", None), (None, "3", None), (False, "3", False)])
@pytest.mark.parametrize("again", [True, False])
def test_a_conversion_changes_nothing_about_how_long_its_job_is_kept(
    s3: Any, environment: pytest.MonkeyPatch, before: bool | None, days: str, after: bool | None, again: bool
) -> None:
    """A job that was converted before UnclaimedDays was set does not have to be claimed either."""
    environment.setenv("UNCLAIMED_DAYS", "3" if before is False else "0")
    ledger.end(FAILED)
    environment.setenv("UNCLAIMED_DAYS", days)
    seen = ledger.find(FAILED["job"])

    assert ledger.end(DONE, seen, again)

    found = ledger.find(DONE["job"])
    assert found
    assert found.manifest["claimed"] is after


def test_a_job_stays_claimed_when_nothing_has_to_be_claimed_any_more(environment: pytest.MonkeyPatch) -> None:
    assert retention.claimed({**DONE, "claimed": True}) is True
    assert retention.claimed({**DONE, "claimed": False}) is None


@pytest.mark.parametrize(("kept", "unclaimed"), [("0", "3"), ("30", "0"), ("30", "3")])
def test_a_later_conversion_names_what_it_has_stored_itself(
    s3: Any, context: Context, environment: pytest.MonkeyPatch, clock: Clock, kept: str, unclaimed: str
) -> None:
    """S3 counts the days of each object from when it was written. Those of one day expire together."""
    environment.setenv("KEEP_THUMBNAILS_DAYS", kept)
    environment.setenv("UNCLAIMED_DAYS", unclaimed)
    event = Form(s3).post(A)
    clock.time = datetime.now(UTC)
    convert.handler(event, context)
    first = {each["key"] for each in ended()["thumbnails"]}

    convert.handler(AGAIN, context)
    assert {each["key"] for each in ended()["thumbnails"]} == first
    clock.time += timedelta(days=1)
    convert.handler(AGAIN, context)

    assert first.isdisjoint(each["key"] for each in ended()["thumbnails"])


@pytest.mark.parametrize(
    ("stored", "minutes"),
    [
        pytest.param(datetime(2026, 11, 26, tzinfo=UTC), 24 * 60 - 1, id="a redrive in the evening"),
        pytest.param(datetime(2026, 11, 26, 23, 59, tzinfo=UTC), 2, id="a conversion around midnight"),
    ],
)
def test_a_job_is_over_before_the_midnight_at_which_s3_deletes(
    environment: pytest.MonkeyPatch, clock: Clock, stored: datetime, minutes: int
) -> None:
    """A manifest names only what was stored on the day on which its conversion began."""
    environment.setenv("UNCLAIMED_DAYS", "1")
    clock.time = stored + timedelta(minutes=minutes)
    outcome = manifest.Manifest({**manifest.erased(JOB), "status": "done", "claimed": False})
    midnight = datetime(2026, 11, 28, tzinfo=UTC)

    clock.time = midnight - timedelta(minutes=1)

    assert retention.is_over(outcome)


@pytest.mark.parametrize(
    ("kept", "unclaimed", "claimed", "hours"),
    [
        ("0", "0", None, None),
        ("0", "3", None, None),
        ("0", "3", True, None),
        ("0", "3", False, 70),
        ("21", "0", None, 502),
        ("21", "3", False, 70),
        ("21", "3", True, 502),
        ("21", "365", False, 502),
    ],
)
def test_a_job_is_over_two_hours_before_its_first_object_may_be_deleted(
    environment: pytest.MonkeyPatch, clock: Clock, kept: str, unclaimed: str, claimed: bool | None, hours: int | None
) -> None:
    environment.setenv("KEEP_THUMBNAILS_DAYS", kept)
    environment.setenv("UNCLAIMED_DAYS", unclaimed)
    outcome = manifest.Manifest({**DONE, "created": "2026-11-26T12:00:00Z", "claimed": claimed})

    for after in (0, 69, 70, 71, 501, 502, 503, 100_000):
        clock.time = NOW + timedelta(hours=after)
        assert retention.is_over(outcome) is (hours is not None and after > hours), after


def test_a_tombstone_has_its_own_time(environment: pytest.MonkeyPatch, clock: Clock) -> None:
    environment.setenv("KEEP_THUMBNAILS_DAYS", "21")
    environment.setenv("UNCLAIMED_DAYS", "1")
    buried = manifest.erased(JOB)
    clock.time += timedelta(days=20)

    assert not retention.is_over(buried)


@pytest.mark.parametrize(("unclaimed", "days"), [("0", 20), ("1", 1), ("19", 19), ("21", 20), ("365", 20)])
def test_an_event_about_what_may_have_expired_ends_no_job(
    s3: Any, environment: pytest.MonkeyPatch, unclaimed: str, days: float
) -> None:
    environment.setenv("UNCLAIMED_DAYS", unclaimed)
    environment.setenv("KEEP_THUMBNAILS_DAYS", "21")  # the least

    assert not ledger.is_closed(None, upload(days - 0.01))
    assert ledger.is_closed(None, upload(days + 0.01))


@pytest.mark.parametrize("again", [False, True])
def test_a_job_whose_time_is_over_is_not_converted_again(
    s3: Any, environment: pytest.MonkeyPatch, clock: Clock, again: bool
) -> None:
    environment.setenv("UNCLAIMED_DAYS", "1")
    ledger.end(FAILED)
    seen = ledger.find(FAILED["job"])
    assert not ledger.is_closed(seen, upload(again=again))
    written = datetime.fromisoformat(seen.manifest["created"]) if seen else NOW

    clock.time = written + timedelta(days=1)

    assert ledger.is_closed(seen, upload(again=again))
