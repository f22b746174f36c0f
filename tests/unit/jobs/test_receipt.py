"""The receipt in a manifest: what was removed, and until when the original is kept."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

import convert
import sign_upload
from tests.actors.uploader import Form, ended
from tests.material import metadata
from tests.material.invocation import Context
from thumbs.aws.s3 import Object
from thumbs.jobs import originals

PLACE = metadata.jpeg((0xE1, b"Exif\0\0" + metadata.exif({}, gps={0x0002: b"48 12 30 "})))


def midnight(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT00:00:00Z")


def test_a_manifest_says_what_was_removed_and_how_long_originals_stay(s3: Any, context: Context) -> None:
    convert.handler(Form(s3).post(PLACE), context)

    manifest = ended()
    assert manifest["status"] == "done"
    assert manifest["privacy"]["removed"] == ["location"]
    assert manifest["privacy"]["originalUntil"] in (midnight(2), midnight(1))  # at midnight, the day may have changed


def test_what_could_not_be_read_has_unknown_metadata_but_is_kept_as_long(
    s3: Any, context: Context, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("KEEP_ORIGINALS_DAYS", "7")
    convert.handler(Form(s3).post(b"Dear diary"), context)

    manifest = ended()
    assert manifest["status"] == "rejected"
    assert manifest["privacy"]["removed"] is None
    assert manifest["privacy"]["originalUntil"] in (midnight(8), midnight(7))


@pytest.mark.parametrize("chosen", ["none", "copyright"])
def test_a_manifest_says_what_was_kept_only_if_that_is_set(
    s3: Any, context: Context, environment: pytest.MonkeyPatch, chosen: str
) -> None:
    environment.setenv("METADATA", chosen)
    original = metadata.jpeg((0xE1, b"Exif\0\0" + metadata.exif({0x013B: b"Jane Doe\0"}, gps={0x0002: b"48 12 30 "})))
    convert.handler(Form(s3).post(original), context)

    manifest = ended()
    assert manifest["privacy"]["removed"] == ["location", "people"]
    assert manifest["privacy"].get("kept") == (["creator"] if chosen == "copyright" else None)
    keys = [one["key"] for one in manifest["thumbnails"]]
    bodies = [s3.get_object(Bucket="thumbnails-bucket", Key=key)["Body"].read() for key in keys]
    limits = sign_upload.handler({"httpMethod": "GET", "resource": "/limits", "headers": {}}, context)
    assert json.loads(limits["body"]).get("keepsCopyright", False) is (chosen == "copyright")
    assert [b"<rdf:li>Jane Doe</rdf:li>" in body for body in bodies] == [chosen == "copyright"] * len(bodies)


def test_without_an_original_there_is_no_receipt(s3: Any, context: Context) -> None:
    event = Form(s3).post(PLACE)
    s3.delete_object(Bucket="uploads-bucket", Key=event["Records"][0]["s3"]["object"]["key"])
    convert.handler(event, context)

    assert (ended()["status"], ended()["privacy"]) == ("failed", None)


@pytest.mark.parametrize(
    ("written", "days", "until"),
    [
        (datetime(2026, 1, 15, 10, 30, tzinfo=UTC), "3", datetime(2026, 1, 19, tzinfo=UTC)),  # the user guide's example
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), "1", datetime(2027, 1, 2, tzinfo=UTC)),
        (datetime(2026, 1, 15, 23, tzinfo=timezone(timedelta(hours=-5))), "1", datetime(2026, 1, 18, tzinfo=UTC)),
    ],
)
def test_an_original_is_kept_until_the_midnight_after_its_days(
    environment: pytest.MonkeyPatch, written: datetime, days: str, until: datetime
) -> None:
    environment.setenv("KEEP_ORIGINALS_DAYS", days)

    assert originals.until(Object(b"", "", {}, written)) == until
