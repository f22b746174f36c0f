"""A conversion that fails for good: three attempts, dead letter, manifest "failed", redrive, done."""

import json

import pytest

from tests.actors import journeys
from tests.actors.client import Service, wait_for
from tests.actors.journeys import attempts
from tests.actors.operators import dead_letters
from tests.material import pictures


def failed(stack: Service, job: str) -> bool | None:
    manifest = stack.manifest(job)
    return True if manifest and manifest["status"] == "failed" else None


@pytest.mark.usefixtures("no_dead_letters")
def test_a_poison_object_is_tried_three_times_parked_and_redriven(stack: Service) -> None:
    journeys.parks_and_redrives_a_poison_object(stack)


@pytest.mark.usefixtures("no_dead_letters")
def test_a_redriven_conversion_that_fails_again_is_parked_again(stack: Service) -> None:
    signed = stack.sign()
    with stack.outage(signed.fields["key"]):
        signed.post(pictures.jpeg())
        wait_for(lambda: dead_letters(stack) or None, "dead letter")

        assert stack.call("RedriveFunction", {})["result"]["redriven"] == 1

        wait_for(lambda: True if attempts(stack, signed.job) == 6 else None, "second round of attempts")
        wait_for(lambda: dead_letters(stack) or None, "dead letter")
        assert failed(stack, signed.job)


@pytest.mark.usefixtures("no_dead_letters")
def test_a_redrive_is_bounded_and_says_what_is_left(stack: Service) -> None:
    queue = stack.deployed.outputs["ConversionDeadLetterQueue"]
    for number in range(5):
        body = json.dumps(stack.event(f"uploads/{number:032x}"))
        stack.deployed.client("sqs").send_message(QueueUrl=queue, MessageBody=body)

    answer = stack.call("RedriveFunction", {"max": 3})["result"]

    assert answer["redriven"] == 3
    assert len(answer["jobs"]) == 3
    assert answer["left"] == 2


@pytest.mark.usefixtures("no_dead_letters")
def test_what_is_no_conversion_stays_in_the_queue_for_a_person(stack: Service) -> None:
    queue = stack.deployed.outputs["ConversionDeadLetterQueue"]
    stack.deployed.client("sqs").send_message(QueueUrl=queue, MessageBody="not JSON")

    assert stack.call("RedriveFunction", {})["result"]["redriven"] == 0

    attributes = stack.deployed.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])
    assert attributes["Attributes"]["ApproximateNumberOfMessagesNotVisible"] == "1"


@pytest.mark.parametrize("most", [0, -1, 1001, "7", True, 1.5])
def test_a_redrive_without_a_sensible_bound_is_refused_with_a_sentence(stack: Service, most: object) -> None:
    error = stack.call("RedriveFunction", {"max": most})["error"]

    assert "1 to 1000" in error["errorMessage"]


def test_a_failure_report_never_replaces_a_result(stack: Service) -> None:
    signed = stack.upload(pictures.jpeg())
    before = stack.result(signed)
    letter = json.dumps(stack.event(f"uploads/{signed.job}"))

    stack.call("ReportFailureFunction", {"Records": [{"Sns": {"Message": letter}}]})

    assert stack.manifest(signed.job) == before


@pytest.mark.parametrize(
    "wrap",
    [
        lambda event: event,
        lambda event: {"requestPayload": event, "responsePayload": {}},
        lambda event: {"Type": "Notification", "Message": json.dumps(event)},
        lambda event: {"Type": "Notification", "Message": json.dumps({"requestPayload": event})},
    ],
    ids=["bare, as AWS sends it", "envelope of a destination", "inside an SNS message", "both"],
)
def test_every_form_of_a_dead_letter_is_understood(stack: Service, wrap, request) -> None:  # type: ignore[no-untyped-def]
    job = f"{abs(hash(request.node.name)):032x}"
    message = json.dumps(wrap(stack.event(f"uploads/{job}")))

    stack.call("ReportFailureFunction", {"Records": [{"Sns": {"Message": message}}]})

    assert failed(stack, job)
