"""The output and questions of `python -m operate`: progress on a terminal and in a pipe, confirmation, help."""

import io
import re

import pytest

from operate import terminal
from operate.__main__ import main
from operate.terminal import Unconfirmed, confirm, counted, progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("typed", "goes_on"), [("dev", True), ("yes", False), ("", False)])
def test_a_person_confirms_by_typing_the_answer(monkeypatch: pytest.MonkeyPatch, typed: str, goes_on: bool) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(f"{typed}\n"))
    if goes_on:
        confirm("This deletes dev.", "dev", yes=False)
        return
    with pytest.raises(Unconfirmed, match=r"^Nothing was changed"):
        confirm("This deletes dev.", "dev", yes=False)


def test_a_closed_terminal_agrees_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(""))  # Ctrl-D

    with pytest.raises(Unconfirmed, match=r"^Nothing was changed"):
        confirm("This deletes dev.", "dev", yes=False)


@pytest.mark.parametrize("pause", ["0", "-1", "inf", "nan", "soon"])
def test_a_pause_is_a_number_of_seconds(pause: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["delete-stack", f"--pause={pause}"])
    assert f"'{pause}' is not a number of seconds above 0" in capsys.readouterr().err


def test_where_nobody_can_be_asked_the_option_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))

    with pytest.raises(Unconfirmed, match=r"This deletes dev\. Confirm with --yes\."):
        confirm("This deletes dev.", "yes", yes=False)
    confirm("This deletes dev.", "yes", yes=True)


def test_progress_in_a_pipe_is_whole_lines_without_control_characters(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terminal, "_SECONDS_BEFORE_LINES", 0)
    monkeypatch.setattr(terminal, "_SECONDS_BETWEEN_LINES", 0)
    with progress(3, "objects", "imported") as bar:
        for _ in range(3):
            bar.update()
            terminal.say("one of them")

    shown = capfd.readouterr()
    assert re.sub(r"after \d+:\d+", "after …", shown.err).splitlines() == [
        f"imported: {number}/3 objects after …" for number in range(4)
    ]
    assert shown.err.replace("\n", "").isprintable()
    assert shown.out.count("one of them") == 3


def test_progress_in_a_pipe_comes_now_and_then_and_at_the_end(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terminal, "_SECONDS_BEFORE_LINES", 0)

    assert [*counted(range(1000), "objects", "listed")] == [*range(1000)]

    first, last = capfd.readouterr().err.splitlines()
    assert first.startswith("listed: 0 objects")
    assert last.startswith("listed: 1000 objects")


def test_quick_work_prints_no_progress_in_a_pipe(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terminal, "_SECONDS_BEFORE_LINES", 3600)
    with progress(3, "objects") as bar:
        bar.update(3)

    assert capfd.readouterr().err == ""


def test_progress_on_a_terminal_is_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Terminal()
    monkeypatch.setattr("sys.stderr", shown)
    with progress(2, "objects", "imported") as bar:
        bar.update(2)

    assert "\r" in shown.getvalue()
    assert "imported: 100%" in shown.getvalue()


COMMANDS = (
    "redrive", "reconvert", "import", "erase", "rollback", "prepare-release", "keys", "tune", "delete-stack",
    "rotate-delivery-secret",
    "stack", "stack delivery deploy", "stack delivery update", "stack delivery remove", "stack delivery status",
)  # fmt: skip


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_commands_help_has_a_sentence_an_example_and_exit_codes(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([*command.split(), "--help"])

    shown = capsys.readouterr().out
    usage, sentence, *_ = shown.split("\n\n")
    assert usage.startswith("usage: python -m operate")
    assert re.fullmatch(r"[A-Z].+[.)]", sentence, re.DOTALL)
    assert re.search(rf"^  python -m operate {command}", shown, re.MULTILINE)
    assert re.findall(r"^  (\d+)  ", shown, re.MULTILINE) == ["0", "1", "2", "130"]
    options = shown[shown.index("options:") : shown.index("\nexample")]
    for option in re.findall(r"^  (-\S+)( .*)?$", options, re.MULTILINE):
        assert option[1] or re.search(rf"^  {option[0]}.*\n +\S", options, re.MULTILINE), f"{option[0]} has no help"


def test_the_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])

    listed = re.findall(r"^    ([a-z-]+)\b", capsys.readouterr().out, re.MULTILINE)
    assert {*listed} == {command.split()[0] for command in COMMANDS}
