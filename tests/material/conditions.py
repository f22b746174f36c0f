"""A translated template with these parameters: conditions decided, as CloudFormation decides them."""

import re
from typing import Any

from tests.material.template import Template

_NOTHING = {"Ref": "AWS::NoValue"}


def decided(template: Template, **parameters: str) -> Template:
    """The resources that exist with these parameters, the others at their defaults. Ref of a parameter is its value.

    A parameter without a default and without a value stays a Ref. Fn::If and AWS::NoValue are gone. Other functions
    stay as they are. Raises KeyError for an unknown parameter.
    """
    declared = template["Parameters"]
    for name in parameters:
        declared[name]
    values = {name: str(each["Default"]) for name, each in declared.items() if "Default" in each} | parameters
    conditions: dict[str, Any] = template.get("Conditions", {})

    def holds(name: str) -> bool:
        return _holds(conditions[name], conditions, values)

    def part(value: Any) -> Any:
        if isinstance(value, list):
            return [each for each in map(part, value) if each != _NOTHING]
        if not isinstance(value, dict):
            return value
        if "Fn::If" in value:
            name, met, unmet = value["Fn::If"]
            return part(met if holds(name) else unmet)
        if value.get("Ref") in values:
            return values[value["Ref"]]
        return {name: found for name, each in value.items() if (found := part(each)) != _NOTHING}

    return {
        name: part(resource)
        for name, resource in template["Resources"].items()
        if "Condition" not in resource or holds(resource["Condition"])
    }


def _holds(condition: Any, conditions: dict[str, Any], values: dict[str, str]) -> bool:
    """Whether a condition holds. Raises ValueError for a function that no condition of the template uses."""
    ((function, parts),) = condition.items()
    match function:
        case "Condition":
            return _holds(conditions[parts], conditions, values)
        case "Fn::Equals":
            one, other = (_operand(part, values) for part in parts)
            return bool(one == other)
        case "Fn::Not":
            return not _holds(parts[0], conditions, values)
        case "Fn::And":
            return all(_holds(part, conditions, values) for part in parts)
        case "Fn::Or":
            return any(_holds(part, conditions, values) for part in parts)
    raise ValueError(function)


def _operand(value: Any, values: dict[str, str]) -> Any:
    """A side of Fn::Equals. Raises ValueError for a function that no condition of the template uses."""
    match value:
        case {"Ref": name}:
            return values[name]
        case {"Fn::Sub": str(text)}:
            return re.sub(r"\$\{(\w+)\}", lambda named: values[named[1]], text)
        case {"Fn::Split": [separator, text]}:
            return _operand(text, values).split(separator)
        case {"Fn::Select": [index, parts]}:
            return _operand(parts, values)[int(index)]
        case dict():
            raise ValueError(value)
    return str(value)
