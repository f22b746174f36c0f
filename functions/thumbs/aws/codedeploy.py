"""CodeDeploy: how a lifecycle hook of a release ended."""

from botocore.exceptions import ClientError

from thumbs.aws import clients


def report(deployment: str, hook: str, status: str) -> bool:
    """Report how a hook ended. Returns whether CodeDeploy had no report of it yet: Lambda may run a hook twice, and
    botocore repeats an unanswered call.

    hook: the id of its execution. status: "Succeeded" or "Failed".
    """
    try:
        clients.client("codedeploy").put_lifecycle_event_hook_execution_status(
            deploymentId=deployment, lifecycleEventHookExecutionId=hook, status=status
        )
    except ClientError as error:
        if clients.code(error) != "LifecycleEventAlreadyCompletedException":
            raise
        return False
    return True
