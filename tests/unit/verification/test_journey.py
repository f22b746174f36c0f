"""The last step of the journey through the API: a link to a thumbnail, which may lead to the delivery's domain."""

import logging

import pytest

from thumbs.verification import browser, journey

RESULT = "https://thumbnails.s3.eu-central-1.amazonaws.com/job/manifest.json?signed"


def test_a_delivery_that_cannot_be_reached_stops_no_release(caplog: pytest.LogCaptureFixture) -> None:
    journey._follow("https://pictures.invalid/t/job/small.webp", RESULT)

    (line,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert line.getMessage() == "delivery unreachable"
    assert vars(line)["host"] == "pictures.invalid"


def test_storage_that_cannot_be_reached_does() -> None:
    link = "https://thumbnails.invalid/job/small.webp"

    with pytest.raises(browser.Unreachable):
        journey._follow(link, "https://thumbnails.invalid/job/manifest.json")
