"""The sessions of examples/, run as their READMEs say, against the running service."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from dev.emulator import ROOT
from tests.actors import needed
from tests.actors.client import PATIENCE, Service
from tests.material import pictures

EXAMPLES = ROOT / "examples"
PROGRAMS = {
    "curl": [str(EXAMPLES / "curl" / "session.sh")],
    "python": [sys.executable, str(EXAMPLES / "python" / "session.py")],
}
NEEDED = {"curl": ("bash", "curl", "jq"), "python": ()}


@pytest.fixture(params=PROGRAMS)
def example(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    for program in NEEDED[name]:
        needed.program(program, f"the example in examples/{name} needs it")
    return name


def run(example: str, api: str, picture: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [*PROGRAMS[example], api, str(picture)]
    return subprocess.run(
        command, cwd=picture.parent, env=os.environ | environment, capture_output=True, text=True, timeout=PATIENCE
    )


def test_a_picture_comes_back_in_all_sizes_as_the_readme_shows(example: str, stack: Service, tmp_path: Path) -> None:
    picture = tmp_path / "photo.jpg"
    picture.write_bytes(pictures.jpeg(800, 600))

    answer = run(example, stack.page_url, picture)

    assert answer.returncode == 0, answer.stdout + answer.stderr
    shown = re.findall(r"^    (\w+  \d+x\d+  .*)$", (EXAMPLES / example / "README.md").read_text(), re.MULTILINE)
    assert answer.stdout.splitlines() == shown
    for line in shown:
        _, box, name = line.split("  ")
        with Image.open(tmp_path / name) as thumbnail:
            assert "{}x{}".format(*thumbnail.size) == box


def test_without_a_picture_an_example_says_how_it_is_used(example: str) -> None:
    answer = subprocess.run([*PROGRAMS[example], "http://localhost:3000/"], capture_output=True, text=True)

    assert answer.returncode == 1
    assert "API PICTURE" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_missing_picture_is_named_in_one_line(example: str, tmp_path: Path) -> None:
    answer = run(example, "http://localhost:3000/", tmp_path / "lost.jpg")

    assert answer.returncode == 1
    [line] = answer.stderr.splitlines()
    assert "lost.jpg" in line


def test_a_picture_may_have_an_ending_in_capitals(example: str, stack: Service, tmp_path: Path) -> None:
    picture = tmp_path / "PHOTO.JPE"
    picture.write_bytes(pictures.jpeg(8, 6))

    answer = run(example, stack.page_url, picture)

    assert answer.returncode == 0, answer.stderr


def test_webp_is_known_where_the_machine_lists_no_types(stack: Service, tmp_path: Path) -> None:
    """As in a container without /etc/mime.types, with Python 3.12 or older."""
    picture = tmp_path / "photo.webp"
    Image.new("RGB", (8, 6)).save(picture)
    session = PROGRAMS["python"][1]
    code = f"import mimetypes, runpy; mimetypes.knownfiles = []; runpy.run_path({session!r}, run_name='__main__')"
    command = [sys.executable, "-c", code, stack.page_url, str(picture)]

    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE)

    assert answer.returncode == 0, answer.stderr


def test_a_rejected_picture_ends_the_session_with_its_reason(example: str, stack: Service, tmp_path: Path) -> None:
    picture = tmp_path / "letter.jpg"
    picture.write_text("Dear diary")

    answer = run(example, stack.page_url, picture)

    assert answer.returncode == 1
    assert "not a picture that we can read" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_choices_for_a_picture_are_sent(example: str, stack: Service, tmp_path: Path) -> None:
    picture = tmp_path / "photo.jpg"
    picture.write_bytes(pictures.jpeg(8, 6))

    answer = run(example, stack.page_url, picture, CHOICES='{"profile": "poster", "focus": [0.5, 0.2]}')

    assert answer.returncode not in (0, None)
    assert "This service has no profiles" in answer.stderr


def test_choices_that_are_no_object_are_named(example: str, stack: Service, tmp_path: Path) -> None:
    picture = tmp_path / "photo.jpg"
    picture.write_bytes(pictures.jpeg(8, 6))

    for choices in ("avatar", '["avatar"]', "5"):
        answer = run(example, stack.page_url, picture, CHOICES=choices)

        assert answer.returncode == 1
        assert answer.stderr == f'CHOICES is not a JSON object such as {{"profile": "avatar"}}: {choices}\n'


def test_a_refused_call_ends_the_session_with_its_reason(example: str, stack: Service, tmp_path: Path) -> None:
    picture = tmp_path / "empty.jpg"
    picture.touch()

    answer = run(example, stack.page_url, picture)

    assert answer.returncode not in (0, None)
    assert "422" in answer.stderr
    assert "The file is empty" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert not [*tmp_path.glob("*.webp")]
