"""The stand-in of CloudWatch Logs Insights."""

import pytest

from tests.standins import insights

LINES = [
    {"timestamp": "2", "message": "refused", "milliseconds": 9, "problems": [{"code": "empty"}, {"code": "invalid"}]},
    {"timestamp": "1", "message": "done", "milliseconds": 30, "jobs": ["3f0c"]},
    {"timestamp": "3", "message": "done", "milliseconds": 200},
]


def test_fields_are_those_of_the_rows_that_are_left() -> None:
    query = "fields @timestamp, jobs.0 | filter message = 'done' | sort @timestamp asc"

    assert insights.run(query, LINES) == [{"@timestamp": "1", "jobs.0": "3f0c"}, {"@timestamp": "3", "jobs.0": None}]


def test_like_looks_in_the_whole_line() -> None:
    assert insights.run("filter @message like '3f0c'", LINES) == [LINES[1]]


def test_numbers_are_sorted_as_numbers() -> None:
    rows = insights.run("fields milliseconds | sort milliseconds desc | limit 2", LINES)

    assert rows == [{"milliseconds": 200}, {"milliseconds": 30}]


def test_members_of_lists_are_counted_by_their_place() -> None:
    query = "filter message = 'refused' | stats count(*) as calls by problems.0.code"

    assert insights.run(query, LINES) == [{"problems.0.code": "empty", "calls": 1}]


@pytest.mark.parametrize(
    "query",
    [
        "filter message == 'x'",
        "count *",
        "fields a b",
        "limit 0",
        "sort a down",
        "stats count() by a",
        "",
        "limit 10001",
    ],
)
def test_a_query_that_insights_would_refuse_is_seen(query: str) -> None:
    with pytest.raises(insights.SyntaxRefused):
        insights.run(query, [])
