"""The stand-in for CloudWatch's evaluation must not be kinder to the template's alarms than CloudWatch is."""

import json
from typing import Any

import pytest

from tests.standins import log_filters
from tests.standins.alarms import Point, evaluate

NOW = 1_800_000_030.0  # half a minute into a period
ERRORS: dict[str, Any] = {
    "Namespace": "N",
    "MetricName": "Errors",
    "Dimensions": [{"Name": "A", "Value": "a"}],
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 3,
    "Threshold": 1,
    "ComparisonOperator": "GreaterThanThreshold",
}


METRIC = {"Namespace": "N", "MetricName": "a"}


def points(*values: float | None, name: str = "Errors", **dimensions: str) -> list[Point]:
    """One per minute, the latest first."""
    found = [(value, NOW - 60 * back) for back, value in enumerate(values) if value is not None]
    return [Point("N", name, dimensions or {"A": "a"}, value, at) for value, at in found]


def state(values: list[Point], **alarm: Any) -> str:
    return evaluate("It", ERRORS | alarm, values, NOW).state


def test_as_many_periods_must_be_bad_as_the_alarm_says() -> None:
    assert state(points(2, 2, 2)) == "ALARM"
    assert state(points(2, 2, 1)) == "OK"
    assert state(points(2, 0, 2), DatapointsToAlarm=2) == "ALARM"


def test_a_period_is_one_value_by_its_statistic() -> None:
    in_one = [*points(1), *points(1)]

    assert state(in_one, EvaluationPeriods=1) == "ALARM"
    assert state(in_one, EvaluationPeriods=1, Statistic="Maximum") == "OK"
    assert state(in_one, EvaluationPeriods=1, Statistic="SampleCount") == "ALARM"


@pytest.mark.parametrize("dimensions", [{"A": "b"}, {"A": "a", "B": "b"}, {"B": "a"}])
def test_other_dimensions_are_another_metric(dimensions: dict[str, str]) -> None:
    assert state(points(2, 2, 2, **dimensions), TreatMissingData="notBreaching") == "OK"


@pytest.mark.parametrize(
    ("treatment", "values", "expected"),
    [
        ("missing", (), "INSUFFICIENT_DATA"),
        ("notBreaching", (), "OK"),
        ("breaching", (), "ALARM"),
        ("notBreaching", (2, 2), "OK"),
        ("breaching", (2, 2), "ALARM"),
        ("notBreaching", (None, 2, 2, 2), "ALARM"),  # enough real ones: missing ones are ignored
        ("notBreaching", (None, None, None, None, None, 2), "OK"),  # too old
    ],
)
def test_missing_data_is_treated_as_the_guide_has_it(
    treatment: str, values: tuple[float | None, ...], expected: str
) -> None:
    assert state(points(*values), TreatMissingData=treatment) == expected


def ratio(expression: str, a: float | None, b: float | None) -> str:
    queries = [
        {
            "Id": name,
            "ReturnData": False,
            "MetricStat": {"Metric": {"Namespace": "N", "MetricName": name}, "Period": 60, "Stat": "Sum"},
        }
        for name in ("a", "b")
    ]
    alarm = {key: ERRORS[key] for key in ("Threshold", "ComparisonOperator")}
    metrics = [{"Id": "it", "Expression": expression}, *queries]
    values = [Point("N", name, {}, value, NOW) for name, value in (("a", a), ("b", b)) if value is not None]
    return evaluate("It", alarm | {"EvaluationPeriods": 1, "Metrics": metrics}, values, NOW).state


@pytest.mark.parametrize(
    ("expression", "a", "b", "expected"),
    [
        ("a / b", 3, 2, "ALARM"),
        ("a / b", 2, 2, "OK"),
        ("a / b", 2, 0, "INSUFFICIENT_DATA"),
        ("a + b", 2, None, "INSUFFICIENT_DATA"),
        ("a + FILL(b, 0)", 2, None, "ALARM"),
        ("IF(b > 1, a, 0)", 2, 2, "ALARM"),
        ("IF(b > 1, a, 0)", 2, 1, "OK"),
        ("IF(b >= 1, a * 2, a) - 2", 2, 1, "ALARM"),
    ],
)
def test_metric_math(expression: str, a: float | None, b: float | None, expected: str) -> None:
    assert ratio(expression, a, b) == expected


def test_an_expression_may_name_another() -> None:
    metrics = [
        {"Id": "twice", "Expression": "it * 2", "ReturnData": True},
        {"Id": "it", "Expression": "a + 1", "ReturnData": False},
        {"Id": "a", "ReturnData": False, "MetricStat": {"Metric": METRIC, "Period": 60, "Stat": "Sum"}},
    ]
    alarm = {"Metrics": metrics, "EvaluationPeriods": 1, "ComparisonOperator": "GreaterThanThreshold"}

    assert evaluate("It", alarm | {"Threshold": 7}, [Point("N", "a", {}, 3, NOW)], NOW).state == "ALARM"
    assert evaluate("It", alarm | {"Threshold": 8}, [Point("N", "a", {}, 3, NOW)], NOW).state == "OK"


@pytest.mark.parametrize("expression", ["RATE(a)", "FILL(a, REPEAT)", "a ** b", "a and b", "'a'"])
def test_metric_math_that_is_not_known_here_is_not_guessed(expression: str) -> None:
    with pytest.raises(ValueError, match="is not known here"):
        ratio(expression, 1, 1)


def test_a_treatment_that_is_not_known_here_is_not_guessed() -> None:
    with pytest.raises(ValueError, match="ignore is not known here"):
        state(points(2), TreatMissingData="ignore")


@pytest.mark.parametrize(
    ("pattern", "matching"),
    [
        ('{ ($.status >= 500) && ($.lambda != "429") }', [2, 3]),
        ('{ $.lambda = "429" }', [1]),
        ("{ $.status < 500 }", [0]),
        ("{ $.other != 1 }", []),  # not there
        ("{ $.lambda >= 400 }", []),  # a string
    ],
)
def test_a_filter_pattern_matches_lines_of_json(pattern: str, matching: list[int]) -> None:
    answers = ((200, "200"), (503, "429"), (502, "200"), (500, "-"))
    lines = [json.dumps({"status": status, "lambda": by_lambda}) for status, by_lambda in answers]

    assert [place for place, line in enumerate(lines) if log_filters.matches(pattern, line)] == matching


@pytest.mark.parametrize("pattern", ["ERROR", "{ $.a = 1 || $.b = 2 }", '{ $.a > "1" }', "{ $.a.b = 1 }"])
def test_a_filter_pattern_that_is_not_known_here_is_not_guessed(pattern: str) -> None:
    with pytest.raises(ValueError, match="is not known here"):
        log_filters.matches(pattern, '{"a": 1, "b": 2}')
