"""A function's logs reach the developer's terminal and cannot control it, and commands say what they refuse."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, cast
from unittest.mock import Mock

import pytest

from dev import parameters, stack, terminal, watch
from dev.emulator import ROOT
from operate.arguments import parameter
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


def test_functions_with_a_fault_are_not_said_to_be_updated(tmp_path: Path) -> None:
    said: list[str] = []
    broken, fine = tmp_path / "broken.py", tmp_path / "fine.py"
    broken.write_text("height = = 2")
    fine.write_text("height = 2")
    updates = Mock()
    reload = watch.Reload(updates, said.append)

    reload.update([broken, fine])

    assert said == [f"{broken}, line 1: invalid syntax. Until you fix it, no function that imports it can run"]
    assert updates.update_functions.call_count == 1, "the others may run"
    reload.update([fine])
    assert said[1:] == ["the functions have changed and were updated"]


SIZE = {"Type": "Number", "MinValue": 1, "MaxValue": 9, "ConstraintDescription": "A whole number from 1 to 9."}
DECLARED: dict[str, dict[str, Any]] = {
    "Size": SIZE,
    "Animated": {"Type": "String", "AllowedValues": ["no", "yes"]},
    "Days": {"Type": "Number", "AllowedValues": [1, 3, 5]},
    "Path": {"Type": "String", "MaxLength": 6, "AllowedPattern": "/|/.+/", "ConstraintDescription": "A path."},
    "Sizes": {"Type": "String", "AllowedPattern": "[a-z]=[0-9](,[a-z]=[0-9])*", "ConstraintDescription": "Sizes."},
}


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("Animated", "true", "Animated=true is not allowed. Allowed: no or yes."),
        ("Days", "2", "Days=2 is not allowed. Allowed: 1, 3 or 5."),
        ("Size", "ten", "Size=ten is not allowed. Allowed: A whole number from 1 to 9."),
        ("Size", "0", "Size=0 is not allowed. Allowed: A whole number from 1 to 9."),
        ("Size", "10", "Size=10 is not allowed. Allowed: A whole number from 1 to 9."),
        ("Size", "nan", "Size=nan is not allowed. Allowed: A whole number from 1 to 9."),
        ("Path", "/teams/", "Path=/teams/ is not allowed. Allowed: A path."),
        ("Path", "team", "Path=team is not allowed. Allowed: A path."),
        ("Path", "/a/\n", "Path=/a/\n is not allowed. Allowed: A path."),
        ("Sizes", "a=1,b=x", "Sizes=a=1,b=x is not allowed. Allowed: Sizes."),
        ("Animated", "yes,", "Animated=yes, is not allowed. Allowed: no or yes. Settings are separated by spaces."),
        (
            "Animated",
            "yes;Days=1",
            "Animated=yes;Days=1 is not allowed. Allowed: no or yes. Settings are separated by spaces.",
        ),
        ("Animate", "yes", "Animate is not a setting. Did you mean Animated? docs/settings.md lists all settings."),
        ("Zoo", "yes", "Zoo is not a setting. docs/settings.md lists all settings."),
    ],
)
def test_a_refused_setting_comes_with_what_is_allowed(name: str, value: str, sentence: str) -> None:
    with pytest.raises(RuntimeError) as refused:
        parameters.check(DECLARED, {"Size": "1", name: value})

    assert str(refused.value) == sentence


def test_settings_at_their_bounds_are_allowed() -> None:
    for size, path, sizes in (("1", "/", "a=1"), ("9", "/team/", "a=1,b=2")):
        parameters.check(DECLARED, {"Size": size, "Animated": "yes", "Days": "5", "Path": path, "Sizes": sizes})
    declared = stack.template()["Parameters"]
    parameters.check(declared, {name: str(each["Default"]) for name, each in declared.items()})


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["--port", "abc"],
            "PORT: 'abc' is not a port, which is a number from 1 to 65535. For example: make run PORT=3000",
        ),
        (["--set", "Metadata"], "SET: 'Metadata' is not NAME=VALUE. For example: make run SET=\"ThumbnailFormat=avif"),
        (["--origins", "foo"], "PAGE_ORIGINS: 'foo' is not an origin. For example: make run PAGE_ORIGINS=http://"),
        (["--user", "a/b"], "USERS: 'a/b' is not a name of lower-case letters, digits and hyphens. For example: "),
    ],
)
def test_a_wrong_option_is_named_as_make_knows_it(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = terminal.Parser("run", "python -m dev", "", "")
    terminal.listeners(parser)
    parser.add_argument("--set", type=parameter)
    parser.add_argument("--user", type=terminal.user)

    with pytest.raises(SystemExit, match="2"):
        parser.parse_args(arguments)

    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(sentence)


@pytest.mark.parametrize(
    ("module", "arguments", "sentence"),
    [
        ("tests.lifecycle", ["--seconds", "abc"], "argument --seconds: 'abc' is not a number of seconds above 0"),
        ("tests.fuzz", ["--seconds", "abc"], "argument --seconds: 'abc' is not a number of seconds above 0"),
        ("tests.fuzz", ["--files", "0"], "argument --files: '0' is not a whole number above 0"),
        ("benchmarks", ["--rounds", "abc"], "argument --rounds: 'abc' is not a whole number above 0"),
        ("tests.fuzz", ["--seed", "abc"], "argument --seed: 'abc' is not a whole number"),
        ("tests.lifecycle", ["--seed", "abc"], "argument --seed: 'abc' is not a whole number"),
        ("benchmarks.crops", [".", ".", "--licence", "CC"], "argument --licence: 'CC' is not a whole number"),
        ("operate", [], "    redrive "),
        ("operate", ["stack"], "    status "),
        ("operate", ["stack", "delivery"], "    status "),
        ("tests.browser.screenshots", ["http://localhost:1/"], "Nothing responds at http://localhost:1/: start `make"),
    ],
)
def test_a_command_that_cannot_begin_says_what_it_needs(module: str, arguments: list[str], sentence: str) -> None:
    command = [sys.executable, "-m", module, *arguments]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert answer.returncode in {1, 2}
    assert sentence in answer.stderr
    assert "Traceback" not in answer.stderr
