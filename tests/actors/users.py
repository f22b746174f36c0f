"""Users of the running service, one after the other, and the alarms that go off meanwhile."""

from tests.actors.client import Service, wait_for
from tests.standins.cloudwatch import CloudWatch


def alarming(cloudwatch: CloudWatch, names: list[str], **versions: str) -> list[str]:
    return [alarm.name for alarm in cloudwatch.states(names, versions) if alarm.state == "ALARM"]


def uploaded(stack: Service, cloudwatch: CloudWatch, contents: list[bytes], runs_of_each: int = 1) -> None:
    """Users upload these, and all resulting runs of the conversion end.

    One after the other, because the emulator starts another process for each run that finds the others busy.
    """
    expected = cloudwatch.count("ConvertFunction")
    for content in contents:
        expected += runs_of_each
        stack.upload(content)
        wait_for(lambda: cloudwatch.count("ConvertFunction") >= expected or None, "end of a conversion")  # noqa: B023  it is called at once
