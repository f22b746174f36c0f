"""No broken file crashes the invocation: each ends as thumbnails or as a rejection."""

import signal
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from dev.emulator import ROOT
from tests.actors.deaths import deaths
from tests.actors.sandbox import LINUX
from tests.fuzz.trial import FOCUSES, harm, wanted
from tests.material import animations
from tests.material.animations import Part, flat
from tests.material.mutants import mutants
from thumbs import formats

_FILES = 2000

CRASHES = sorted(path for path in (Path(__file__).parent / "crashes").iterdir() if path.suffix != ".md")


def test_thousands_of_broken_files_are_converted_or_refused() -> None:
    """In a separate process, as with `make fuzz`. It takes minutes on a busy machine, and blames no file for that."""
    command = [sys.executable, "-m", "tests.fuzz", "--files", str(_FILES), "--seed", "20261121"]

    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert (answer.returncode, answer.stderr) == (0, ""), answer.stdout
    assert f"{_FILES} files tried, 0 came to harm" in answer.stdout


def test_every_format_and_focus_meets_broken_files() -> None:
    tried = [wanted(original) for original in islice(mutants(20261121), 100)]

    assert {output for each in tried for output in each.outputs} == {*formats.OUTPUTS.values()}
    assert {each.focus for each in tried} == {*FOCUSES}


@LINUX
def test_fuzzing_blames_a_file_whose_later_frame_crashes(tmp_path: Path) -> None:
    frames = [Part(flat((20, 20), colour), delay=50) for colour in ((220, 30, 40, 255), (30, 40, 220, 255))]
    with deaths(tmp_path) as planned:
        planned.at("WebPAnimDecoder.get_next", signal.SIGSEGV, count=4)

        assert harm(animations.webp((20, 20), frames * 3)) == f"the decoder crashed: {signal.strsignal(signal.SIGSEGV)}"


_NONE = pytest.param(Path(), marks=pytest.mark.skip(reason="no broken file has come to harm so far"))


@pytest.mark.parametrize("path", CRASHES or [_NONE], ids=lambda path: path.name)
def test_what_once_did_harm_does_so_no_more(path: Path) -> None:
    assert harm(path.read_bytes()) is None
