"""How CloudWatch evaluates an alarm: exact dimensions, periods, missing data, metric math.

According to the guide: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html,
alarms-and-missing-data.html and using-metric-math.html. The emulator cannot do it: it refuses alarms on metric math,
and evaluates others without their dimensions.
"""

import ast
import operator
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Dimensions = Mapping[str, str]


@dataclass(frozen=True)
class Point:
    """One value of a metric. at: seconds since 1970."""

    namespace: str
    name: str
    dimensions: Dimensions
    value: float
    at: float = field(default_factory=time.time)


@dataclass(frozen=True)
class Alarm:
    """The state of an alarm. state: OK, ALARM or INSUFFICIENT_DATA. reason: in words."""

    name: str
    state: str
    reason: str


_STATISTICS: dict[str, Callable[[Sequence[float]], float]] = {
    "Sum": sum,
    "Maximum": max,
    "Minimum": min,
    "SampleCount": len,
    "Average": lambda values: sum(values) / len(values),
}
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
# If data points are missing, CloudWatch considers more periods than EvaluationPeriods. It does not say how many; the
# tables of its guide ("Configuring how CloudWatch alarms treat missing data") have two.
_MORE_PERIODS = 2


def evaluate(name: str, alarm: dict[str, Any], points: Iterable[Point], now: float) -> Alarm:
    """An alarm at a moment. alarm: its properties without intrinsics. Raises ValueError for unsupported ones.

    Periods are counted back from the full minute that ends next: CloudWatch evaluates once a minute.
    """
    needed = alarm["EvaluationPeriods"]
    period, periods = _period(alarm), needed + _MORE_PERIODS
    end = (int(now) // 60 + 1) * 60
    windows = [(end - period * (back + 1), end - period * back) for back in range(periods)]  # the latest first
    found = [_value(alarm, [point for point in points if start <= point.at < to]) for start, to in windows]
    if all(value is None for value in found) and alarm.get("TreatMissingData", "missing") == "missing":
        return Alarm(name, "INSUFFICIENT_DATA", "There are no data points.")
    recent = [value for value in found if value is not None][:needed]
    missing = needed - len(recent)
    threshold, breaches = float(alarm["Threshold"]), _COMPARISONS[alarm["ComparisonOperator"]]
    bad = sum(breaches(value, threshold) for value in recent) + missing * _missing_is_bad(alarm)
    least = alarm.get("DatapointsToAlarm", needed)
    words = f"{bad} of {recent} and {missing} missing: {alarm['ComparisonOperator']} {threshold:g}, {least} needed"
    return Alarm(name, "ALARM" if bad >= least else "OK", words)


def _missing_is_bad(alarm: dict[str, Any]) -> bool:
    treatment = alarm.get("TreatMissingData", "missing")
    if treatment not in ("notBreaching", "breaching", "missing"):
        raise ValueError(f"TreatMissingData: {treatment} is not known here")
    return bool(treatment == "breaching")


def _period(alarm: dict[str, Any]) -> int:
    queries = [query["MetricStat"] for query in alarm.get("Metrics", ()) if "MetricStat" in query]
    (period,) = {int(query["Period"]) for query in queries or [alarm]}
    return period


def _value(alarm: dict[str, Any], points: list[Point]) -> float | None:
    """The data point of one period; None if there is none."""
    if "Metrics" not in alarm:
        return _statistic(alarm, alarm["Statistic"], points)
    series = {
        query["Id"]: _statistic(query["MetricStat"]["Metric"], query["MetricStat"]["Stat"], points)
        for query in alarm["Metrics"]
        if "MetricStat" in query
    }
    expressions = {query["Id"]: query for query in alarm["Metrics"] if "Expression" in query}
    (result,) = (name for name, query in expressions.items() if query.get("ReturnData", True))
    return _math(_inlined(result, expressions), series)


def _inlined(name: str, expressions: Mapping[str, Any]) -> ast.expr:
    """An expression, with the expressions that it names substituted."""

    class Inline(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:  # as ast wants it
            return _inlined(node.id, expressions) if node.id in expressions else node

    inlined: ast.expr = Inline().visit(ast.parse(expressions[name]["Expression"], mode="eval").body)
    return inlined


def _statistic(metric: dict[str, Any], statistic: str, points: list[Point]) -> float | None:
    """All dimensions must be equal: a metric with one more is another metric."""
    dimensions = {each["Name"]: each["Value"] for each in metric.get("Dimensions", ())}
    wanted = metric["Namespace"], metric["MetricName"], dimensions
    values = [point.value for point in points if (point.namespace, point.name, point.dimensions) == wanted]
    return float(_STATISTICS[statistic](values)) if values else None


_OPERATORS: dict[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
}


def _math(node: ast.expr, series: Mapping[str, float | None]) -> float | None:
    """Metric math on one period, whose syntax is Python's as far as the template uses it. None: no data point.

    An operation on a missing data point, or a division by zero, has no data point.
    """
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name):
            return series[name]
        case ast.Call(func=ast.Name(id="FILL"), args=[filled, ast.Constant(value=int() | float() as number)]):
            value = _math(filled, series)
            return float(number) if value is None else value
        case ast.Call(func=ast.Name(id="IF"), args=[condition, then, otherwise]):
            holds = _math(condition, series)
            return None if holds is None else _math(then if holds else otherwise, series)
        case (
            ast.BinOp(left=left, op=operation, right=right)
            | ast.Compare(left=left, ops=[operation], comparators=[right])
        ) if type(operation) in _OPERATORS:
            a, b = _math(left, series), _math(right, series)
            if a is None or b is None or (isinstance(operation, ast.Div) and b == 0):
                return None
            return float(_OPERATORS[type(operation)](a, b))
    raise ValueError(f"metric math: {ast.unparse(node)} is not known here")
