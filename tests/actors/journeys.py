"""Journeys of an upload through a running service, each checked at every step: for any stack, whatever its settings."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import requests

from tests.actors.client import PATIENCE, Service, wait_for
from tests.actors.operators import dead_letters
from tests.material import pictures


def attempts(stack: Service, job: str) -> int:
    return sum(line["message"] == "conversion failed" and line.get("job") == job for line in stack.log("convert", job))


def rejects_a_text_file(stack: Service) -> None:
    """A file that is no picture, despite its name."""
    manifest = stack.convert(b"This is not a picture.\n" * 20)

    assert manifest["status"] == "rejected"
    lines = stack.log_of("convert", manifest["job"])
    assert [(line["message"], line["reason"]) for line in lines] == [("rejected", "not_an_image")]
    assert manifest["reason"]["code"] == "not_an_image"
    assert manifest["reason"]["retryable"] is False
    assert "JPEG, PNG" in manifest["reason"]["message"]
    assert manifest["thumbnails"] == []


def follows_an_upload(stack: Service) -> None:
    """An upload, from its signature to fresh links, through GET /uploads/{job}."""
    assert stack.get(f"uploads/{uuid.uuid4().hex}").status_code == 404
    assert stack.get("uploads/not-a-job").status_code == 404
    signed = stack.sign()
    assert stack.get(f"uploads/{signed.job}").status_code == 404, "signed, and nothing uploaded yet"

    signed.post(pictures.jpeg())
    manifest = stack.result(signed)
    answer = stack.get(f"uploads/{signed.job}")

    assert answer.status_code == 200
    links = [thumbnail.pop("url") for thumbnail in answer.json()["thumbnails"]]
    assert all(requests.get(link, timeout=PATIENCE).status_code == 200 for link in links)
    fresh = answer.json()
    for each in (manifest, fresh):
        for thumbnail in each["thumbnails"]:
            thumbnail.pop("url", None)
    assert fresh == manifest


def converts_uploads_at_once(stack: Service) -> None:
    """Five uploads at once."""
    content = pictures.jpeg(1000, 750)
    with ThreadPoolExecutor(5) as crowd:
        manifests = list(crowd.map(lambda _: stack.convert(content), range(5)))

    assert [manifest["status"] for manifest in manifests] == ["done"] * 5


def parks_and_redrives_a_poison_object(stack: Service) -> None:
    """A conversion that fails three times is reported as failed, and done after its redrive."""
    signed = stack.sign()
    with stack.outage(signed.fields["key"]):
        signed.post(pictures.jpeg())

        manifest = stack.result(signed)

        assert manifest["status"] == "failed"
        assert manifest["reason"]["code"] == "conversion_failed"
        assert manifest["reason"]["retryable"] is True
        wait_for(lambda: attempts(stack, signed.job) >= 3 or None, "line about the third attempt")
        assert attempts(stack, signed.job) == 3
        assert wait_for(lambda: dead_letters(stack) or None, "dead letter") == 1
        assert stack.get(f"uploads/{signed.job}").json()["status"] == "failed"

    answer = stack.call("RedriveFunction", {})

    assert answer == {"result": {"redriven": 1, "jobs": [signed.job], "left": 0}}
    wait_for(lambda: True if stack.result(signed)["status"] == "done" else None, "manifest that is done")
    assert dead_letters(stack) == 0
    assert len(stack.result(signed)["thumbnails"]) == 3
