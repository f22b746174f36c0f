"""What is there only if a setting or a caller asks for it is in the contract too: see test_contract."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import convert
import get_upload
import sign_upload
from tests.actors.invoker import JOB, event
from tests.material import pictures, rights
from tests.material.contract import SINCE_0_2, missing
from tests.material.invocation import Context
from thumbs.jobs import keys

SETTINGS = {
    "PROFILES": "avatar:face=160x160:pad",
    "THUMBNAIL_FORMATS": "webp,jpeg",
    "ANIMATED": "yes",
    "METADATA": "copyright",
}


@pytest.fixture(params=SINCE_0_2, ids=lambda path: path.stem)
def then(request: pytest.FixtureRequest, environment: pytest.MonkeyPatch) -> dict[str, Any]:
    """What an earlier version said where all of this is set."""
    for name, value in SETTINGS.items():
        environment.setenv(name, value)
    version: Path = request.param
    said: dict[str, Any] = json.loads(version.read_text())["chosen"]
    return said


def test_a_choice_is_signed_as_it_was(then: dict[str, Any], context: Context) -> None:
    body = json.dumps({"files": [{"name": "a", "type": "image/webp", "size": 1, **then["asked"]}]})
    call = {"httpMethod": "POST", "resource": "/uploads", "headers": {}, "body": body}

    (upload,) = json.loads(sign_upload.handler(call, context)["body"])["uploads"]

    fields = {f"x-amz-meta-{name}": value for name, value in then["metadata"].items()}
    assert fields.items() <= upload["upload"]["fields"].items()


def test_a_result_of_choices_has_all_that_it_had(then: dict[str, Any], s3: Any, context: Context) -> None:
    """An animation that names its creator, with a form that the earlier version signed."""
    frames, packet = [Image.new("RGB", (48, 36), colour) for colour in ("red", "blue")], rights.packet(rights.CREATOR)
    original = pictures.encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=100, xmp=packet)
    s3.put_object(Bucket="uploads-bucket", Key=keys.original(JOB), Body=original, Metadata=then["metadata"])
    convert.handler(event(JOB), context)

    now = json.loads(get_upload.handler({"pathParameters": {"job": JOB}, "headers": {}}, context)["body"])

    assert missing(then["done"], now) == []
    for one, other in zip(then["done"]["thumbnails"], now["thumbnails"], strict=True):
        assert missing(one, other) == []
        assert (one["size"], one["type"]) == (other["size"], other["type"])
    assert (now["profile"], now["focus"]) == (then["asked"]["profile"], then["asked"]["focus"])
