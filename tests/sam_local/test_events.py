"""Every file in events/ works in a container unchanged: through `sam local start-lambda`, whose containers are warm,
and one of each kind through `sam local invoke`, which creates a container for each call.
"""

import json
import re
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from dev.stack import TEMPLATE
from tests.actors.client import PATIENCE, wait_for
from tests.actors.sam_local import Run, environment
from tests.material.events import EVENTS, content, logical_id


def body(answer: Any) -> Any:
    return json.loads(answer["body"])


# In this order: convert's come first, so that get_upload finds a manifest, and the eraser, which deletes what they have
# made, comes last.
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
    "erase.upload": lambda answer: answer["erased"] == 1 and answer["deleted"] >= 3,  # the thumbnails
}


def test_every_event_of_the_default_stack_has_its_answer() -> None:
    """The other functions exist only with a setting, and `make sam-local` deploys none."""
    functions = yaml_parse(TEMPLATE.read_text())["Resources"]

    assert {*ANSWERS} == {event for event in EVENTS if "Condition" not in functions[logical_id(event)]}


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


@pytest.mark.usefixtures("containers")
@pytest.mark.parametrize("event", ANSWERS)
def test_an_event_is_answered_in_a_container(event: str, run: Run) -> None:
    answer = run.invoke(logical_id(event), content(event))

    assert ANSWERS[event](answer), answer


@pytest.mark.usefixtures("containers")
def test_an_erased_job_stays_erased_when_its_event_comes_again(run: Run) -> None:
    """Convert, which meets the tombstone, hands the job to the eraser: one container starts another."""

    def sweeps() -> int:
        return sum(re.search(r"\berase +erased\b", line) is not None for line in run.lines)

    run.invoke("EraseFunction", content("erase.upload"))
    before = sweeps()
    assert run.invoke("ConvertFunction", content("convert.upload")) is None

    wait_for(lambda: sweeps() > before or None, "sweep")
    assert body(run.invoke("GetUploadFunction", content("get_upload.job")))["status"] == 410
