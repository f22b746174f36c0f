"""Every file in events/ is an event that its function receives, and gets the response that its name says."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

import claim
import convert
import erase
import get_upload
import redrive
import report_failure
import sign_upload
import upkeep
import verify_api
import verify_live
import verify_release
from tests.material import pictures
from tests.material.invocation import Context
from tests.standins.codedeploy import CodeDeploy
from thumbs.jobs import ledger
from thumbs.upkeep.day import midnight
from thumbs.upkeep.memory import Memory

EVENTS = Path(__file__).parents[2] / "events"
MODULES = (
    claim,
    convert,
    erase,
    get_upload,
    redrive,
    report_failure,
    sign_upload,
    upkeep,
    verify_api,
    verify_live,
    verify_release,
)
HANDLERS = {module.__name__: module.handler for module in MODULES}
JOB = "3f0c9a52d1b84c6e9a7d5e2f80b1c4d7"


@pytest.fixture
def codedeploy(environment: pytest.MonkeyPatch) -> Iterator[CodeDeploy]:
    with CodeDeploy() as codedeploy:
        environment.setenv("AWS_ENDPOINT_URL_CODEDEPLOY", codedeploy.url)
        yield codedeploy


@pytest.fixture
def put_through(environment: pytest.MonkeyPatch, s3: Any, codedeploy: CodeDeploy, context: Context) -> Any:
    queue = boto3.client("sqs").create_queue(QueueName="letters")["QueueUrl"]
    environment.setenv("DEAD_LETTER_QUEUE_URL", queue)
    s3.put_object(Bucket="uploads-bucket", Key=f"uploads/{JOB}", Body=pictures.jpeg())
    today = midnight(datetime.now(UTC)).date().isoformat()
    Memory(day=today, tidied=today).save()  # so that upkeep asks for no versions

    def put_through(name: str) -> Any:
        event = json.loads((EVENTS / f"{name}.json").read_text())
        if name.endswith("_traffic"):
            codedeploy.expect(event)
        return HANDLERS[name.split(".")[0]](event, context)

    return put_through


def status(answer: dict[str, Any]) -> int:
    code: int = answer["statusCode"]
    return code


def test_each_function_has_an_event() -> None:
    assert {path.name.split(".")[0] for path in EVENTS.glob("*.json")} == HANDLERS.keys()


ANSWERS: dict[str, Callable[[Any], bool]] = {
    "sign_upload.one": lambda answer: status(answer) == 201,
    "sign_upload.batch": lambda answer: len(json.loads(answer["body"])["uploads"]) == 3,
    "sign_upload.bad": lambda answer: [error["file"] for error in json.loads(answer["body"])["errors"]] == [0, 1],
    "sign_upload.limits": lambda answer: status(answer) == 200,
    "sign_upload.preflight": lambda answer: status(answer) == 204,
    "get_upload.job": lambda answer: status(answer) == 202,
    "claim.job": lambda answer: status(answer) == 409,  # it is not converted yet
    "convert.upload": lambda _: _manifest()["status"] == "done",
    "convert.encoded_key": lambda answer: answer is None,
    "convert.test_event": lambda answer: answer is None,
    "erase.upload": lambda answer: answer == {"erased": 1, "deleted": 0} and _manifest()["status"] == "erased",
    "report_failure.dead_letter": lambda _: _manifest()["status"] == "failed",
    "report_failure.envelope": lambda _: _manifest()["status"] == "failed",
    # There are no versions to invoke here; tests/service/test_release.py has them.
    "verify_api.pre_traffic": lambda answer: answer == {"status": "Failed"},
    "verify_live.post_traffic": lambda answer: answer == {"status": "Failed"},
    "verify_release.pre_traffic": lambda answer: answer == {"status": "Failed"},
    "upkeep.scheduled": lambda answer: answer is None,
    "redrive.ten": lambda answer: answer == {"redriven": 0, "jobs": [], "left": 0},
}


@pytest.mark.parametrize("name", sorted(path.stem for path in EVENTS.glob("*.json")))
def test_an_event_is_answered_as_its_name_says(put_through: Any, name: str) -> None:
    answer = put_through(name)

    assert ANSWERS[name](answer), answer


def _manifest() -> dict[str, Any]:
    found = ledger.find(JOB)
    assert found is not None
    return dict(found.manifest)
