"""Upkeep on the deployed service: uploads whose events are lost all end, and old versions of functions are deleted.

The emulator's scheduler would begin a run every 15 minutes. Here upkeep is invoked by hand, and an upload is lost at
once.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.actors.client import Service, wait_for
from tests.material import pictures
from tests.standins import probe
from tests.standins.probe import DENIED, Probe
from thumbs.upkeep import memory

UPLOADS = 30


@pytest.fixture
def upkeep(neighbour: Service) -> Iterator[Callable[[], None]]:
    """One run, of a version that has no patience. No version of the day before is tidied twice."""
    aws, function = neighbour.deployed.client("lambda"), neighbour.deployed.functions["UpkeepFunction"]
    variables = aws.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    impatient = variables | {"PATIENCE_MINUTES": "0"}
    aws.update_function_configuration(FunctionName=function, Environment={"Variables": impatient})

    def run() -> None:
        answer = aws.invoke(FunctionName=function, Payload=b"{}")
        assert "FunctionError" not in answer, answer["Payload"].read()

    yield run
    aws.update_function_configuration(FunctionName=function, Environment={"Variables": variables})
    neighbour.s3.delete_object(Bucket=neighbour.uploads, Key=memory.KEY)


@pytest.fixture
def silent(neighbour: Service) -> Iterator[None]:
    """The bucket notifies nobody."""
    bucket = neighbour.uploads
    found = neighbour.s3.get_bucket_notification_configuration(Bucket=bucket)
    before = {name: value for name, value in found.items() if name != "ResponseMetadata"}
    assert before["LambdaFunctionConfigurations"]
    neighbour.s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})
    yield
    neighbour.s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=before)


@pytest.mark.usefixtures("silent")
def test_without_a_notification_every_upload_ends(neighbour: Service, upkeep: Callable[[], None]) -> None:
    signed = [neighbour.upload(b"no picture" if each % 10 == 0 else pictures.jpeg()) for each in range(UPLOADS)]
    assert not any(neighbour.manifest(each.job) for each in signed)

    upkeep()

    statuses = Counter(neighbour.result(each)["status"] for each in signed)
    assert statuses == {"done": UPLOADS * 9 // 10, "rejected": UPLOADS // 10}
    lines = [line for line in neighbour.log("upkeep") if line["message"] == "converted again"]
    assert {each.job for each in signed} <= {line["job"] for line in lines}
    assert f"{neighbour.deployed.name}/UploadsWithoutOutcome" in neighbour.metrics("upkeep")


@pytest.mark.usefixtures("silent")
def test_an_upload_that_nothing_converts_ends_as_failed(neighbour: Service, upkeep: Callable[[], None]) -> None:
    """Upkeep has converted it three times: its memory says so."""
    signed = neighbour.upload(pictures.jpeg())
    upkeep()
    neighbour.result(signed)
    known = stored(neighbour)
    neighbour.s3.delete_object(Bucket=neighbour.thumbnails, Key=f"{signed.job}/manifest.json")
    lost = known["lost"][signed.job]
    known["lost"][signed.job] = lost | {"attempts": 3, "due": lost["stored"]}
    neighbour.s3.put_object(Bucket=neighbour.uploads, Key=memory.KEY, Body=json.dumps(known))

    upkeep()

    assert neighbour.result(signed)["status"] == "failed"


def stored(service: Service) -> dict[str, Any]:
    found: dict[str, Any] = json.load(service.s3.get_object(Bucket=service.uploads, Key=memory.KEY)["Body"])
    return found


def test_versions_beyond_the_newest_ten_are_deleted(neighbour: Service, upkeep: Callable[[], None]) -> None:
    aws, function = neighbour.deployed.client("lambda"), neighbour.deployed.functions["RedriveFunction"]
    live = aws.get_alias(FunctionName=function, Name="live")["FunctionVersion"]
    first = int(live)
    for number in range(13):
        aws.update_function_configuration(FunctionName=function, Description=f"Redrives parked conversions. {number}")
        newest = aws.publish_version(FunctionName=function)["Version"]
    aws.update_alias(FunctionName=function, Name="live", FunctionVersion=newest)

    upkeep()

    left = [each["Version"] for each in aws.list_versions_by_function(FunctionName=function)["Versions"]]
    assert left == ["$LATEST", *(str(first + each) for each in range(4, 14))]
    assert [line["day"] for line in neighbour.log("upkeep") if line["message"] == "day"]


@pytest.fixture(scope="module")
def under_its_role(neighbour: Service) -> Iterator[Probe]:
    with probe.probes(neighbour) as found:
        yield found["UpkeepFunction"]


def test_it_may_delete_versions_but_no_function_and_no_object(neighbour: Service, under_its_role: Probe) -> None:
    function = neighbour.deployed.functions["RedriveFunction"]
    original = {"Bucket": neighbour.uploads, "Key": "uploads/" + "9" * 32}
    manifest = {"Bucket": neighbour.thumbnails, "Key": "9" * 32 + "/manifest.json"}
    neighbour.s3.put_object(**original)

    forbidden = under_its_role(
        ("lambda", "delete_function", {"FunctionName": function}),
        ("lambda", "invoke", {"FunctionName": f"{function}:live", "Payload": "{}"}),
        ("s3", "get_object", original),
        ("s3", "delete_object", original),
        ("s3", "put_object", manifest),
        ("s3", "put_object", {"Bucket": neighbour.uploads, "Key": "upkeep/other.json"}),
    )
    (allowed,) = under_its_role(("lambda", "delete_function", {"FunctionName": function, "Qualifier": "999"}))

    assert {*forbidden} <= DENIED, forbidden
    assert allowed not in DENIED
    neighbour.s3.delete_object(**original)


def test_a_second_run_at_the_same_time_does_nothing(neighbour: Service, upkeep: Callable[[], None]) -> None:
    upkeep()
    held = stored(neighbour) | {"run": "another", "held_until": "2999-01-01T00:00:00+00:00"}
    neighbour.s3.put_object(Bucket=neighbour.uploads, Key=memory.KEY, Body=json.dumps(held))

    upkeep()

    assert stored(neighbour) == held
    wait_for(
        lambda: "another run is at work" in [line["message"] for line in neighbour.log("upkeep")] or None, "its log"
    )
