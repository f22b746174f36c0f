"""Users of the running service, one after the other, and the alarms that go off meanwhile."""

from tests.actors.client import Service, wait_for
from tests.standins.cloudwatch import CloudWatch


def alarming(cloudwatch: CloudWatch, names: list[str], **versions: str) -> list[str]:
    return [alarm.name for alarm in cloudwatch.states(names, versions) if alarm.state == "ALARM"]


def uploaded(stack: Service, cloudwatch: CloudWatch, contents: list[bytes], runs_of_each: int = 1) -> None:
    """Users upload these, and all resulting runs of the conversion end.

    One after the other, because the emulator starts another process for each run that finds the others busy.
    """
    for content in contents:
        expected = len(cloudwatch.runs("ConvertFunction")) + runs_of_each
        stack.upload(content)
        wait_for(lambda: _ended(cloudwatch, expected), "end of a conversion")  # noqa: B023  it is called at once


def _ended(cloudwatch: CloudWatch, expected: int) -> bool | None:
    return len(cloudwatch.runs("ConvertFunction")) >= expected or None
