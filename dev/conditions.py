"""Functions in a template's conditions that the emulator leaves unresolved: Fn::Split, and Fn::Sub of parameters.

Source: CloudFormation user guide, "Fn::Split", which "Conditions" may use like Fn::Select.
tests/service/test_authorizer_gaps.py fails as soon as the emulator resolves them.
"""

import re
import sys
from typing import Any


def teach() -> None:
    """Let the emulator of this process evaluate them."""
    from ministack.services.cloudformation import changesets, engine, handlers, provisioners, stacks

    known = engine._evaluate_conditions

    def evaluated(template: dict[str, Any], parameters: dict[str, Any]) -> Any:
        values = {name: str(parameter["Value"]) for name, parameter in parameters.items()}
        return known(template | {"Conditions": resolved(template.get("Conditions", {}), values)}, parameters)

    for module in (changesets, engine, handlers, provisioners, stacks):
        if hasattr(sys.modules[module.__name__], "_evaluate_conditions"):
            module._evaluate_conditions = evaluated


def resolved(value: Any, parameters: dict[str, str]) -> Any:
    """The value without these functions, with everything else as it was."""
    match value:
        case {"Fn::Sub": str(text)}:
            return re.sub(r"\$\{(\w+)\}", lambda found: parameters[found[1]], text)
        case {"Fn::Split": [str(separator), text]}:
            return resolved(text, parameters).split(separator)
        case dict():
            return {name: resolved(each, parameters) for name, each in value.items()}
        case list():
            return [resolved(each, parameters) for each in value]
    return value
