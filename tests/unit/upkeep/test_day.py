"""Upkeep logs one line a day: counts by outcome, bytes, and the cost by the formula that the alarm uses."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.actors.upkeeper import UPLOADS, Account, job
from tests.material.invocation import ENVIRONMENT
from tests.material.responses import answered
from thumbs.aws import clients
from thumbs.upkeep import memory

# What CloudWatch knows about the day, by the ids of its metrics.
VALUES = {
    "signed": 40.0,
    "done": 30.0,
    "rejected": 3.0,
    "failed": 2.0,
    "failed_without_original": 1.0,
    "without_outcome": 4.0,
    "thumbnail_bytes": 123456.0,
    "thumbnail_objects": 150.0,
    "milliseconds": 9000.0,
    "calls": 50.0,
    "writes": 180.0,
    "dollars": 0.0011,
}


@pytest.fixture
def asked(account: Account) -> list[dict[str, Any]]:
    """The requests to CloudWatch, which answers with VALUES."""
    requests: list[dict[str, Any]] = []

    def answer(**_: Any) -> Any:
        return answered({"MetricDataResults": [{"Id": name, "Values": [value]} for name, value in VALUES.items()]})

    events = clients.client("cloudwatch").meta.events
    events.register("before-parameter-build.cloudwatch.GetMetricData", lambda params, **_: requests.append(params))
    events.register_first("before-call.cloudwatch.GetMetricData", answer)
    return requests


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    return [line for line in found if line.get("message") == "day"]


@pytest.mark.usefixtures("asked")
def test_the_line_has_counts_bytes_and_the_cost(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    account.upload(1, 2)
    account.end(1, 2)
    account.put("note.txt")

    account.run()

    (line,) = lines(capsys)
    assert (
        line.items()
        >= {name: VALUES[name] for name in VALUES if name not in ("milliseconds", "calls", "writes")}.items()
    )
    assert (line["originals"], line["original_bytes"], line["strangers"]) == (2, 14, 1)
    assert line["day"] < line["timestamp"][:10]


def test_there_is_one_line_a_day(
    account: Account, asked: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):
        account.run()
    assert len(lines(capsys)) == len(asked) == 1
    known = account.memory | {"day": "2026-01-01"}
    account.s3.put_object(Bucket=UPLOADS, Key=memory.KEY, Body=json.dumps(known))

    account.run()

    assert len(lines(capsys)) == 1


def test_a_day_without_numbers_has_a_line(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    account.run()

    (line,) = lines(capsys)
    assert line["originals"] == 0
    assert "done" not in line, "the log leaves out what is not known"


def test_a_failure_of_the_day_s_work_loses_nothing(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    """It comes last, and is tried again by the next run. The line of the day is not repeated."""
    account.upload(1)

    def refuse(**_: Any) -> None:
        raise RuntimeError("CloudWatch is out of order")

    events = clients.client("lambda").meta.events
    events.register_first("before-call.lambda.ListAliases", refuse)
    with pytest.raises(RuntimeError):
        account.run()
    assert account.lost == {job(1): 1}
    account.end(1)
    events.unregister("before-call.lambda.ListAliases", refuse)
    account.wait()

    assert account.run() == []
    assert (account.lost, account.memory["run"]) == ({}, None)
    assert account.memory["tidied"] == account.memory["day"]
    assert len(lines(capsys)) == 1


def test_the_formula_is_evaluated_by_cloudwatch(account: Account, asked: list[dict[str, Any]]) -> None:
    account.run()

    (request,) = asked
    (expression,) = [each for each in request["MetricDataQueries"] if "Expression" in each]
    assert expression["Expression"] == ENVIRONMENT["COST_FORMULA"]
    assert request["EndTime"] - request["StartTime"] == timedelta(days=1)
