"""The caller's id of a request: bounded and printable, or not there."""

import json

import pytest

from thumbs import correlation
from thumbs.jobs import attribution
from thumbs.jobs.attribution import Attribution

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (None, None),
        ({}, None),
        ({"X-Request-Id": "0f8fad5b-d9cb-469f-a165-70867728950e"}, "0f8fad5b-d9cb-469f-a165-70867728950e"),
        ({"x-request-id": "a/b:c=d+e@f.g_h-i"}, "a/b:c=d+e@f.g_h-i"),
        ({"X-REQUEST-ID": "a" * 64}, "a" * 64),
        ({"X-Request-Id": "a" * 65}, None),
        ({"X-Request-Id": ""}, None),
        ({"X-Request-Id": None}, None),
        ({"X-Request-Id": "two words"}, None),
        ({"X-Request-Id": "line\n"}, None),
        ({"X-Request-Id": "ä"}, None),
        ({"X-Request-Id": "${filename}"}, None),
        ({"traceparent": PARENT}, TRACE),
        ({"Traceparent": f"cc-{TRACE}-00f067aa0ba902b7-01-future"}, TRACE),
        ({"traceparent": f"00-{'0' * 32}-00f067aa0ba902b7-01"}, None),
        ({"traceparent": PARENT.upper()}, None),
        ({"traceparent": PARENT, "X-Request-Id": "mine"}, "mine"),
        ({"traceparent": PARENT, "X-Request-Id": "not valid"}, TRACE),
        ({"X-Amzn-Trace-Id": "Root=1-67891233-abcdef012345678912345678"}, None),
    ],
)
def test_an_id_is_one_of_two_headers_or_missing(headers: dict[str, str] | None, expected: str | None) -> None:
    assert correlation.of({"headers": headers}) == expected


def test_an_original_carries_it_and_nothing_else_is_taken_for_one() -> None:
    assert attribution.of(Attribution(correlation="a+b/c").metadata()) == Attribution(correlation="a+b/c")
    for other in ("two%20words", "%0A", "a" * 65, ""):
        assert attribution.of({"correlation": other}) == Attribution()


def test_the_longest_metadata_fits_into_what_s3_takes() -> None:
    """2 KB, names included (Amazon S3 user guide, "Working with object metadata")."""
    longest = Attribution("\u00e4" * 127 + "a", "%" * 128, "=" * 64).metadata() | {attribution.SHA256: "0" * 64}

    assert len(json.dumps(longest).encode()) < 2048
