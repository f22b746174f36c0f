"""CodeDeploy: how a lifecycle hook of a release ended."""

from thumbs.aws import clients


def report(deployment: str, hook: str, status: str) -> None:
    """hook: the id of its execution. status: "Succeeded" or "Failed"."""
    clients.client("codedeploy").put_lifecycle_event_hook_execution_status(
        deploymentId=deployment, lifecycleEventHookExecutionId=hook, status=status
    )
