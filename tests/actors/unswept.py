"""A program in Python that ends soon, such as cfn-lint, without garbage collection, which is an eighth of its time."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from dev.emulator import ROOT

_START = "import gc, runpy, sys; gc.disable(); del sys.argv[0]; runpy.run_path(sys.argv[0], run_name='__main__')"


def run(
    program: Path, *arguments: str, folder: Path = ROOT, environment: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """program: a script next to the interpreter that runs it."""
    command = [str(program.with_name("python")), "-c", _START, str(program), *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
