"""The emulator, accepting what it does not know about a release: CodeDeploy's resources and alarms on metric math do
nothing.

`python -m tests.standins.without_codedeploy PORT` is `python -m dev.emulator PORT` with that difference, so that
`sam deploy` with the template's defaults succeeds.
"""

import asyncio
import sys
from typing import Any

from dev import emulator

_TYPES = ("AWS::CodeDeploy::Application", "AWS::CodeDeploy::DeploymentGroup")


def _take() -> None:
    from ministack.services.cloudformation import provisioners

    handlers = provisioners._RESOURCE_HANDLERS
    for kind in _TYPES:
        assert kind not in handlers, f"the emulator knows {kind} now"
        handlers[kind] = {"create": _nothing, "delete": lambda *_: None}
    alarm = handlers["AWS::CloudWatch::Alarm"]
    create = alarm["create"]

    def created(logical_id: str, properties: dict[str, Any], *rest: Any) -> Any:
        make = _nothing if "Metrics" in properties else create
        return make(logical_id, properties, *rest)

    alarm["create"] = created


def _nothing(logical_id: str, properties: dict[str, Any], *_: Any) -> tuple[str, dict[str, Any]]:
    return f"no-{logical_id}", {}


if __name__ == "__main__":
    _take()
    asyncio.run(emulator.serve(int(sys.argv[1])))
