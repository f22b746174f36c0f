"""The environment of a function in the translated template, with references resolved; records what was read."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.material.bounds import SERVICE
from tests.material.template import Template
from thumbs.settings import Settings

PARAMETERS = SERVICE.parameters


class Environment(Mapping[str, str]):
    """The variables of a function. read: those that were read."""

    def __init__(self, variables: dict[str, str]):
        self._variables = variables
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.read.add(name)
        return self._variables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)


def environment(function: Template, **parameters: str) -> Environment:
    """The environment of a function in the translated template. parameters: instead of their defaults."""
    variables = function["Properties"]["Environment"]["Variables"]

    def resolved(value: Any) -> str:
        name = value["Ref"] if isinstance(value, dict) and "Ref" in value else None
        if name in PARAMETERS:
            return parameters.get(name, str(PARAMETERS[name]["Default"]))
        return value if isinstance(value, str) else "made-up"

    return Environment({name: resolved(value) for name, value in variables.items()})


def set_by(function: Template, parameter: str) -> list[str]:
    """The variables of a function that contain a parameter."""
    variables = function["Properties"]["Environment"]["Variables"]
    return [name for name, value in variables.items() if value == {"Ref": parameter}]


def read_everything(found: Environment) -> dict[str, Any]:
    """Everything that Settings reads from an environment. Properties whose variable this function lacks are skipped."""
    settings, values = Settings(found), {}
    for name in vars(Settings):
        if name.startswith("_"):
            continue
        try:
            values[name] = getattr(settings, name)
        except KeyError as missing:
            if missing.args[0] in [*found] or not str(missing.args[0]).isupper():
                raise
    return values
