"""The functions' memory, limits and environment, read from template.yaml, the only place where they are defined."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_TEMPLATE = Path(__file__).resolve().parent.parent / "template.yaml"
# References to anything but a parameter become this; no figure depends on it.
_MADE_UP = "made-up"


@dataclass(frozen=True)
class Parameter:
    """default: in the template. most: its MaxValue, 0 without one."""

    default: str
    most: int


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's own tags; only references are distinguished."""


def _tagged(loader: _Loader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return f"${{{node.value}}}" if suffix == "Ref" else node.value
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    assert isinstance(node, yaml.MappingNode)
    return loader.construct_mapping(node, deep=True)


_Loader.add_multi_constructor("!", _tagged)


@cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = yaml.load(_TEMPLATE.read_text(), _Loader)  # a subclass of SafeLoader
    return content


def parameter(name: str) -> Parameter:
    declared = _content()["Parameters"][name]
    return Parameter(str(declared.get("Default", "")), int(declared.get("MaxValue", 0)))


def memory_size(function: str) -> int:
    """MiB."""
    return int(_content()["Resources"][function]["Properties"]["MemorySize"])


def environment(function: str, **parameters: object) -> dict[str, str]:
    """The variables of a function, with the defaults of the parameters where none is given."""
    own = _content()["Resources"][function]["Properties"].get("Environment", {}).get("Variables", {})
    shared = _content()["Globals"]["Function"]["Environment"]["Variables"]
    return {name: _value(value, parameters) for name, value in (shared | own).items()}


def _value(value: Any, parameters: dict[str, object]) -> str:
    if isinstance(value, list):  # !Join and !If: their parts
        value = next((part for part in value if str(part).startswith("${")), value[-1])
    reference = re.fullmatch(r"\$\{([A-Za-z]+)\}", str(value))
    if reference is None:
        return str(value) if not str(value).startswith("${") else _MADE_UP
    name = reference[1]
    if name in parameters:
        return str(parameters[name])
    return parameter(name).default if name in _content()["Parameters"] else f"{_MADE_UP}-{name.lower()}"
