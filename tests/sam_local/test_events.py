"""Every file in events/ works in a container unchanged: through `sam local start-lambda`, whose containers are warm,
and one of each kind through `sam local invoke`, which creates a container for each call.
"""

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from tests.actors.client import PATIENCE
from tests.actors.sam_local import Run, environment
from tests.material.events import EVENTS, content, logical_id


def body(answer: Any) -> Any:
    return json.loads(answer["body"])


# In the order of their names: convert's come first, so that get_upload finds a manifest.
ANSWERS: dict[str, Callable[[Any], bool]] = {
    "convert.encoded_key": lambda answer: answer is None,
    "convert.test_event": lambda answer: answer is None,
    "convert.upload": lambda answer: answer is None,
    "get_upload.job": lambda answer: body(answer)["status"] == "done",
    "redrive.ten": lambda answer: answer == {"redriven": 0, "jobs": [], "left": 0},
    "report_failure.dead_letter": lambda answer: answer is None,
    "report_failure.envelope": lambda answer: answer is None,
    "sign_upload.bad": lambda answer: [error["file"] for error in body(answer)["errors"]] == [0, 1],
    "sign_upload.batch": lambda answer: len(body(answer)["uploads"]) == 3,
    "sign_upload.limits": lambda answer: body(answer)["maxFiles"] == 25,
    "sign_upload.one": lambda answer: answer["statusCode"] == 201,
    "sign_upload.preflight": lambda answer: answer["statusCode"] == 204,
    # Everything is verified, the golden pictures in convert's container; only then is CodeDeploy called, which is
    # missing.
    "verify_api.pre_traffic": lambda answer: "PutLifecycleEventHookExecutionStatus" in answer["errorMessage"],
    "verify_live.post_traffic": lambda answer: "PutLifecycleEventHookExecutionStatus" in answer["errorMessage"],
    "verify_release.pre_traffic": lambda answer: "PutLifecycleEventHookExecutionStatus" in answer["errorMessage"],
}


@pytest.mark.usefixtures("containers")
@pytest.mark.parametrize(
    "event", [event for event in EVENTS if not event.startswith(("claim.", "upkeep."))]
)  # off by default
def test_an_event_is_answered_in_a_container(event: str, run: Run) -> None:
    answer = run.invoke(logical_id(event), content(event))

    assert ANSWERS[event](answer), answer


@pytest.mark.usefixtures("containers")
@pytest.mark.parametrize("event", ["convert.upload", "sign_upload.one"])
def test_sam_local_invoke_takes_an_event_as_the_documentation_says(event: str, run: Run) -> None:
    file = f"events/{event}.json"
    command = [
        "sam",
        "local",
        "invoke",
        logical_id(event),
        "-e",
        file,
        "--config-file",
        ".cache/sam-local/samconfig.toml",
    ]
    emulated = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL": run.endpoint}

    answer = subprocess.run(
        command, cwd=run.folder, env=environment() | emulated, capture_output=True, text=True, timeout=PATIENCE
    )

    assert answer.returncode == 0, answer.stderr
    assert ANSWERS[event](json.loads(answer.stdout.strip().splitlines()[-1])), answer.stdout
