"""The service with its functions in containers: a user's journeys, as in tests/service and tests/browser."""

import json
from urllib.parse import urlsplit

import boto3
import pytest
import requests
from playwright.sync_api import Page

from tests.actors.client import PATIENCE, Service, wait_for
from tests.actors.sam_local import Run
from tests.actors.visitor import choose, expect_stage, row
from tests.material import pictures
from tests.material.photos import jpeg


def test_containers_sign_the_links_of_an_upload_and_its_thumbnails(containers: Service, run: Run) -> None:
    signed = containers.upload(pictures.jpeg())

    manifest = containers.result(signed)

    assert manifest["status"] == "done", manifest
    links = [thumbnail["url"] for thumbnail in manifest["thumbnails"]]
    assert {urlsplit(link).netloc for link in [*links, signed.url, signed.result]} == {urlsplit(run.endpoint).netloc}
    assert [requests.get(link, timeout=PATIENCE).status_code for link in links] == [200, 200, 200]
    assert containers.get(f"uploads/{signed.job}").json()["status"] == "done"


def test_what_is_no_picture_is_refused_with_its_reason(containers: Service) -> None:
    assert containers.convert(b"Dear Sir or Madam")["reason"]["code"] == "not_an_image"


def test_an_unreadable_original_is_tried_three_times_and_redriven(containers: Service, run: Run) -> None:
    """It is reported as failed in between, and done after the redrive."""
    signed = containers.sign()
    with containers.outage(signed.fields["key"]):
        signed.post(pictures.jpeg())
        assert containers.result(signed)["reason"]["code"] == "conversion_failed"
        assert sum("conversion failed" in line and signed.job in line for line in run.lines) == 3

    answer = run.invoke("RedriveFunction", {})

    assert answer == {"redriven": 1, "jobs": [signed.job], "left": 0}
    wait_for(lambda: containers.result(signed)["status"] == "done" or None, "manifest that is done")


def test_a_function_in_a_container_has_only_the_rights_of_its_role(run: Run) -> None:
    environment = json.loads((run.folder / ".cache" / "sam-local" / "environment.json").read_text())
    variables = environment["SignUploadFunction"]
    s3 = boto3.client(
        "s3",
        endpoint_url=run.endpoint,
        region_name="us-east-1",
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=variables["AWS_SESSION_TOKEN"],
    )

    with pytest.raises(s3.exceptions.ClientError, match="AccessDenied"):
        s3.list_objects_v2(Bucket=variables["UPLOAD_BUCKET"])


def test_the_page_shows_thumbnails_that_containers_made(blank: Page, containers: Service) -> None:
    blank.goto(containers.page_url)
    blank.locator("#terms:not(:empty)").wait_for()

    choose(blank, jpeg("photo.jpg", 1200, 900))

    expect_stage(row(blank, "photo.jpg"), "done")


def test_an_edited_function_is_used_by_the_next_call(containers: Service, run: Run) -> None:
    function = run.folder / "functions" / "thumbs" / "api" / "upload_request.py"
    before = function.read_text()
    function.write_text(before.replace("MAX_FILES = 25", "MAX_FILES = 24"))

    def is_limit(expected: int) -> bool | None:
        answer = containers.get("limits")  # 502 while SAM replaces the container
        return (answer.status_code == 200 and answer.json()["maxFiles"] == expected) or None

    try:
        wait_for(lambda: is_limit(24), "limit of 24")
    finally:
        function.write_text(before)
    wait_for(lambda: is_limit(25), "container of the function as it was")
