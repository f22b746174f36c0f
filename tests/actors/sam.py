"""The SAM CLI of this project, as a developer runs it."""

import os
from pathlib import Path

from dev.emulator import ROOT
from tests.actors import short_lived

COMPILER = ROOT / ".cache" / "zig"  # as for `make build`


def sam(*arguments: str, folder: Path = ROOT) -> str:
    """The output of our SAM CLI for a successful command. It gets none of the developer's own AWS settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    program = ROOT / ".cache" / "sam" / "bin" / "sam"
    usual = {"SAM_CLI_TELEMETRY": "0", "COMPILER": str(COMPILER)}
    answer = short_lived.run(program, *arguments, folder=folder, environment=kept | usual)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout + answer.stderr
