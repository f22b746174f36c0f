"""The emulator with a record of each call under a role, and of IAM's decision.

`python -m tests.standins.trail PORT` is `python -m dev.emulator PORT` that adds lines of JSON to the file that TRAIL
names.
"""

import asyncio
import json
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dev import emulator


@dataclass(frozen=True)
class Call:
    """One call. role: its name. caller: the function with the role. context: values for conditions."""

    role: str
    caller: str
    action: str
    resource: str
    context: dict[str, str]
    allowed: bool


def read(trail: Path) -> list[Call]:
    return [Call(**json.loads(line)) for line in trail.read_text().splitlines()]


@dataclass(frozen=True)
class Grant:
    """One action on one resource that a role is allowed. condition: operator, key and value, or None."""

    action: str
    resource: str
    condition: tuple[str, str, str] | None

    def allows(self, call: Call) -> bool:
        return call.action == self.action and _like(self.resource, call.resource) and self._meets(call.context)

    def _meets(self, context: dict[str, str]) -> bool:
        match self.condition:
            case None:
                return True
            case ("StringLike", key, pattern):
                return key.lower() in context and _like(pattern, context[key.lower()])
            case ("StringEquals", key, value):
                return context.get(key.lower()) == value
            case ("Null", key, "false"):
                return key.lower() in context
        raise ValueError(f"a condition that is not understood: {self.condition}")


def grants(document: dict[str, Any]) -> list[Grant]:
    """The grants of a policy. Raises ValueError for unsupported ones: several conditions in a statement."""
    found = []
    for statement in document["Statement"]:
        asked = statement.get("Condition", {}).items()
        conditions = [(operator, key, value) for operator, keys in asked for key, value in keys.items()]
        if len(conditions) > 1 or not all(isinstance(value, str) for *_, value in conditions):
            raise ValueError(f"conditions that are not understood: {conditions}")
        condition = conditions[0] if conditions else None
        for action in _listed(statement["Action"]):
            found += [Grant(action, resource, condition) for resource in _listed(statement["Resource"])]
    return found


def _like(pattern: str, value: str) -> bool:
    """By the IAM user guide, "IAM JSON policy elements: Resource": * and ? are wildcards, and nothing else is."""
    special = {"*": ".*", "?": "."}
    return bool(re.fullmatch("".join(special.get(each, re.escape(each)) for each in pattern), value, re.DOTALL))


# The keys of conditions that the template uses.
_ASKED = {"s3:prefix", "s3:authtype", "s3:if-match", "s3:if-none-match"}


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _leave(path: Path) -> None:
    """From now on, record the questions to the emulator's IAM."""
    from ministack.core import iam_evaluator

    enforce = iam_evaluator.enforce
    file = path.open("a", buffering=1)  # line by line, so that readers see every decided call

    def enforced(access_key_id: str, iam_action: str, *others: Any, **named: Any) -> Any:
        denial = enforce(access_key_id, iam_action, *others, **named)
        who = iam_evaluator.resolve_caller_identity(access_key_id) or {}
        match who.get("userArn", "").split(":")[-1].split("/"):
            case ["assumed-role", role, caller]:
                known = (named.get("service_context") or {}).items()
                context = {key.lower(): value for key, value in known if key.lower() in _ASKED}
                call = Call(role, caller, iam_action, named["resource_arn"], context, denial is None)
                file.write(json.dumps(vars(call)) + "\n")
        return denial

    iam_evaluator.enforce = enforced


if __name__ == "__main__":
    _leave(Path(os.environ["TRAIL"]))
    asyncio.run(emulator.serve(int(sys.argv[1])))
