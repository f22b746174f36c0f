"""The service as `python -m dev.sam_local` runs it, in real containers, from a copy of the project."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from dev.emulator import ROOT
from dev.sam_local.engine import Engine, NoEngine
from dev.server import is_taken
from dev.stack import CACHE, Stack, layer_packages
from tests.actors.client import PATIENCE, Service, wait_for
from tests.conftest import free_port
from tests.standins.lambda_image import NoImage, image

NEEDED = ("dev", "docs", "events", "frontend", "functions", "layers", "operate", "samconfig.toml", "template.yaml")


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
        """What a function answers through `sam local start-lambda`. function: logical id."""
        url = f"http://localhost:{self.port + 1}/2015-03-31/functions/{function}/invocations"
        return requests.post(url, json=event, timeout=PATIENCE).json()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)


def environment() -> dict[str, str]:
    """With the SAM CLI of this project on the path, as `make test` has it."""
    own = ROOT / ".cache" / "sam" / "bin"
    return os.environ | {"PATH": f"{own}{os.pathsep}{os.environ['PATH']}", "SAM_CLI_TELEMETRY": "0"}


def free_port_of_three() -> int:
    """A port, of which the next two are free as well."""
    while True:
        port = free_port()
        with_next = [port + 1, port + 2]
        if not any(is_taken(each) for each in with_next):
            return port


@pytest.fixture(scope="session")
def engine() -> Engine:
    try:
        return Engine.found()
    except NoEngine as missing:
        pytest.skip(f"NOTHING WAS PROVED IN CONTAINERS: {missing}")


@pytest.fixture(scope="session")
def invoke_image(engine: Engine) -> str | None:
    try:
        return image(engine.architecture)
    except NoImage as missing:
        if os.environ.get("CI"):
            pytest.fail(str(missing))
        pytest.skip(f"NOTHING WAS PROVED IN CONTAINERS: {missing}")


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy, so that an edit in a test is nobody else's."""
    folder = tmp_path_factory.mktemp("project")
    for name in NEEDED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
        else:
            shutil.copy(source, folder)
    layer_packages()  # installed once, for all copies
    (folder / ".cache").mkdir()
    (folder / ".cache" / "layers").symlink_to(CACHE)
    return folder


@pytest.fixture(scope="session")
def run(project: Path, invoke_image: str | None) -> Iterator[Run]:
    running = Run(project, invoke_image)
    try:
        wait_for(lambda: running.said("Upload page: "), "upload page")  # it builds the layers and deploys
        yield running
    finally:
        if running.process.poll() is None:
            running.stop()


@pytest.fixture(scope="session")
def containers(run: Run) -> Service:
    """The service, its functions in containers. Each function has been called once: its container is warm."""
    service = Service(f"http://localhost:{run.port}/", Stack(run.endpoint))
    service.get("limits")
    return service
