"""Tombstones: what they replace, that nothing replaces them, and how old an event may be."""

import json
from typing import Any

import boto3
import pytest

import convert
import report_failure
from tests.material.invocation import Context
from tests.material.outcomes import FAILED, JOB, OUTCOMES, standing, upload
from tests.standins.wire import Sent, Wire, refused
from thumbs.aws import functions
from thumbs.jobs import keys, ledger, manifest, notices
from thumbs.jobs.notices import Upload


@pytest.mark.parametrize("again", [False, True], ids=["by an event", "again"])
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_tombstone_is_never_replaced(s3: Any, outcome: str, again: bool) -> None:
    ledger.bury(JOB)
    buried = ledger.find(JOB)

    with pytest.raises(ledger.Erased):
        ledger.is_closed(buried, upload(again=again))
    with pytest.raises(ledger.Erased):
        ledger.end(OUTCOMES[outcome], buried, again)
    with pytest.raises(ledger.Erased):
        ledger.end(OUTCOMES[outcome])

    assert ledger.find(JOB) == buried


@pytest.mark.parametrize("stands", [None, *OUTCOMES])
def test_a_tombstone_replaces_every_outcome_and_says_nothing_of_it(s3: Any, stands: str | None) -> None:
    if stands:
        ledger.end(OUTCOMES[stands])

    assert ledger.bury(JOB)

    found = standing()
    assert found == {**manifest.erased(JOB), "created": found and found["created"]}
    tags = s3.get_object_tagging(Bucket="thumbnails-bucket", Key=keys.manifest(JOB))["TagSet"]
    assert tags == [{"Key": "status", "Value": "erased"}], "the lifecycle would not find it"


def test_a_tombstone_is_not_rewritten_because_its_age_counts(s3: Any) -> None:
    assert ledger.bury(JOB)
    buried = ledger.find(JOB)

    assert not ledger.bury(JOB)

    assert ledger.find(JOB) == buried


def test_a_tombstone_is_written_though_runs_of_the_job_are_first(s3: Any, wire: Wire) -> None:
    """Four in a row; the fifth in a row would be too many."""
    outcomes = [json.dumps({**FAILED, "created": str(number)}) for number in range(4)]

    def report(_: Sent) -> None:
        if outcomes:
            boto3.client("s3").put_object(Bucket="thumbnails-bucket", Key=keys.manifest(JOB), Body=outcomes.pop())

    wire.before("PutObject", report)

    assert ledger.bury(JOB)

    assert not outcomes


def test_a_burial_that_is_overtaken_each_time_raises(s3: Any, wire: Wire) -> None:
    numbers = iter(range(1000))

    def report(_: Sent) -> None:
        content = json.dumps({**FAILED, "created": str(next(numbers))})
        boto3.client("s3").put_object(Bucket="thumbnails-bucket", Key=keys.manifest(JOB), Body=content)

    wire.before("PutObject", report)

    with pytest.raises(ledger.Overtaken):
        ledger.bury(JOB)


@pytest.mark.parametrize(("days", "late"), [(0, False), (19.9, False), (20.1, True), (400, True)])
def test_an_old_event_ends_no_job_that_has_no_manifest(s3: Any, days: float, late: bool) -> None:
    """Its tombstone may have expired."""
    assert ledger.is_closed(None, upload(days)) is late
    assert ledger.is_closed(None, upload(days, again=True)) is late


def test_an_old_event_is_not_said_to_be_about_a_job_that_has_ended(
    s3: Any, context: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    convert.handler(notices.event([upload(400)]), context)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"ignored' in line]
    assert [line["message"] for line in lines] == ["ignored: the job may have been erased since this event"]


def test_an_event_without_a_time_ends_no_job_that_has_no_manifest(s3: Any) -> None:
    assert ledger.is_closed(None, Upload("uploads-bucket", keys.original(JOB), JOB))


def test_an_old_event_ends_a_job_that_has_failed(s3: Any) -> None:
    """Its manifest shows that it was not erased."""
    ledger.end(FAILED)

    assert not ledger.is_closed(ledger.find(JOB), upload(400))


@pytest.mark.parametrize("time", [upload(20.5).time, None], ids=["late", "without a time"])
def test_a_late_report_of_an_erased_job_is_handed_over(
    s3: Any, wire: Wire, context: Context, monkeypatch: pytest.MonkeyPatch, time: Any
) -> None:
    """Its run may have stored thumbnails after the sweep."""
    handed_over: list[Any] = []
    monkeypatch.setattr(functions, "start", lambda _, event: handed_over.append(event))
    message = json.dumps(notices.event([Upload("uploads-bucket", keys.original(JOB), JOB, time=time)]))
    report = {"Records": [{"Sns": {"Message": message}}]}

    wire.before("GetObject", lambda _: refused("AccessDenied", 403))  # as for a function that may not list
    report_failure.handler(report, context)
    assert handed_over == []
    wire.clear()
    assert standing() is None

    ledger.bury(JOB)
    report_failure.handler(report, context)

    assert len(handed_over) == 1
