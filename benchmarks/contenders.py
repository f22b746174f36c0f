"""The contenders, and how each is started."""

import json
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from tempfile import TemporaryFile
from typing import Any

from benchmarks.peers import EFFORT, QUALITY, SIDES

_HERE = Path(__file__).resolve().parent
_PEAK_OF_NODE = (
    "process.stdout.write(require('fs').readFileSync('/proc/self/status', 'latin1').match(/VmHWM:\\s+(\\d+)/)[1])"
)


@dataclass(frozen=True)
class Contender:
    """name: in the tables. script: a module of `peers`, or a way of sharp.mjs. documented: whether it is the way in the
    documentation, rather than the best one found."""

    name: str
    script: str
    documented: bool = False

    @property
    def is_node(self) -> bool:
        return self.script.startswith("sharp.mjs")

    def command(self) -> list[str]:
        if self.is_node:
            script, way = self.script.split()
            settings = {"sides": SIDES, "quality": QUALITY, "effort": EFFORT}
            return [which("node") or "node", str(_HERE / "peers" / script), way, json.dumps(settings)]
        return [sys.executable, "-m", "benchmarks.worker", f"benchmarks.peers.{self.script}"]

    def bare(self) -> int:
        """Bytes of an idle interpreter."""
        if self.is_node:
            node = subprocess.run([which("node") or "node", "-e", _PEAK_OF_NODE], capture_output=True, check=True)
            return int(node.stdout) * 1024
        with Process([sys.executable, "-m", "benchmarks.worker", ""]) as process:
            return int(process.ask("peak"))


OURS = Contender("this pipeline", "ours")
LIMIT = Contender("limit: scaled decode and encodes", "jpeg_limit")
CONTENDERS = (
    OURS,
    Contender("sharp, a pipeline per size", "sharp.mjs documented", documented=True),
    Contender("sharp, one decode and cascade", "sharp.mjs cascade"),
    Contender("pyvips, thumbnail per size", "vips_documented", documented=True),
    Contender("pyvips, one decode and cascade", "vips_cascade"),
    Contender("OpenCV", "opencv"),
    Contender("Pillow, naive", "pillow_naive", documented=True),
    Contender("Pillow, reopened per size", "pillow_reopened", documented=True),
    Contender("ImageMagick", "imagemagick"),
    LIMIT,
)
# Those that read animations, and write them as WebP.
_ANIMATORS = {"ours", "sharp.mjs documented", "sharp.mjs cascade", "vips_documented", "vips_cascade", "pillow_naive"}
ANIMATORS = tuple(one for one in CONTENDERS if one.script in _ANIMATORS)


class Failed(Exception):
    """A contender could not do what was requested; the text contains its own reason."""


class Process:
    """A warm process of a contender (see `worker` for its protocol)."""

    def __init__(self, command: list[str]):
        self._words = TemporaryFile("w+")  # noqa: SIM115  lives as long as the process; a pipe that nobody reads would fill, and stop it
        try:
            self._process = subprocess.Popen(
                command,
                cwd=_HERE.parent,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._words,
                text=True,
            )
        except FileNotFoundError as problem:
            self._words.close()
            raise Failed(f"{problem.filename} is not installed") from problem

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()
        self._words.close()

    def ask(self, what: str, **options: Any) -> Any:
        """Raises Failed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):  # it has ended, and may have reported why
            self._process.stdin.write(json.dumps({"do": what} | options) + "\n")
            self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            self._words.seek(0)
            raise Failed(_last_words(self._words.read()))
        answer = json.loads(line)
        if "error" in answer:
            raise Failed(answer["error"])
        return answer["answer"]

    def thumbnails(self) -> list[bytes]:
        return [b64decode(made) for made in self.ask("thumbnails")]


def _last_words(stderr: str) -> str:
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    return next((line for line in lines if "Error" in line), lines[-1] if lines else "ended without output")


def installed(competing: Iterable[Contender]) -> tuple[dict[Contender, str], dict[Contender, str]]:
    """The versions of contenders that can run, and why the others cannot."""
    versions, missing = {}, {}
    for contender in competing:
        try:
            with Process(contender.command()) as process:
                versions[contender] = process.ask("version")
        except Failed as reason:
            missing[contender] = str(reason)
    return versions, missing
