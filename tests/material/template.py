"""The template in the form that tests need: packages by name, resources by type, and references between resources."""

import re
from collections.abc import Iterator
from typing import Any

Template = dict[str, Any]

PACKAGES = {"functions": "functions.zip", "imaging": "imaging.zip", "powertools": "powertools.zip"}


def of_type(resources: Template, kind: str) -> Template:
    return {name: resource for name, resource in resources.items() if resource["Type"] == kind}


def references(value: Any) -> Iterator[str]:
    """The logical ids and parameters that a part of a template references."""
    if isinstance(value, dict):
        if isinstance(value.get("Ref"), str):
            yield value["Ref"]
        if "Fn::GetAtt" in value:
            target = value["Fn::GetAtt"]
            yield target[0] if isinstance(target, list) else target.split(".")[0]
        if "Fn::Sub" in value:
            text = value["Fn::Sub"]
            text = text[0] if isinstance(text, list) else text
            yield from (name.split(".")[0] for name in re.findall(r"\$\{([^!}]+)\}", text))
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def depends_on(resource: Template) -> list[str]:
    named = resource.get("DependsOn", [])
    return [named] if isinstance(named, str) else named


def graph(resources: Template) -> dict[str, set[str]]:
    """The dependencies of each resource. An alias also depends on the hook that its update invokes."""
    parts = ("Properties", "UpdatePolicy")
    return {
        name: {*references([resource.get(part) for part in parts]), *depends_on(resource)} & resources.keys()
        for name, resource in resources.items()
    }
