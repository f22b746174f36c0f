"""The parts of the Terraform module that repeat the template: settings and outputs. `make docs` writes them."""

import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

_ROOT = Path(__file__).parent.parent
_TEMPLATE = _ROOT / "template.yaml"
MODULE = _ROOT / "terraform"

Parameter = dict[str, Any]

# Terraform's regular expressions (RE2) know no back references. By such a lookahead: the condition that means the same.
_REFUSED_DIFFERENTLY = {
    r"(?:.*,)?([a-z0-9-]+)=.*,\1=": (
        'length(distinct([for size in split(",", {value}) : split("=", size)[0]])) == length(split(",", {value}))'
    ),
    r"(?:.*[,:])?([a-z0-9-]+)=[^;]*,\1=": (
        'alltrue([for set in split(";", {value}) : length(distinct([for size in split(",", set) :'
        ' replace(split("=", size)[0], "/^.*:/", "")])) == length(split(",", set))])'
    ),
    r"(?:.*;)?([a-z0-9-]+):.*;\2:": (
        'length(distinct([for set in split(";", {value}) : split(":", set)[0]])) == length(split(";", {value}))'
    ),
}


def snake(name: str) -> str:
    """ThumbnailSizes as thumbnail_sizes."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def text(value: str) -> str:
    """A string in HCL."""
    return json.dumps(value, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")


def kind(parameter: Parameter) -> str:
    """The type of the variable."""
    declared = parameter["Type"]
    if declared == "CommaDelimitedList" or declared.startswith("List<"):
        return "list(string)"
    if declared == "Number":
        return "number"
    return "bool" if {*parameter.get("AllowedValues", ())} == {"true", "false"} else "string"


def literal(value: Any, kind: str) -> str:
    if kind == "list(string)":
        return f"[{', '.join(text(each) for each in str(value).split(',') if each)}]"
    return text(str(value)) if kind == "string" else str(value)


def patterns(pattern: str, value: str) -> list[str]:
    """The conditions that a pattern of CloudFormation means, in HCL. Terraform's know no lookaheads.

    Raises ValueError if one of them needs a translation by hand.
    """
    conditions = []
    while match := re.match(r"\^\(\?!((?:\[[^\]]*\]|\\.|\((?:[^()]|\([^()]*\))*\)|[^()\[\]\\])*)\)", pattern):
        refused = match[1]
        if re.search(r"\\\d|\(\?[!=<]", refused):
            if refused not in _REFUSED_DIFFERENTLY:
                raise ValueError(f"publish/terraform.py has no translation of the lookahead {refused}")
            conditions.append(_REFUSED_DIFFERENTLY[refused].format(value=value))
        else:
            conditions.append(f"!can(regex({text('^' + refused)}, {value}))")
        pattern = "^" + pattern[match.end() :]
    if "(?!" in pattern or "(?=" in pattern:
        raise ValueError(f"publish/terraform.py cannot translate the pattern {pattern}")
    return [*conditions, f"can(regex({text(pattern)}, {value}))"]


def conditions(name: str, parameter: Parameter) -> list[str]:
    """What CloudFormation checks of a parameter, in HCL. name: of the variable."""
    variable, of = f"var.{name}", kind(parameter)
    found = []
    if (values := parameter.get("AllowedValues")) and of != "bool":
        found.append(f"contains([{', '.join(literal(value, of) for value in values)}], {variable})")
    bounds = []
    if "MinValue" in parameter:
        bounds.append(f"{variable} >= {parameter['MinValue']}")
    if "MaxValue" in parameter:
        bounds.append(f"{variable} <= {parameter['MaxValue']}")
    if parameter.get("ConstraintDescription", "").startswith("A whole number"):
        bounds.append(f"floor({variable}) == {variable}")
    if bounds:
        found.append(" && ".join(bounds))
    if "MinLength" in parameter:
        found.append(f"length({variable}) >= {parameter['MinLength']}")
    if "MaxLength" in parameter:
        found.append(f"length({variable}) <= {parameter['MaxLength']}")
    if pattern := parameter.get("AllowedPattern"):
        if of == "list(string)":  # CloudFormation applies it to each element
            each = " && ".join(patterns(pattern, "each"))
            found.append(f"alltrue([for each in {variable} : {each}])")
        else:
            found += patterns(pattern, variable)
    return found


def aligned(pairs: Iterable[tuple[str, str]], indent: str) -> list[str]:
    """Attributes as `terraform fmt` aligns them."""
    listed = list(pairs)
    width = max(len(name) for name, _ in listed)
    return [f"{indent}{name:<{width}} = {value}" for name, value in listed]


def variable(name: str, parameter: Parameter) -> str:
    attributes = [("description", text(parameter["Description"])), ("type", kind(parameter))]
    if "Default" in parameter:
        attributes.append(("default", literal(parameter["Default"], kind(parameter))))
    attributes.append(("nullable", "false"))
    lines = [f'variable "{snake(name)}" {{', *aligned(attributes, "  ")]
    values = ", ".join(str(value) for value in parameter.get("AllowedValues", ()))
    message = text(parameter.get("ConstraintDescription") or f"One of {values}.")
    for condition in conditions(snake(name), parameter):
        inner = aligned([("condition", condition), ("error_message", message)], "    ")
        lines += ["", "  validation {", *inner, "  }"]
    return "\n".join([*lines, "}", ""])


def parameter_value(name: str, parameter: Parameter) -> str:
    match kind(parameter):
        case "string":
            return f"var.{snake(name)}"
        case "list(string)":
            return f'join(",", var.{snake(name)})'
        case _:
            return f"tostring(var.{snake(name)})"


_GENERATED = "# Generated from template.yaml by `make docs`.\n"


def settings() -> str:
    """settings.tf: a variable for each parameter, and the parameters with the variables' values."""
    parameters: dict[str, Parameter] = yaml_parse(_TEMPLATE.read_text())["Parameters"]
    values = aligned(((name, parameter_value(name, each)) for name, each in parameters.items()), "    ")
    collected = "\n".join(["locals {", "  parameters = {", *values, "  }", "}", ""])
    return "\n".join([_GENERATED, *(variable(name, each) for name, each in parameters.items()), collected])


def outputs() -> str:
    """outputs.tf: each output of the template. One with a condition is null if the stack does not have it."""
    blocks = []
    for name, output in yaml_parse(_TEMPLATE.read_text())["Outputs"].items():
        value = f"aws_cloudformation_stack.service.outputs[{text(name)}]"
        attributes = [("description", text(output["Description"])), ("value", value)]
        if "Condition" in output:
            attributes[1] = ("value", f"lookup(aws_cloudformation_stack.service.outputs, {text(name)}, null)")
        blocks.append("\n".join([f'output "{snake(name)}" {{', *aligned(attributes, "  "), "}", ""]))
    return "\n".join([_GENERATED, *blocks])


FILES: dict[Path, Callable[[], str]] = {MODULE / "settings.tf": settings, MODULE / "outputs.tf": outputs}
