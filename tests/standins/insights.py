"""CloudWatch Logs Insights, as far as the saved queries go: runs a query over lines. The emulator returns every line.

Source: Amazon CloudWatch Logs user guide, "CloudWatch Logs Insights language query syntax".
"""

import json
import re
from collections import Counter
from typing import Any

Line = dict[str, Any]

_FIELD = r"@?[a-z_]+(?:\.[a-z0-9_]+)*"


class SyntaxRefused(Exception):
    """The query is not one that Insights would accept, or uses a part of the language that this does not know."""


def field(line: Line, name: str) -> Any:
    """A discovered field: members of objects and lists are joined by dots. None if the line has no such field."""
    if name == "@message":
        return json.dumps(line)
    if name == "@timestamp":
        return line["timestamp"]
    value: Any = line
    for part in name.split("."):
        if isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value


def run(query: str, lines: list[Line]) -> list[Line]:
    """The rows of the result. Raises SyntaxRefused."""
    rows, shown = lines, None
    for command in (text.strip() for text in query.split("|")):
        name, _, rest = command.partition(" ")
        match name:
            case "fields":
                shown = [_named(each) for each in rest.split(",")]
            case "filter":
                rows = _filter(rest, rows)
            case "stats":
                rows = _stats(rest, rows)
            case "sort":
                rows = _sort(rest, rows)
            case "limit" if re.fullmatch(r"[1-9][0-9]{0,4}", rest) and int(rest) <= 10_000:
                rows = rows[: int(rest)]
            case _:
                raise SyntaxRefused(command)
    return [{each: field(row, each) for each in shown} for row in rows] if shown else rows


def _named(text: str) -> str:
    if not re.fullmatch(_FIELD, text.strip()):
        raise SyntaxRefused(text)
    return text.strip()


def _filter(rest: str, rows: list[Line]) -> list[Line]:
    found = re.fullmatch(rf"({_FIELD}) (=|like) '([^']*)'", rest)
    if not found:
        raise SyntaxRefused(rest)
    name, operator, wanted = found.groups()
    if operator == "=":
        return [row for row in rows if field(row, name) == wanted]
    return [row for row in rows if wanted in str(field(row, name))]


def _stats(rest: str, rows: list[Line]) -> list[Line]:
    found = re.fullmatch(rf"count\(\*\) as ([a-z_]+) by ({_FIELD})", rest)
    if not found:
        raise SyntaxRefused(rest)
    counted = Counter(str(field(row, found[2])) for row in rows)
    return [{found[2]: value, found[1]: number} for value, number in counted.items()]


def _sort(rest: str, rows: list[Line]) -> list[Line]:
    found = re.fullmatch(rf"({_FIELD}) (asc|desc)", rest)
    if not found:
        raise SyntaxRefused(rest)
    return sorted(rows, key=lambda row: field(row, found[1]), reverse=found[2] == "desc")
