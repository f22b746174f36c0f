"""The last step of the journey: the links to thumbnails, possibly at the delivery domain."""

import logging

import pytest

from thumbs.verification import browser, journey

RESULT = "https://thumbnails.s3.eu-central-1.amazonaws.com/job/manifest.json?signed"


def manifest(link: str) -> dict[str, object]:
    return {"thumbnails": [{"key": "folder/digest/small.webp", "url": link}]}


def test_a_delivery_that_cannot_be_reached_stops_no_release(caplog: pytest.LogCaptureFixture) -> None:
    found = journey._followed(manifest("https://pictures.invalid/t/folder/digest/small.webp"), RESULT)

    assert found is None, "nothing to be looked at"
    (line,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert line.getMessage() == "delivery unreachable"
    assert vars(line)["host"] == "pictures.invalid"


def test_storage_that_cannot_be_reached_does() -> None:
    link = "https://thumbnails.invalid/folder/digest/small.webp"

    with pytest.raises(browser.Unreachable):
        journey._followed(manifest(link), "https://thumbnails.invalid/job/manifest.json")
