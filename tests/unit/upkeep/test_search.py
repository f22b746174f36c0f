"""Upkeep finds uploads without an outcome, once each, in bounded runs that go on where the last one stopped."""

from collections import Counter
from typing import Any

import pytest

from tests.actors.invoker import counted
from tests.actors.upkeeper import Account, job
from thumbs.jobs import keys
from thumbs.upkeep import search

DAY = 24 * 60


def test_an_upload_without_an_outcome_is_found_after_15_minutes(account: Account) -> None:
    account.upload(1, minutes=14)
    account.upload(2, minutes=16)

    assert account.run() == [("convert", job(2))]
    account.wait(5)
    assert account.run() == [("convert", job(1))]


def test_a_job_with_an_outcome_is_left_alone(account: Account) -> None:
    """A tombstone, too."""
    account.upload(*range(4))
    for number, status in enumerate(("done", "rejected", "failed", "erased")):
        account.end(number, status=status)

    assert account.run() == []
    assert account.lost == {}


def test_what_has_ended_meanwhile_is_forgotten(account: Account) -> None:
    account.upload(1, 2)
    account.run()
    account.end(1)
    account.wait()

    assert account.run() == [("convert", job(2))]
    assert account.lost == {job(2): 2}


def test_what_is_too_old_to_end_is_left_alone(account: Account, caplog: Any) -> None:
    """The ledger would ignore the event, because the job may have been erased."""
    account.upload(1, minutes=20 * DAY + 1)
    account.upload(2, minutes=20 * DAY - 10)

    assert account.run() == [("convert", job(2))]
    account.wait()
    assert account.run() == []
    assert account.lost == {}


def test_what_may_have_expired_because_nobody_claimed_it_is_not_lost(
    account: Account, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("UNCLAIMED_DAYS", "3")
    account.upload(1, minutes=3 * DAY + 1)
    account.upload(2, minutes=3 * DAY - 10)

    assert account.run() == [("convert", job(2))]


STRANGERS = ["note.txt", "uploads/note.txt", f"uploads/{'f' * 31}", f"probes/{'f' * 32}", f"elsewhere/{'f' * 32}"]


def test_what_is_no_original_is_counted_and_left_alone(account: Account) -> None:
    for key in STRANGERS:
        account.put(key)
    account.put(keys.original(keys.new_probe()))
    account.upload(1)
    account.end(1)

    assert account.run() == []

    assert account.memory["last"] == {"originals": 1, "bytes": len(b"picture"), "strangers": len(STRANGERS)}
    assert {each["Key"] for each in account.s3.list_objects_v2(Bucket="uploads-bucket")["Contents"]} >= {*STRANGERS}


def test_each_original_is_looked_at_once(account: Account) -> None:
    account.upload(*range(20))
    account.end(*range(20))
    account.run()
    assert account.requests["HeadObject"] == 20
    account.upload(30, minutes=0)
    account.end(30)
    account.wait()

    account.run()

    assert account.requests["HeadObject"] == 1


def test_a_run_without_uploads_makes_four_requests(account: Account) -> None:
    account.run()  # the first of the day
    account.run()

    assert account.requests == Counter(GetObject=1, PutObject=2, ListObjectsV2=1)


def test_a_run_stops_at_its_bound_and_the_next_goes_on(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_LOOKS", 4)
    account.upload(*range(10))
    account.end(*range(10))
    looked = []
    for _ in range(4):
        account.run()
        looked.append(account.requests["HeadObject"])

    assert looked == [4, 4, 2, 0]
    assert account.memory["last"]["originals"] == 10


def test_only_so_many_are_converted_again_at_once(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_LOST", 3)
    account.upload(*range(8))
    rounds: list[list[str]] = []
    while (called := account.run()) and len(rounds) < 9:
        rounds.append([each for _, each in called])
        account.end(*(int(each[1:-1], 16) for each in rounds[-1]))
        account.wait()

    assert [len(each) for each in rounds] == [3, 3, 2]
    assert {each for called in rounds for each in called} == {job(number) for number in range(8)}


def test_more_than_one_page_is_read(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_PAGES", 2)
    account.fill(2100)

    account.run()
    assert (account.requests["ListObjectsV2"], account.memory["after"]) == (2, "elsewhere/01999")
    account.run()

    assert account.memory["last"]["strangers"] == 2100


def test_an_upload_that_replaces_another_one_is_looked_at_again(account: Account) -> None:
    account.upload(1)
    account.end(1)
    account.run()
    account.s3.delete_object(Bucket="thumbnails-bucket", Key=keys.manifest(job(1)))
    account.upload(1, minutes=0)
    account.wait(16)

    assert account.run() == [("convert", job(1))]


@pytest.mark.parametrize("number", [0, 2])
def test_uploads_without_an_outcome_are_counted_also_if_there_are_none(
    account: Account, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    account.upload(*range(number))

    account.run()

    assert counted(capsys, "UploadsWithoutOutcome") == [number]
