"""The effect on S3 if an operator's command is killed at any of its lines, and run again."""

import csv
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import chdir
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from operate.__main__ import main
from operate.service import Original, Service, Uncopied

ORIGINALS = [f"uploads/{number:032x}" for number in range(3)]
SOURCES = ["p/a.jpg", 'p/b,"c".jpg', "p/two\nlines.jpg"]


class Recorded(Service):
    """A stack whose calls are written to a file, which outlives the process."""

    log = Path("log")
    lost: str | None = None  # the object whose copy gets no response
    refused: str | None = None  # the object that S3 does not copy
    version = "7"

    def _say(self, *what: str) -> None:
        with self.log.open("a") as file:
            file.write(json.dumps(what) + "\n")

    def originals(self, after: str = "") -> Iterator[Original]:
        yield from (Original(key, datetime.now(UTC)) for key in ORIGINALS if key > after)

    def convert_again(self, original: Original) -> None:
        self._say("again", original.key)

    def convert_version(self) -> str:
        return self.version

    def objects(self, bucket: str, prefix: str) -> Iterator[tuple[str, int]]:
        yield from ((key, 10) for key in SOURCES)

    def take_over(self, bucket: str, key: str, job: str) -> None:
        if key == self.refused:
            raise Uncopied("it is in an archive")
        self._say(f"s3://{bucket}/{key}", job)
        if key == self.lost:
            raise ReadTimeoutError(endpoint_url="s3")

    def has(self, job: str) -> bool:
        return any(found == job for _, found in done())


@pytest.fixture(autouse=True)
def _recorded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("operate.__main__.Service", Recorded)
    monkeypatch.setattr(Recorded, "lost", None)
    monkeypatch.setattr(Recorded, "refused", None)


def done() -> list[list[str]]:
    return [json.loads(line) for line in Recorded.log.read_text().splitlines()] if Recorded.log.exists() else []


def every_death(command: list[str]) -> Iterator[int]:
    """Yields once for each state in which a command that is killed can leave its folder, in a folder in that state.

    The command runs once, and its folder is copied at each line: what Python has not yet written is in no copy, as
    after kill -9. Lines that leave the same state are one death, because the next command knows nothing else of it.
    """
    deaths: list[dict[str, bytes]] = []

    def trace(frame: FrameType, event: str, _: Any) -> Callable[..., Any] | None:
        code = frame.f_code
        ours = code.co_filename.endswith(("operate/bulk.py", "operate/state.py"))
        if not ours and code.co_name != "write_text":  # it empties a file before it writes
            return None
        if event == "line":
            left = {path.name: path.read_bytes() for path in Path().iterdir()}
            if left not in deaths:
                deaths.append(left)
        return trace

    with chdir(new_folder("whole")):
        before = sys.gettrace()
        sys.settrace(trace)
        try:
            assert main(command) == 0
        finally:
            sys.settrace(before)
    for number, left in enumerate(deaths):
        with chdir(new_folder(f"{number}")):
            for name, content in left.items():
                Path(name).write_bytes(content)
            yield number


def new_folder(name: str) -> Path:
    folder = Path(name)
    folder.mkdir()
    return folder


RECONVERT = ["reconvert", "--rate", "1000000"]
IMPORT = ["import", "s3://b/p", "--rate", "1000000"]


def test_a_reconversion_that_was_killed_leaves_no_original_out(capsys: pytest.CaptureFixture[str]) -> None:
    deaths = 0
    for death in every_death(RECONVERT):
        ended = len(done()) == len(ORIGINALS) and not [*Path().glob("reconvert.*.state")]
        assert main(RECONVERT) == 0
        handed_over = Counter(key for _, key in done())
        assert set(handed_over) == {*ORIGINALS}, death
        once_more = sum(handed_over.values()) - len(ORIGINALS)
        assert once_more <= 1 or ended, f"{death}: what it has remembered is lost"
        assert not [*Path().glob("reconvert.*.state")]
        deaths += 1
    assert deaths > 12


def test_a_killed_import_copies_each_object_once_and_knows_its_job() -> None:
    deaths = 0
    for death in every_death(IMPORT):
        assert main(IMPORT) == 0
        copies = done()
        assert sorted(source for source, _ in copies) == [f"s3://b/{key}" for key in SOURCES], death
        assert dict(copies) == jobs(), death
        assert main(IMPORT) == 0
        assert done() == copies
        deaths += 1
    assert deaths > 6


def jobs() -> dict[str, str]:
    with Path("import.image-thumbnails.csv").open(newline="") as file:
        return dict(csv.reader(file))


def test_an_object_whose_copy_was_not_recorded_is_copied_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Recorded, "lost", SOURCES[1])
    assert main(IMPORT) == 1
    monkeypatch.setattr(Recorded, "lost", None)

    assert main(IMPORT) == 0

    assert Counter(source for source, _ in done()) == Counter(f"s3://b/{key}" for key in SOURCES)
    assert dict(done()) == jobs()


def test_an_object_that_is_not_copied_is_in_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for refused in SOURCES:
        monkeypatch.setattr(Recorded, "refused", refused)
        Recorded.log.unlink(missing_ok=True)
        Path("import.image-thumbnails.csv").unlink(missing_ok=True)

        assert main(IMPORT) == 1

        assert dict(done()) == jobs()
        assert len(jobs()) == 2


def test_a_line_that_was_torn_is_cut_off() -> None:
    assert main(IMPORT) == 0
    whole = jobs()
    with Path("import.image-thumbnails.csv").open("ab") as file:
        file.write(b"s3://b/p/d.jpg,0123")  # the disk was full
    SOURCES.append("p/d.jpg")
    try:
        assert main(IMPORT) == 0
    finally:
        SOURCES.remove("p/d.jpg")

    assert jobs() == whole | {"s3://b/p/d.jpg": done()[-1][1]}


def test_a_file_that_is_something_else_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    notes = Path("notes.txt")
    notes.write_text("dear diary\n")

    assert main([*IMPORT, "--state", "notes.txt"]) == 1

    assert "is not a list of imported objects" in capsys.readouterr().err
    assert notes.read_text() == "dear diary\n"


def test_a_reconversion_says_where_it_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    state = {"after": ORIGINALS[1], "version": Recorded.version}
    Path("reconvert.image-thumbnails.state").write_text(json.dumps(state))

    assert main(RECONVERT) == 0

    assert f"Continuing after {ORIGINALS[1]}" in capsys.readouterr().err
    assert [key for _, key in done()] == ORIGINALS[2:]


@pytest.mark.parametrize("state", [json.dumps({"after": ORIGINALS[1], "version": "6"}), ORIGINALS[1], ""])
def test_a_reconversion_after_another_change_starts_from_the_beginning(
    capsys: pytest.CaptureFixture[str], state: str
) -> None:
    """Otherwise the first half would keep the thumbnails from before the change."""
    Path("reconvert.image-thumbnails.state").write_text(state)

    assert main(RECONVERT) == 0

    assert "Starting from the beginning" in capsys.readouterr().err
    assert [key for _, key in done()] == ORIGINALS
