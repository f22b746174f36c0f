"""The topic Outcomes, and the applications of examples/outcomes that subscribe to it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from dev.deployed import Deployed
from tests.actors import adopter
from tests.actors.client import Service, wait_for
from tests.material import pictures

Told = Iterator[tuple[str, str, str | None]]


@pytest.fixture(scope="module")
def queue(stack: Service) -> Iterator[Deployed]:
    with adopter.adopted(stack, "queue") as deployed:
        yield deployed


@pytest.fixture(scope="module")
def table(stack: Service) -> Iterator[Deployed]:
    with adopter.adopted(stack, "function") as deployed:
        yield deployed


@pytest.fixture
def told(stack: Service, queue: Deployed) -> Told:
    """What the subscriber learns, in its order: key, kind of event, and the status that it reads at once."""

    def learned() -> Told:
        for event in adopter.received(queue, "Queue"):
            for record in event.get("Records", ()):
                key = record["s3"]["object"]["key"]
                manifest = stack.manifest(key.split("/")[0])
                yield key, record["eventName"].split(":")[0], manifest["status"] if manifest else None

    return learned()


def of(job: str, told: Told) -> tuple[str, str | None]:
    """The next notification about this job. All notifications until then are about manifests."""
    for key, kind, status in told:
        assert key.endswith("/manifest.json")
        if key == f"{job}/manifest.json":
            return kind, status
    raise AssertionError(job)


@pytest.mark.parametrize(("content", "status"), [(pictures.jpeg(), "done"), (b"Dear diary", "rejected")])
def test_an_outcome_is_notified_once_its_manifest_can_be_read(
    stack: Service, told: Told, content: bytes, status: str
) -> None:
    signed = stack.upload(content)

    assert of(signed.job, told) == ("ObjectCreated", status)


@pytest.mark.usefixtures("no_dead_letters")
def test_a_failure_its_redrive_and_its_deletion_are_notified_too(stack: Service, told: Told) -> None:
    signed = stack.sign()
    with stack.outage(signed.fields["key"]):
        signed.post(pictures.jpeg())
        assert of(signed.job, told) == ("ObjectCreated", "failed")

    stack.call("ConvertFunction", stack.event(f"uploads/{signed.job}"))
    assert of(signed.job, told) == ("ObjectCreated", "done")

    stack.s3.delete_object(Bucket=stack.thumbnails, Key=f"{signed.job}/manifest.json")
    assert of(signed.job, told) == ("ObjectRemoved", None)


def test_an_erased_upload_is_notified_as_often_as_its_manifest_changes(stack: Service, told: Told) -> None:
    signed = stack.upload(pictures.jpeg())
    assert of(signed.job, told) == ("ObjectCreated", "done")

    for _ in range(2):  # the repetition sweeps again, but writes no second tombstone
        stack.call("EraseFunction", stack.event(f"uploads/{signed.job}"))
    stack.s3.delete_object(Bucket=stack.thumbnails, Key=f"{signed.job}/manifest.json")

    assert [kind for kind, _ in (of(signed.job, told), of(signed.job, told))] == ["ObjectCreated", "ObjectRemoved"]


def test_a_subscriber_that_is_late_reads_a_later_state(stack: Service, told: Told) -> None:
    job = f"{0x0C:032x}"
    letter = json.dumps(stack.event(f"uploads/{job}"))
    stack.call("ReportFailureFunction", {"Records": [{"Sns": {"Message": letter}}]})
    stack.s3.put_object(Bucket=stack.uploads, Key=f"uploads/{job}", Body=pictures.jpeg())
    wait_for(lambda: True if (stack.manifest(job) or {}).get("status") == "done" else None, "manifest that is done")

    assert [of(job, told), of(job, told)] == [("ObjectCreated", "done")] * 2


def row(table: Deployed, job: str) -> dict[str, Any] | None:
    key = {"job": {"S": job}}
    found = table.client("dynamodb").get_item(TableName=table.outputs["Pictures"], Key=key).get("Item")
    return found and {name: value.get("S") or [each["S"] for each in value["L"]] for name, value in found.items()}


def reaches(table: Deployed, job: str, status: str) -> dict[str, Any]:
    def reached() -> dict[str, Any] | None:
        found = row(table, job)
        return found if found and found["status"] == status else None

    return wait_for(reached, f"row that is {status}")


def test_the_function_keeps_a_table_of_what_became_of_each_upload(stack: Service, table: Deployed) -> None:
    good, bad = stack.upload(pictures.jpeg()), stack.upload(b"Dear diary")

    made = [each["key"] for each in stack.result(good)["thumbnails"]]
    assert reaches(table, good.job, "done")["thumbnails"] == made
    assert reaches(table, bad.job, "rejected")["thumbnails"] == []

    stack.s3.delete_object(Bucket=stack.thumbnails, Key=f"{good.job}/manifest.json")
    assert reaches(table, good.job, "deleted")["thumbnails"] == []


def test_an_event_late_repeated_or_about_something_else_changes_no_row(stack: Service, table: Deployed) -> None:
    signed = stack.upload(pictures.jpeg())
    stack.result(signed)
    before = reaches(table, signed.job, "done")
    stack.s3.delete_object(Bucket=stack.thumbnails, Key=f"{signed.job}/manifest.json")
    gone = reaches(table, signed.job, "deleted")
    probe = f"{0xE:032x}"

    for job, bucket, sequencer in [
        (signed.job, stack.thumbnails, before["written"]),
        (signed.job, stack.thumbnails, gone["written"]),
        (signed.job, "another", "f" * 20),
        (probe, stack.thumbnails, "1"),
    ]:
        s3 = {"bucket": {"name": bucket}, "object": {"key": f"{job}/manifest.json", "sequencer": sequencer}}
        invoke(table, {"Records": [{"s3": s3}]})
    invoke(table, {"Service": "Amazon S3", "Event": "s3:TestEvent"})

    assert row(table, signed.job) == gone
    assert row(table, probe) is None


def invoke(adopter: Deployed, message: dict[str, Any]) -> None:
    event = {"Records": [{"Sns": {"Message": json.dumps(message)}}]}
    function = adopter.resources["OutcomeFunction"]
    answer = adopter.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
    assert "FunctionError" not in answer, answer["Payload"].read()


def test_a_rule_of_eventbridge_picks_what_is_done(stack: Service) -> None:
    with adopter.adopted(stack, "event_bridge") as bus:
        bad, good = stack.upload(b"Dear diary"), stack.upload(pictures.jpeg())
        stack.result(bad)

        arrived = next(adopter.received(bus, "Done"))

        assert arrived["detail"] == {"job": good.job, "status": "done"}
