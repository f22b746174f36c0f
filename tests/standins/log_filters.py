"""Filter patterns of CloudWatch Logs on lines of JSON, as far as the template uses them.

As in "Filter pattern syntax for metric filters": { (comparison) && (comparison) }, each of one field with a number or
with a string in quotes. A comparison with a field that is missing, or has another type, does not match.
"""

import json
import operator
import re
from collections.abc import Callable
from typing import Any

_ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_COMPARISON = re.compile(r'\(?\s*\$\.(\w+)\s*(=|!=|>=|<=|>|<)\s*(?:"([^"]*)"|(\d+))\s*\)?')


def matches(pattern: str, line: str) -> bool:
    """Raises ValueError for an unsupported pattern."""
    inside = re.fullmatch(r"\{\s*(.*?)\s*\}", pattern)
    if not inside:
        raise ValueError(f"filter pattern: {pattern} is not known here")
    fields = json.loads(line)
    # All are parsed, whatever their results.
    results = [_matches(each.strip(), fields) for each in inside[1].split("&&")]
    return all(results)


def _matches(comparison: str, fields: dict[str, Any]) -> bool:
    found = _COMPARISON.fullmatch(comparison)
    if not found or (found[3] is not None and found[2] not in ("=", "!=")):
        raise ValueError(f"filter pattern: {comparison} is not known here")
    value, wanted = fields.get(found[1]), found[3] if found[4] is None else int(found[4])
    return type(value) is type(wanted) and _ORDERED[found[2]](value, wanted)
