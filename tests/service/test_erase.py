"""An erased job on the deployed stack: nothing of it remains but its tombstone, whatever comes late."""

import json
from pathlib import Path

import pytest
import requests

from tests.actors.client import Service, wait_for
from tests.actors.operators import Operate, operator, said
from tests.material import pictures
from thumbs.jobs import keys


@pytest.fixture
def operate(stack: Service, tmp_path: Path) -> Operate:
    return operator(stack, tmp_path)


@pytest.fixture
def erased(stack: Service, operate: Operate) -> str:
    signed = stack.upload(pictures.jpeg())
    assert stack.result(signed)["status"] == "done"
    assert said(operate("erase", signed.job)).startswith("1 jobs were erased: their originals, and 4 objects")
    return signed.job


def is_swept(stack: Service, job: str) -> bool | None:
    originals = stack.s3.list_objects_v2(Bucket=stack.uploads, Prefix=keys.original(job))
    return True if "Contents" not in originals and stack.keys(job) == {keys.manifest(job)} else None


def test_an_erased_job_is_gone(stack: Service, erased: str) -> None:
    assert is_swept(stack, erased)
    answer = requests.get(f"{stack.deployed.api_url}/uploads/{erased}", timeout=60)
    assert (answer.status_code, answer.json()["detail"]) == (410, "This upload was erased.")
    manifest = stack.manifest(erased)
    assert manifest is not None
    assert manifest["status"] == "erased"


def test_what_is_uploaded_afterwards_is_swept(stack: Service, erased: str) -> None:
    """By the event of the upload, whose run of convert hands the job to the eraser."""
    stack.s3.put_object(Bucket=stack.uploads, Key=keys.original(erased), Body=pictures.jpeg())

    wait_for(lambda: is_swept(stack, erased), "sweep")


def test_what_a_conversion_left_that_was_given_up_is_swept(stack: Service, erased: str) -> None:
    left = keys.thumbnail(erased, "small", "webp", b"late")
    stack.s3.put_object(Bucket=stack.thumbnails, Key=left, Body=b"late")
    message = json.dumps(stack.event(keys.original(erased)))

    stack.call("ReportFailureFunction", {"Records": [{"Sns": {"Message": message}}]})

    wait_for(lambda: is_swept(stack, erased), "sweep")
