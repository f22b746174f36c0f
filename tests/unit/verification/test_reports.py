"""The result of a verification reaches CodeDeploy, whatever breaks, and a manual caller."""

import signal
from typing import Any

import pytest

import verify_release
from tests.material.invocation import Context
from tests.standins.codedeploy import CodeDeploy
from thumbs.verification import hook

# CodeDeploy's notification if nothing can be verified at all


@pytest.fixture
def codedeploy(environment: pytest.MonkeyPatch) -> Any:
    with CodeDeploy() as codedeploy:
        environment.setenv("AWS_ENDPOINT_URL_CODEDEPLOY", codedeploy.url)
        yield codedeploy


def test_codedeploy_is_notified_of_a_verification_that_breaks(
    s3: Any, codedeploy: CodeDeploy, context: Context
) -> None:
    """Here there is no Lambda to invoke. The probe is deleted nevertheless."""
    execution = codedeploy.execution()

    assert verify_release.handler(execution.event, context) == {"status": "Failed"}

    assert execution.status == "Failed"
    (left,) = s3.list_objects_v2(Bucket="thumbnails-bucket")["Contents"]
    assert left["Key"].endswith("/manifest.json"), "the tombstone"


@pytest.mark.parametrize(("faults", "status"), [([], "Succeeded"), (["something"], "Failed")])
def test_codedeploy_is_notified_how_it_ended(
    aws: None, codedeploy: CodeDeploy, context: Context, faults: list[str], status: str
) -> None:
    execution = codedeploy.execution()

    assert hook.run(execution.event, context, lambda: faults) == {"status": status}
    assert execution.status == status


def test_codedeploy_is_notified_of_a_verification_without_an_end(aws: None, codedeploy: CodeDeploy) -> None:
    class Late(Context):
        def get_remaining_time_in_millis(self) -> int:
            return 15_100  # the time reserved for the cleanup, and a moment

    def endless() -> list[str]:
        try:
            while True:
                signal.pause()
        except Exception:  # as libraries catch errors inside them
            return []

    execution = codedeploy.execution()

    assert hook.run(execution.event, Late(), endless) == {"status": "Failed"}
    assert execution.status == "Failed"


def test_a_hook_that_runs_twice_reports_once(aws: None, codedeploy: CodeDeploy, context: Context) -> None:
    """Otherwise Lambda would run it a third time, because it raised an error."""
    execution = codedeploy.execution()
    hook.run(execution.event, context, list)

    assert hook.run(execution.event, context, lambda: ["another fault"]) == {"status": "Failed"}

    assert execution.status == "Succeeded"


def test_a_person_may_ask_without_codedeploy(context: Context) -> None:
    assert hook.run({}, context, list) == {"status": "Succeeded"}


def test_a_report_that_is_not_heard_is_an_error(aws: None, codedeploy: CodeDeploy, context: Context) -> None:
    unknown = {"DeploymentId": "d-UNKNOWN", "LifecycleEventHookExecutionId": "unknown"}

    with pytest.raises(Exception, match="DeploymentDoesNotExist"):
        hook.run(unknown, context, list)
