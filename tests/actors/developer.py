"""`python -m dev`, as a developer runs it: in a copy of the project without its history."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from dev.emulator import ROOT
from dev.stack import CACHE
from tests.standins.ports import free_port

NEEDED = ("dev", "frontend", "functions", "layers", "operate", "publish", "stacks", "template.yaml")


def copy_of_the_project(folder: Path) -> Path:
    ignored = shutil.ignore_patterns("__pycache__", "node_modules")
    for name in NEEDED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=ignored)
        else:
            shutil.copy(source, folder)
    # The layers are installed already; a developer's second start finds them so too.
    (folder / ".cache").mkdir()
    (folder / ".cache" / "layers").symlink_to(CACHE)
    return folder


def documented_listeners(command: str) -> set[tuple[str, int]]:
    """The ports on which a command listens, as docs/develop.md says, with those that it chooses itself."""
    text = (ROOT / "docs" / "develop.md").read_text()
    rows = re.findall(r"^\| ([^|]+) \| ([\d.]+):(\d+) \|", text, re.MULTILINE)
    return {(address, int(port)) for commands, address, port in rows if f"`{command}`" in commands}


class Run:
    """`python -m dev` in a folder. lines: its output so far."""

    def __init__(self, folder: Path, *arguments: str):
        self.output = folder / "output.txt"
        ports = {"PORT": str(free_port()), "EMULATOR_PORT": str(free_port())}
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dev", *arguments],
                cwd=folder,
                env=os.environ | ports | {"TMPDIR": str(folder)},  # a run that is killed leaves its files behind
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def lines(self) -> list[str]:
        return self.output.read_text().splitlines()

    def said(self, text: str) -> bool | None:
        assert self.process.poll() is None, self.lines
        return any(text in line for line in self.lines) or None

    def named(self, before: str) -> str:
        """The end of a line. before: the text before it in the line."""
        (line,) = (line for line in self.lines if before in line)
        return line.split(before, 1)[1]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
