"""The emulator, leaving a trail: each call that somebody makes under a role, and how IAM decided it.

`python -m tests.trail PORT` is `python -m dev.emulator PORT` that adds lines of JSON to the file that TRAIL names.
"""

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from dev import emulator


@dataclass(frozen=True)
class Call:
    """One call. role: its name. caller: the function that has the role. prefix: of a list of objects."""

    role: str
    caller: str
    action: str
    resource: str
    prefix: str | None
    allowed: bool


def read(trail: Path) -> list[Call]:
    return [Call(**json.loads(line)) for line in trail.read_text().splitlines()]


@dataclass(frozen=True)
class Grant:
    """One action on one resource that a role is allowed. prefix: the only one that may be listed, or None."""

    action: str
    resource: str
    prefix: str | None

    def allows(self, call: Call) -> bool:
        return (
            call.action == self.action
            and fnmatchcase(call.resource, self.resource)
            and (self.prefix is None or fnmatchcase(call.prefix or "", self.prefix))
        )


def grants(document: dict[str, Any]) -> list[Grant]:
    """What a policy allows. Raises ValueError for what this reads past: a condition on something else than a prefix."""
    found = []
    for statement in document["Statement"]:
        match statement.get("Condition"):
            case None:
                prefix = None
            case {"StringLike": {"s3:prefix": str(prefix), **others}, **operators} if not others and not operators:
                pass
            case condition:
                raise ValueError(f"a condition that is not understood: {condition}")
        for action in _listed(statement["Action"]):
            found += [Grant(action, resource, prefix) for resource in _listed(statement["Resource"])]
    return found


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _leave(path: Path) -> None:
    """From now on write down what the emulator's IAM is asked."""
    from ministack.core import iam_evaluator

    enforce = iam_evaluator.enforce
    file = path.open("a", buffering=1)  # a line at a time: who reads it sees all that was answered

    def enforced(access_key_id: str, iam_action: str, *others: Any, **named: Any) -> Any:
        denial = enforce(access_key_id, iam_action, *others, **named)
        who = iam_evaluator.resolve_caller_identity(access_key_id) or {}
        match who.get("userArn", "").split(":")[-1].split("/"):
            case ["assumed-role", role, caller]:
                prefix = (named.get("service_context") or {}).get("s3:prefix")
                call = Call(role, caller, iam_action, named["resource_arn"], prefix, denial is None)
                file.write(json.dumps(vars(call)) + "\n")
        return denial

    iam_evaluator.enforce = enforced


if __name__ == "__main__":
    _leave(Path(os.environ["TRAIL"]))
    asyncio.run(emulator.serve(int(sys.argv[1])))
