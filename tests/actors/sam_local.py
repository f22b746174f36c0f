"""`python -m dev.sam_local`, as a developer runs it."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import requests

from dev.emulator import ROOT
from dev.server import is_taken
from tests.actors.client import PATIENCE
from tests.standins.ports import free_port


class Run:
    """A running `python -m dev.sam_local`. folder: its project."""

    def __init__(self, folder: Path, image: str | None):
        self.folder, self.port, emulator_port = folder, free_port_of_three(), free_port()
        self._output = folder / "output.txt"
        with self._output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dev.sam_local", *(["--image", image] if image else [])],
                cwd=folder,
                env=environment() | {"PORT": str(self.port), "EMULATOR_PORT": str(emulator_port)},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.endpoint = f"http://localhost:{emulator_port}"

    @property
    def lines(self) -> list[str]:
        return self._output.read_text().splitlines()

    def said(self, text: str) -> bool | None:
        assert self.process.poll() is None, self.lines
        return any(text in line for line in self.lines) or None

    def invoke(self, function: str, event: Any) -> Any:
        """The response of a function through `sam local start-lambda`. function: logical id."""
        url = f"http://localhost:{self.port + 1}/2015-03-31/functions/{function}/invocations"
        return requests.post(url, json=event, timeout=PATIENCE).json()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)


def environment() -> dict[str, str]:
    """With the SAM CLI of this project on the path, as in `make test`."""
    own = ROOT / ".cache" / "sam" / "bin"
    return os.environ | {"PATH": f"{own}{os.pathsep}{os.environ['PATH']}", "SAM_CLI_TELEMETRY": "0"}


def free_port_of_three() -> int:
    """A port whose next two are free as well."""
    while True:
        port = free_port()
        with_next = [port + 1, port + 2]
        if not any(is_taken(each) for each in with_next):
            return port
