"""ImageMagick's command: a JPEG decoded at a smaller scale by a hint, one decode, each size from the one before.

It is a program, so a picture costs a process; the CPU time of an empty run is subtracted.
"""

import subprocess
from functools import cache
from itertools import chain
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

from benchmarks.peers import EFFORT, QUALITY, SIDES

_NAMES = ("magick", "convert-im7.q16", "convert-im6.q16", "convert")


@cache
def command() -> str:
    """Raises ImportError, as a missing module does."""
    for name in _NAMES:
        path = which(name)
        if path and "ImageMagick" in _output(path, "-version"):
            return path
    raise ImportError("no ImageMagick on this machine")


def _output(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout


command()


@cache
def _folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory()


@cache
def _file(original: bytes) -> Path:
    path = Path(_folder().name) / "original"
    path.write_bytes(original)
    return path


def thumbnails(original: bytes) -> list[bytes]:
    folder = Path(_folder().name)
    files = [folder / f"{side}.webp" for side in SIDES]
    steps = chain.from_iterable(
        ("-thumbnail", f"{side}x{side}>", "-write", str(file)) for side, file in zip(SIDES, files, strict=True)
    )
    hint = ("-limit", "thread", "1", "-define", f"jpeg:size={2 * SIDES[0]}x{2 * SIDES[0]}")
    options = ("-auto-orient", "-quality", str(QUALITY), "-define", f"webp:method={EFFORT}")
    run = subprocess.run(
        [command(), *hint, f"{_file(original)}[0]", *options, *steps, "null:"],
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise ValueError(run.stderr.strip().splitlines()[0])
    return [file.read_bytes() for file in files]


def idle() -> None:
    subprocess.run([command(), "-size", "1x1", "xc:", "null:"], check=True)


def version() -> str:
    return " ".join(_output(command(), "-version").split()[1:3])
