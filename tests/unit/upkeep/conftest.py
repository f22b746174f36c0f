"""A stack whose functions only record that they are called, and a run of upkeep that is killed."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.actors.upkeeper import Account, Killed
from tests.material.responses import answered
from tests.standins.wire import Sent, Wire
from thumbs.aws import clients

Killer = Callable[[int], None]


@pytest.fixture
def account(s3: Any, wire: Wire) -> Account:
    """Lambda and CloudWatch only record what they are asked for: no function runs, and no metric has a value."""
    account = Account(s3)
    events = {name: clients.client(name).meta.events for name in ("lambda", "cloudwatch")}

    def invoke(params: dict[str, Any], **_: Any) -> Any:
        function = params["url_path"].split("/")[3].replace("%3A", ":").split(":")[0]
        account.calls.append((function, json.loads(params["body"])))
        return answered({"StatusCode": 202})

    def metrics(params: dict[str, Any], **_: Any) -> Any:
        account.metrics.append(params)
        return answered({"MetricDataResults": [{"Id": "age", "Values": account.ages}]})

    def count(sent: Sent) -> None:
        account.requests[sent.operation] += 1

    events["lambda"].register("before-call.lambda.Invoke", invoke)
    events["lambda"].register("before-call.lambda.ListVersionsByFunction", lambda **_: answered({"Versions": []}))
    events["lambda"].register("before-call.lambda.ListAliases", lambda **_: answered({"Aliases": []}))
    events["cloudwatch"].register("before-call.cloudwatch.GetMetricData", metrics)
    wire.before("", count)
    return account


@pytest.fixture
def kill(account: Account, wire: Wire) -> Killer:
    """Arms a kill before a call to AWS, by its number in the next run; 0 disarms it."""
    left = [0]

    def before(*_: Any, **__: Any) -> None:
        if left[0]:
            left[0] -= 1
            if not left[0]:
                raise Killed

    # Handlers of a specific event are called before those of all events, and the first answer ends it.
    wire.before("", before)
    for name, call in (("lambda", ".lambda.Invoke"), ("cloudwatch", ".cloudwatch.GetMetricData")):
        clients.client(name).meta.events.register_first(f"before-call{call}", before)

    def arm(number: int) -> None:
        left[0] = number

    return arm
