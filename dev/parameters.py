"""Checks a template's parameters as CloudFormation does, before anything is started, and says what is allowed."""

import difflib
import re
from typing import Any


def check(declared: dict[str, dict[str, Any]], given: dict[str, str]) -> None:
    """declared: the template's Parameters. Raises RuntimeError with a sentence about the first one that is refused.

    The emulator accepts a name that the template does not have, so a misspelt one would have no effect.
    """
    for name, value in given.items():
        if name not in declared:
            near = difflib.get_close_matches(name, declared, 1)
            meant = f" Did you mean {near[0]}?" if near else ""
            raise RuntimeError(f"{name} is not a setting.{meant} docs/settings.md lists all settings.")
        if not _allows(declared[name], value):
            others = re.findall(r"[,;](?:(\w+)=|$)", value)
            commas = any(not other or other in declared for other in others)
            spaces = " Settings are separated by spaces." if commas else ""
            raise RuntimeError(f"{name}={value} is not allowed. Allowed: {_allowed(declared[name])}{spaces}")


def _allows(parameter: dict[str, Any], value: str) -> bool:
    if "AllowedValues" in parameter and value not in map(str, parameter["AllowedValues"]):
        return False
    if parameter["Type"] == "Number":
        try:
            number = float(value)
        except ValueError:
            return False
        return float(parameter.get("MinValue", number)) <= number <= float(parameter.get("MaxValue", number))
    if not parameter.get("MinLength", 0) <= len(value) <= parameter.get("MaxLength", len(value)):
        return False
    return re.fullmatch(parameter.get("AllowedPattern", "(?s:.*)"), value) is not None


def _allowed(parameter: dict[str, Any]) -> str:
    if "AllowedValues" in parameter:
        *others, last = map(str, parameter["AllowedValues"])
        return f"{', '.join(others)} or {last}." if others else f"{last}."
    return str(parameter.get("ConstraintDescription", f"a {parameter['Type']}."))
