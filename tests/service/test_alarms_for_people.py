"""Alarms that stop no release and notify a person: dead letters, lost failures, the cost of a day."""

import json
import uuid

import pytest

from dev.stack import Stack
from tests.actors.client import Service, wait_for
from tests.actors.users import alarming, uploaded
from tests.material import pictures
from tests.standins.cloudwatch import CloudWatch

# ── Alarms that notify a person, with real events ────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("no_dead_letters")
def test_a_dead_letter_tells_a_person_until_it_is_gone(stack: Service, cloudwatch: CloudWatch) -> None:
    assert alarming(cloudwatch, ["DeadLetters"]) == []
    signed = stack.sign()
    with stack.outage(signed.fields["key"]):
        signed.post(pictures.jpeg())
        wait_for(lambda: alarming(cloudwatch, ["DeadLetters"]) or None, "alarm")

    assert stack.call("RedriveFunction", {})["result"]["left"] == 0

    assert alarming(cloudwatch, ["DeadLetters"]) == []


def test_a_failure_that_cannot_be_reported_tells_a_person(stack: Service, cloudwatch: CloudWatch) -> None:
    good = json.dumps(stack.event(f"uploads/{uuid.uuid4().hex}"))
    assert "result" in stack.call("ReportFailureFunction", {"Records": [{"Sns": {"Message": good}}]})
    wait_for(lambda: cloudwatch.runs("ReportFailureFunction") or None, "end of the run")
    assert alarming(cloudwatch, ["ReportFailureErrors"]) == []

    assert "error" in stack.call("ReportFailureFunction", {"Records": [{"Sns": {"Message": "no JSON"}}]})

    wait_for(lambda: alarming(cloudwatch, ["ReportFailureErrors"]) or None, "alarm")


def test_one_burst_that_is_throttled_tells_nobody(
    stack: Service, cloudwatch: CloudWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    aws, name = Stack(stack.deployed.endpoint).client("lambda"), stack.deployed.functions["ConvertFunction"]
    aws.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    try:
        for _ in range(3):
            with pytest.raises(aws.exceptions.TooManyRequestsException):
                aws.invoke(FunctionName=name, Payload=b"{}")  # not by the alias: the emulator limits no versions
    finally:
        aws.delete_function_concurrency(FunctionName=name)

    throttles = [point.value for point in cloudwatch.points() if point.name == "Throttles"]
    assert sum(throttles) >= 3
    assert alarming(cloudwatch, ["ConvertThrottles"]) == []


@pytest.mark.parametrize(("dollars", "expected"), [("0.000001", ["CostPerDay"]), ("1", [])])
def test_the_cost_of_a_day_tells_a_person(stack: Service, photo: bytes, dollars: str, expected: list[str]) -> None:
    cloudwatch = CloudWatch(stack, CostAlarmDollars=dollars)

    uploaded(stack, cloudwatch, [photo])  # about 0.00003 dollars: a call, a few hundred milliseconds, six writes

    assert alarming(cloudwatch, ["CostPerDay"]) == expected


def test_a_call_that_lambda_has_no_room_for_is_no_fault_of_the_api(cloudwatch: CloudWatch) -> None:
    """API Gateway responds with 503 both times; only its access log shows why."""
    cloudwatch.answered(503, by_lambda=429)
    assert alarming(cloudwatch, ["ApiErrors"]) == []

    cloudwatch.answered(503, by_lambda=500)
    assert alarming(cloudwatch, ["ApiErrors"]) == ["ApiErrors"]
