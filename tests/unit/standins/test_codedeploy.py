"""The stand-in for CodeDeploy answers the report of a hook as the API reference has it.

docs.aws.amazon.com/codedeploy/latest/APIReference/API_PutLifecycleEventHookExecutionStatus.html
"""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.standins.codedeploy import CodeDeploy, Execution


@pytest.fixture(scope="module")
def codedeploy() -> Iterator[CodeDeploy]:
    with CodeDeploy() as listening:
        yield listening


def report(codedeploy: CodeDeploy, execution: Execution, **changed: str) -> Any:
    asked = {
        "deploymentId": execution.deployment,
        "lifecycleEventHookExecutionId": execution.id,
        "status": "Succeeded",
    }
    client = boto3.client("codedeploy", endpoint_url=codedeploy.url)
    sent = {name: value for name, value in (asked | changed).items() if value}
    return client.put_lifecycle_event_hook_execution_status(**sent)


@pytest.mark.parametrize("status", ["Succeeded", "Failed"])
def test_a_hook_reports_its_status_once(codedeploy: CodeDeploy, status: str) -> None:
    execution = codedeploy.execution()
    assert execution.status == "Pending"

    assert report(codedeploy, execution, status=status)["lifecycleEventHookExecutionId"] == execution.id

    assert execution.status == status
    with pytest.raises(ClientError, match="LifecycleEventAlreadyCompletedException"):
        report(codedeploy, execution, status="Succeeded")
    assert execution.status == status


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"deploymentId": ""}, "DeploymentIdRequired"),
        ({"deploymentId": "d-UNKNOWN"}, "DeploymentDoesNotExist"),
        ({"lifecycleEventHookExecutionId": "unknown"}, "InvalidLifecycleEventHookExecutionId"),
        ({"lifecycleEventHookExecutionId": ""}, "InvalidLifecycleEventHookExecutionId"),
        ({"status": "Skipped"}, "InvalidLifecycleEventHookExecutionStatus"),
        ({"status": ""}, "InvalidLifecycleEventHookExecutionStatus"),
    ],
)
def test_a_wrong_report_is_refused_and_changes_nothing(
    codedeploy: CodeDeploy, changed: dict[str, str], error: str
) -> None:
    execution = codedeploy.execution()

    with pytest.raises(ClientError, match=f"{error}Exception"):
        report(codedeploy, execution, **changed)

    assert execution.status == "Pending"


def test_a_report_for_the_hook_of_another_deployment_is_refused(codedeploy: CodeDeploy) -> None:
    first, second = codedeploy.execution(), codedeploy.execution()

    with pytest.raises(ClientError, match="InvalidLifecycleEventHookExecutionIdException"):
        report(codedeploy, first, lifecycleEventHookExecutionId=second.id)


def test_other_operations_are_unknown(codedeploy: CodeDeploy) -> None:
    with pytest.raises(ClientError, match="UnknownOperationException"):
        boto3.client("codedeploy", endpoint_url=codedeploy.url).list_applications()
