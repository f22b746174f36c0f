"""The end of a lifecycle hook: tells CodeDeploy whether a new version may receive traffic, whatever happens.

A hook that does not report leaves the release waiting for an hour, so it also reports if the verification itself
fails, and before Lambda's timeout.
"""

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from thumbs import observe
from thumbs.aws import codedeploy

# How long a version may take for one small picture or request, including a cold start: five times what it needs.
ANSWER_SECONDS = 10.0

# The part of the hook's own time reserved for deleting the last probe and notifying CodeDeploy: a few calls.
FAREWELL_SECONDS = 15.0


class OutOfTime(BaseException):
    """The hook's own time is over. Not an Exception, so that no handler of exceptions catches it."""


def run(event: dict[str, Any], context: Any, verify: Callable[[], Iterable[str]]) -> dict[str, str]:
    """Verifies, logs each fault, and notifies CodeDeploy: {"status": "Succeeded" or "Failed"}.

    event: {"DeploymentId", "LifecycleEventHookExecutionId"}. If absent, the function was invoked manually, and
    CodeDeploy is not notified. verify: the faults of the new version, one sentence each.
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
        log.error("refused", fault="the verification timed out")
    except Exception as error:
        log.exception("refused", fault=f"the verification itself failed: {error}")
    finally:
        if "DeploymentId" in event and not codedeploy.report(
            event["DeploymentId"], event["LifecycleEventHookExecutionId"], status
        ):
            log.warning("reported before", status=status)
    log.info("verified", status=status)
    return {"status": status}


@contextmanager
def _time_limit(context: Any) -> Iterator[None]:
    """Raises OutOfTime inside the block, wherever it is, while there is time left to report."""

    def over(signal_number: int, frame: FrameType | None) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, max(0.1, context.get_remaining_time_in_millis() / 1000 - FAREWELL_SECONDS))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
