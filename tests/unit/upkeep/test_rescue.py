"""A lost upload is converted at most three times, then reported as failed, by events that the ledger understands."""

from datetime import UTC, datetime, timedelta

import pytest

import convert
import report_failure
from tests.actors.upkeeper import Account, job
from tests.material import pictures
from tests.material.invocation import Context
from thumbs.jobs import keys, ledger


def test_a_lost_upload_is_converted_three_times_and_then_reported(account: Account) -> None:
    account.upload(1)
    called = []
    for _ in range(5):
        called += account.run()
        account.wait()

    assert [function for function, _ in called] == ["convert"] * 3 + ["report_failure"] * 2
    assert {each for _, each in called} == {job(1)}


def test_runs_in_a_row_use_up_no_attempts(account: Account) -> None:
    """Lambda's own three attempts take four minutes, and the scheduler may send an event twice."""
    account.upload(1)

    assert [account.run() for _ in range(3)] == [[("convert", job(1))], [], []]


def test_events_have_the_date_of_the_original_and_no_write(account: Account) -> None:
    """By its date the ledger decides whether the job may still end; it covers whichever upload the job is about."""
    account.upload(1, minutes=60)
    stored = datetime.now(UTC) - timedelta(minutes=60)

    for _ in range(4):
        account.run()
        ((_, event),) = account.calls
        (upload,) = account.uploads(event)
        account.wait(0)
        assert upload.time
        assert abs(upload.time - stored) < timedelta(seconds=60)
        assert (upload.sequencer, upload.etag, upload.again) == (None, None, False)
        account.wait()
        stored -= timedelta(minutes=15)


@pytest.mark.parametrize("attempts", [1, 4])
def test_convert_and_report_failure_understand_their_events(account: Account, context: Context, attempts: int) -> None:
    account.put(keys.original(job(1)), pictures.jpeg())
    for _ in range(attempts):
        account.run()
        account.wait()
    ((function, event),) = account.calls

    {"convert": convert, "report_failure": report_failure}[function].handler(event, context)

    found = ledger.find(job(1))
    assert found
    assert found.manifest["status"] == {1: "done", 4: "failed"}[attempts]


def test_nothing_is_converted_again_while_events_wait_for_convert(account: Account) -> None:
    """It is throttled, and Lambda keeps the events for six hours: more of them would only make the queue longer."""
    account.upload(1)
    account.ages = [3_000.0, 600_001.0]
    assert account.run() == []
    assert account.lost == {job(1): 0}
    account.ages = [3_000.0, 599_999.0]

    assert account.run() == [("convert", job(1))]
