"""The AWS Serverless Application Repository according to botocore's model: its requests, and their constraints.

Lengths and patterns are in the model's descriptions, in words, and are parsed from there.
"""

import re
from html import unescape
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape, StructureShape
from botocore.validate import ParamValidator

MODEL = ServiceModel(Loader().load_service_model("serverlessrepo", "service-2"), "serverlessrepo")

Members = dict[str, Any]


class Failure(Exception):
    """An error response. code: the name of one of the model's exceptions."""

    def __init__(self, code: str, message: str):
        self.code = code
        super().__init__(message)


def limits(shape: Shape) -> dict[str, Any]:
    """The constraints in a member's description. Keys: shortest, longest, most, megabytes, pattern."""
    words = unescape(re.sub("<[^>]+>", " ", shape.documentation))
    numbers = {
        "shortest": r"Minimum length=(\d+)",
        "longest": r"Maximum length=(\d+)",
        "most": r"Maximum number of labels: (\d+)",
        "megabytes": r"Maximum size (\d+) MB",
    }
    found: dict[str, Any] = {key: int(hit[1]) for key, text in numbers.items() if (hit := re.search(text, words))}
    if pattern := re.search(r'Pattern:? "(.+?)";', words):
        found["pattern"] = pattern[1].replace("\\\\", "\\")
    return found


def check(members: Members, shape: StructureShape) -> None:
    """Raises Failure for requests that the model does not allow."""
    report = ParamValidator().validate(members, shape)
    if report.has_errors():
        raise Failure("BadRequestException", report.generate_report())
    for name, value in members.items():
        told = limits(shape.members[name])
        values = value if isinstance(value, list) else [value]
        if len(values) > told.get("most", len(values)):
            raise Failure("BadRequestException", f"{name}: more than {told['most']}")
        for text in values:
            longest = told.get("longest", told.get("megabytes", len(text)) * 1_000_000)
            if not told.get("shortest", 0) <= len(text) <= longest:
                raise Failure("BadRequestException", f"{name}: length {len(text)}")
            if "pattern" in told and not re.fullmatch(told["pattern"], text):
                raise Failure("BadRequestException", f"{name}: {text!r} does not match {told['pattern']}")
    for name in ("License", "Readme", "Template"):
        if {f"{name}Body", f"{name}Url"} <= members.keys():
            raise Failure("BadRequestException", f"{name}Body and {name}Url: only one")


def wire(members: Members, shape: StructureShape) -> Members:
    """Members as they are named in JSON."""
    wired = {}
    for name, value in members.items():
        inner = shape.members[name]
        if isinstance(inner, StructureShape):
            value = wire(value, inner)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            value = [wire(each, inner.member) for each in value]  # type: ignore[attr-defined]
        wired[inner.serialization["name"]] = value
    return wired
