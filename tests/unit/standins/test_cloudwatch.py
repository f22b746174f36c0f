"""The stand-in for CloudWatch has the dimensions that AWS documents, and reads metrics out of logs as it does.

docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html and "Specification: Embedded metric format" of the
CloudWatch user guide.
"""

import json
from typing import Any

import pytest

from tests.standins.cloudwatch import Run, embedded, of_lambda

DOCUMENT: dict[str, Any] = {
    "_aws": {
        "Timestamp": 1_800_000_000_000,
        "CloudWatchMetrics": [
            {"Namespace": "N", "Dimensions": [["service"], []], "Metrics": [{"Name": "Time"}, {"Name": "Count"}]}
        ],
    },
    "service": "convert",
    "Time": [1, 2.5],
    "Count": 3,
}


def log(*lines: str) -> list[dict[str, Any]]:
    texts = ("START RequestId: 1 Version: 7", *lines, "END RequestId: 1", "REPORT RequestId: 1\tDuration: 12.50 ms\tX")
    return [{"timestamp": 1_800_000_000_000, "message": text} for text in texts]


def test_a_run_by_the_alias_counts_for_function_alias_and_executed_version() -> None:
    points = [point for point in of_lambda(Run.of(log()), "f", of_alias=True) if point.name == "Invocations"]

    assert [point.dimensions for point in points] == [
        {"FunctionName": "f"},
        {"FunctionName": "f", "Resource": "f:live"},
        {"FunctionName": "f", "Resource": "f:live", "ExecutedVersion": "7"},
    ]


def test_a_run_by_its_version_has_no_executed_version() -> None:
    points = [point for point in of_lambda(Run.of(log()), "f", of_alias=False) if point.name == "Invocations"]

    assert [point.dimensions for point in points] == [{"FunctionName": "f"}, {"FunctionName": "f", "Resource": "f:7"}]


@pytest.mark.parametrize(
    ("lines", "errors"),
    [
        ((), 0),
        (('{"message": "Traceback (most recent call last):"}',), 0),
        (("Traceback (most recent call last):",), 1),
        (("  + Exception Group Traceback (most recent call last):",), 1),
        (("Task timed out after 3.00 seconds",), 1),
    ],
)
def test_a_run_is_an_error_when_it_raised_or_timed_out(lines: tuple[str, ...], errors: float) -> None:
    values = {point.name: point.value for point in of_lambda(Run.of(log(*lines)), "f", of_alias=True)}

    assert values == {"Invocations": 1, "Errors": errors, "Duration": 12.5, "Throttles": 0}


def test_metrics_in_lines_have_each_set_of_dimensions_and_each_value() -> None:
    points = [(each.name, each.dimensions, each.value, each.at) for each in embedded(["text", json.dumps(DOCUMENT)])]

    service, at = {"service": "convert"}, 1_800_000_000
    assert points == [
        ("Time", service, 1, at),
        ("Time", service, 2.5, at),
        ("Time", {}, 1, at),
        ("Time", {}, 2.5, at),
        ("Count", service, 3, at),
        ("Count", {}, 3, at),
    ]


@pytest.mark.parametrize("missing", ["service", "Count"])
def test_a_line_without_what_its_directive_names_is_no_metric(missing: str) -> None:
    """CloudWatch drops the whole line silently; here a test must notice."""
    line = json.dumps({name: value for name, value in DOCUMENT.items() if name != missing})

    with pytest.raises(KeyError, match=missing):
        list(embedded([line]))
