"""The whole service, started once for all tests that need it: from template.yaml, with IAM enforced."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from dev.emulator import ROOT, Emulator
from dev.server import Server
from dev.stack import Stack
from tests.actors.client import PAGE, Service

# The cheap kinds first: whoever breaks something basic hears of it within seconds.
KINDS = ("unit", "template", "lifecycle", "release", "service", "deployed", "browser", "sam_local", "fuzz")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--deployed", metavar="STACK", help="run tests/deployed against this stack in your AWS account")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    tests = Path(__file__).parent
    # Of a kind, what looks back on all that was done comes last.
    items.sort(key=lambda item: (KINDS.index(item.path.relative_to(tests).parts[0]), item.path.stem == "test_grants"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


PROJECT = ("template.yaml", "samconfig.toml", "README.md", "LICENSE", "CHANGELOG.md", "functions", "layers")


def sam(*arguments: str, folder: Path = ROOT) -> str:
    """What our SAM CLI says to a command that it obeys. Nothing of the developer's own AWS settings reaches it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    program = ROOT / ".cache" / "sam" / "bin" / "sam"
    answer = subprocess.run(
        [program, *arguments], cwd=folder, env=kept | {"SAM_CLI_TELEMETRY": "0"}, capture_output=True, text=True
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout + answer.stderr


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's folder, as it is after `make build`. Nobody may change what is in it."""
    project = tmp_path_factory.mktemp("built") / "image-thumbnails"
    project.mkdir()
    for name in PROJECT:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, project)
    sam("build", folder=project)
    return project


@pytest.fixture(scope="session")
def trail(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the running service's emulator writes how it decided each call (tests/standins/trail.py)."""
    return tmp_path_factory.mktemp("emulator") / "trail.jsonl"


@pytest.fixture(scope="session")
def stack(trail: Path) -> Iterator[Service]:
    """The running service. page_url: of the upload page, on whose origin the API is too."""
    page = free_port()
    pages = [f"http://localhost:{page}", PAGE]
    with Emulator(free_port(), "tests.standins.trail", origins=pages, TRAIL=str(trail)) as emulator:
        deployed = Stack(emulator.url, {"RequestsPerSecond": "500", "RequestBurst": "1000"})
        deployed.deploy()
        server = Server(page, deployed.api_url, emulator.url, [PAGE])
        try:
            yield Service(server.url, deployed)
        finally:
            server.stop()
