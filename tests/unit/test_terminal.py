"""A function's logs and CloudFormation's refusals reach the developer's terminal, and logs cannot control it."""

import json
from pathlib import Path
from typing import Any, cast

import pytest

from dev import watch
from dev.deployed import refusal
from operate.terminal import lines, say

HOSTILE = "\x1b]0;title\x07\x1b[2J\r\x9b31m\u202e\u2028\x00"


def entry(**fields: object) -> str:
    return json.dumps({"level": "INFO", "message": "rejected", "service": "convert"} | fields)


@pytest.mark.parametrize("field", ["detail", "message", "service", HOSTILE])
def test_a_value_that_is_logged_does_not_command_the_terminal(field: str, capsys: pytest.CaptureFixture[str]) -> None:
    say(watch.readable(entry(**{field: f"before{HOSTILE}\nafter"})) or "")

    shown = capsys.readouterr().out
    assert shown.removesuffix("\n").isprintable(), "one line, nothing but characters"
    assert r"before\x1b]0;title\x07\x1b[2J\r\x9b31m\u202e\u2028\x00\nafter" in shown


def test_what_functions_log_is_shown_once_and_in_its_order() -> None:
    shown: list[str] = []
    logs = watch.Logs(cast(Any, None), shown.append)
    converted = {"logStreamName": "c", "timestamp": 2, "message": entry(message="done")}
    signed = {"logStreamName": "s", "timestamp": 1, "message": entry(service="sign_upload", message="signed")}

    logs.show([converted, signed])
    logs.show([converted, signed])

    assert [line.split() for line in shown] == [["sign_upload", "signed"], ["convert", "done"]]


def test_what_is_no_entry_does_not_either(capsys: pytest.CaptureFixture[str]) -> None:
    say(watch.readable(f"libheif says {HOSTILE}") or "")

    assert capsys.readouterr().out.removesuffix("\n").isprintable()


def test_an_exception_keeps_its_lines_and_a_text_its_letters() -> None:
    trace = (
        'Traceback (most recent call last):\n  File "convert.py", line 1\n\traise ValueError("größer \U0001f600\x1b")'
    )

    shown = lines(watch.readable(entry(exception=trace)) or "").split("\n")

    assert shown == [
        "convert        rejected",
        "Traceback (most recent call last):",
        '  File "convert.py", line 1',
        r'    raise ValueError("größer 😀\x1b")',
    ]


def test_a_line_shows_what_a_person_needs() -> None:
    assert watch.readable(entry(job="3f0c", seconds=1.5, request_id="x")) == (
        "convert        rejected  job=3f0c  seconds=1.5"
    )
    assert watch.readable("START RequestId: 1") is None
    assert watch.readable(json.dumps({"_aws": {}})) is None


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"width = 1\nheight = = 2\n", [", line 2: invalid syntax"]),
        (b"width = 1\n  height = 2\n", [", line 2: unexpected indent"]),
        (b"width = 1\0\n", [": source code string cannot contain null bytes"]),
        (b"width = height\n", []),
        (None, []),
    ],
)
def test_an_edit_that_cannot_be_compiled_is_named_at_once(
    content: bytes | None, expected: list[str], tmp_path: Path
) -> None:
    module = tmp_path / "steps.py"
    if content is not None:
        module.write_bytes(content)

    assert [*watch.faults([module])] == [f"{module}{end}" for end in expected]


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ("Parameter 'RolePath' A path.", "RolePath=teams is not allowed. Allowed: A path."),
        (
            "Parameter 'Upkeep' value 'on' is not in AllowedValues: ['Disabled']",
            "Upkeep=on is not in AllowedValues: ['Disabled']",
        ),
        ("Template error: rule R failed: Set both.", "Template error: rule R failed: Set both."),
    ],
)
def test_a_refused_parameter_is_a_sentence(message: str, sentence: str) -> None:
    assert refusal(message, {"RolePath": "teams", "Upkeep": "on"}) == sentence
