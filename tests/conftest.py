"""The whole service, started once for all tests that need it: from template.yaml, with IAM enforced."""

import gc
import shutil
import signal
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import botocore.session
import pytest
import yaml

from dev.emulator import ROOT, Emulator
from dev.server import Server
from dev.stack import Stack
from tests.actors.client import PAGE, Service
from tests.actors.sam import sam
from tests.standins.ports import free_port

# A session of boto3 reads AWS's models, megabytes of JSON, and moto begins one for each test: all share what was read.
botocore.session.create_loader = cache(botocore.session.create_loader)
# SAM's translator parses the templates, a hundred times in all, with PyYAML's loader in Python; this one is in C.
yaml.SafeLoader = yaml.CSafeLoader  # type: ignore[misc, assignment]

# A shell lets what it starts in the background ignore Ctrl-C, and so would the commands that tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Imported modules and collected tests stay until the end. Garbage collection searched them again and again, which took
# a tenth of the CPU time. So it starts after them, leaves them out, and runs less often.
gc.disable()
_ALLOCATIONS = 20_000  # between two collections of new objects; CPython's default is 700

# The cheap kinds first, so that basic mistakes are found within seconds.
KINDS = ("unit", "template", "lifecycle", "publish", "service", "deployed", "browser", "sam_local", "fuzz")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--deployed", metavar="STACK", help="run tests/deployed against this stack in your AWS account")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    tests = Path(__file__).parent
    # Within a kind, tests that review everything that was done come last.
    items.sort(key=lambda item: (KINDS.index(item.path.relative_to(tests).parts[0]), item.path.stem == "test_grants"))


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS)
    gc.enable()


PROJECT = ("template.yaml", "samconfig.toml", "README.md", "LICENSE", "CHANGELOG.md", "functions", "layers")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's folder after `make build`. Tests must not change it."""
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
    """The file in which the running service's emulator records how it decided each call (tests/standins/trail.py)."""
    return tmp_path_factory.mktemp("emulator") / "trail.jsonl"


@pytest.fixture(scope="session")
def second_page() -> int:
    """The port of a second upload page, of another stack on the running service's emulator."""
    return free_port()


@pytest.fixture(scope="session")
def stack(trail: Path, second_page: int) -> Iterator[Service]:
    """The running service. page_url: of the upload page, whose origin also has the API."""
    page = free_port()
    pages = [f"http://localhost:{page}", f"http://localhost:{second_page}", PAGE]
    with Emulator(free_port(), "tests.standins.trail", origins=pages, TRAIL=str(trail)) as emulator:
        deployed = Stack(emulator.url, {"RequestsPerSecond": "500", "RequestBurst": "1000"})
        deployed.deploy()
        server = Server(page, deployed.api_url, emulator.url, [PAGE])
        try:
            yield Service(server.url, deployed)
        finally:
            server.stop()


@pytest.fixture(scope="session")
def neighbour(stack: Service) -> Service:
    """A second stack in the same account, for programs: with upkeep, and an API that requires a key. page_url: its."""
    parameters = {"ApiKeyRequired": "true", "ApiGatewayAccount": "configured", "Upkeep": "Enabled"}
    deployed = Stack(stack.deployed.endpoint, parameters, f"{stack.deployed.name}-prod")
    deployed.deploy()
    return Service(deployed.api_url, deployed)
