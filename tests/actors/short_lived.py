"""Programs in Python that end soon, such as cfn-lint and SAM's command line."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from dev.emulator import ROOT

CFN_LINT = Path(sys.executable).with_name("cfn-lint")
QUICK = str(Path(__file__).with_name("quick"))  # for PYTHONPATH


def run(
    program: Path, *arguments: str, folder: Path = ROOT, environment: Mapping[str, str] = os.environ
) -> "subprocess.CompletedProcess[str]":
    command = [str(program), *arguments]
    return subprocess.run(command, cwd=folder, env={**environment, "PYTHONPATH": QUICK}, capture_output=True, text=True)
