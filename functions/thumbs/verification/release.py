"""The end of a lifecycle hook: CodeDeploy is told whether a new version may have traffic, whatever happens.

A hook that says nothing leaves the release waiting for an hour, so it is also told when the verification itself breaks,
and before Lambda's time is over.
"""

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from thumbs import observe
from thumbs.aws import versions

# How long a version may take over one small picture or request, a cold start included: five times of what it needs.
ANSWER_SECONDS = 10.0

# What is kept of the hook's own time for deleting the last probe and telling CodeDeploy: some calls of AWS.
_FAREWELL_SECONDS = 15.0


class OutOfTime(BaseException):
    """The hook's own time is over. Not an Exception, so that nobody takes it for one mistake among others."""


def hook(event: dict[str, Any], context: Any, verify: Callable[[], Iterable[str]]) -> dict[str, str]:
    """Verifies, logs each fault, and tells CodeDeploy: {"status": "Succeeded" or "Failed"}.

    event: {"DeploymentId", "LifecycleEventHookExecutionId"}; without them a person asks, and nobody else is told.
    verify: what is wrong with the new version, a sentence for each thing.
    """
    log = observe.log()
    log.append_keys(deployment=event.get("DeploymentId"))
    status = "Failed"
    try:
        with _time_limit(context):
            faults = 0
            for fault in verify():
                log.error("refused", fault=fault)
                faults += 1
            status = "Failed" if faults else "Succeeded"
    except OutOfTime:
        log.error("refused", fault="the verification did not end in its time")
    except Exception as error:
        log.exception("refused", fault=f"the verification itself failed: {error}")
    finally:
        if "DeploymentId" in event:
            versions.report_release(event["DeploymentId"], event["LifecycleEventHookExecutionId"], status)
    log.info("verified", status=status)
    return {"status": status}


@contextmanager
def _time_limit(context: Any) -> Iterator[None]:
    """Raises OutOfTime inside the block, wherever it is, while there is time to say so."""

    def over(signal_number: int, frame: FrameType | None) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, max(0.1, context.get_remaining_time_in_millis() / 1000 - _FAREWELL_SECONDS))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
