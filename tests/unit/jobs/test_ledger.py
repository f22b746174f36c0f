"""The ledger's guarantees: one manifest per job, and only allowed replacements."""

import json
from itertools import product
from typing import Any

import boto3
import pytest

from tests.material.outcomes import DONE, FAILED, JOB, OUTCOMES, standing, upload
from tests.standins.wire import Sent, Wire
from thumbs.aws.s3 import Refused
from thumbs.jobs import keys, ledger
from thumbs.jobs.manifest import Manifest

# (current status, replacement)
BY_ANY_EVENT = {
    *product((None,), OUTCOMES),
    *product(("failed",), ("done", "rejected", "another picture")),
}
WHEN_ASKED = BY_ANY_EVENT | {("done", "done"), *product(("rejected", "another picture"), ("done", "rejected"))}


@pytest.mark.parametrize("again", [False, True], ids=["by an event", "again"])
@pytest.mark.parametrize(("stands", "outcome"), [*product((None, *OUTCOMES), OUTCOMES)])
def test_an_outcome_replaces_only_what_it_may(s3: Any, stands: str | None, outcome: str, again: bool) -> None:
    if stands:
        ledger.end(OUTCOMES[stands])
    seen = ledger.find(JOB)
    new: Manifest = {**OUTCOMES[outcome], "created": "2026-11-26T12:00:00Z"}
    may = (stands, outcome) in (WHEN_ASKED if again else BY_ANY_EVENT)

    assert ledger.end(new, seen, again) is may

    assert standing() == (new if may else OUTCOMES[stands] if stands else None)
    if may:
        assert not ledger.is_closed(seen, upload(again=again)), "the conversion would not have begun"


def test_the_status_of_a_later_version_is_left_alone(s3: Any) -> None:
    """During a release, both versions run."""
    s3.put_object(Bucket="thumbnails-bucket", Key=keys.manifest(JOB), Body=b'{"job": "", "status": "of later"}')
    seen = ledger.find(JOB)

    assert ledger.is_closed(seen, upload(again=True))
    assert not ledger.end(DONE, seen, again=True)
    assert not ledger.end(DONE)


def test_the_first_manifest_stands(s3: Any) -> None:
    assert standing() is None
    assert ledger.end(DONE)

    assert not ledger.end(FAILED)

    assert standing() == DONE


def test_only_the_failed_manifest_that_was_seen_is_replaced(s3: Any) -> None:
    ledger.end(FAILED)
    seen = ledger.find(JOB)
    ledger.end(DONE, seen)

    assert not ledger.end({**DONE, "created": "late"}, seen)

    assert standing() == DONE


def test_a_failure_reported_in_the_meantime_is_replaced(s3: Any) -> None:
    ledger.end(FAILED)

    assert ledger.end(DONE)

    assert standing() == DONE


def test_a_run_that_is_overtaken_twice_raises(s3: Any, wire: Wire) -> None:
    """Another report of failure intervened. The next attempt sees the current state."""
    ledger.end(FAILED)
    reports = [json.dumps({**FAILED, "created": "second"})]

    def report(sent: Sent) -> None:
        if "if-match" in sent.headers and reports:
            boto3.client("s3").put_object(Bucket="thumbnails-bucket", Key=keys.manifest(JOB), Body=reports.pop())

    wire.before("PutObject", report)

    with pytest.raises(ledger.Overtaken):
        ledger.end(DONE)

    assert not reports


def lose_the_answer(wire: Wire) -> list[str]:
    """The next write takes effect, and its responses are lost. Returns the remaining losses."""
    left = ["answer"] * 4  # of all attempts of the call

    def lose(_: Sent) -> None:
        if left:
            left.pop()
            raise TimeoutError

    wire.after("PutObject", lose)
    return left


def test_a_commit_whose_answer_was_lost_is_a_commit(s3: Any, wire: Wire) -> None:
    left = lose_the_answer(wire)

    ledger.end(FAILED)

    assert not left
    assert standing() == FAILED


def test_a_commit_that_met_its_own_first_try_is_a_commit(s3: Any, wire: Wire) -> None:
    """A call is repeated when a response is lost, and S3 then responds with 412."""
    tries: list[Sent] = []

    def write_before(sent: Sent) -> None:
        if not tries:
            tries.append(sent)
            boto3.client("s3").put_object(
                Bucket="thumbnails-bucket",
                Key=f"{JOB}/manifest.json",
                Body=sent.body,
                Metadata={"commit": sent.headers["x-amz-meta-commit"]},
            )

    wire.before("PutObject", write_before)

    ledger.end(FAILED)

    assert tries
    assert standing() == FAILED


def test_a_commit_over_a_deleted_manifest_fails(s3: Any) -> None:
    """Its thumbnails may have been deleted too, so a run may only commit what it has stored itself."""
    ledger.end(FAILED)
    seen = ledger.find(JOB)
    s3.delete_object(Bucket="thumbnails-bucket", Key=f"{JOB}/manifest.json")

    with pytest.raises(Refused, match="NoSuchKey"):
        ledger.end(DONE, seen)

    assert standing() is None


@pytest.mark.parametrize("replacing", [False, True])
def test_a_manifest_is_written_after_meeting_a_write_that_then_fails(
    s3: Any, conflicts: list[str], replacing: bool
) -> None:
    if replacing:
        ledger.end(FAILED)
    seen = ledger.find(JOB)
    conflicts.append(f"{JOB}/manifest.json")

    ledger.end(DONE, seen)

    assert not conflicts
    assert standing() == DONE


def test_a_conflict_that_does_not_end_is_no_outcome_of_another_run(s3: Any, conflicts: list[str]) -> None:
    conflicts += [f"{JOB}/manifest.json"] * 10

    with pytest.raises(Refused, match="ConditionalRequestConflict"):
        ledger.end(DONE)
