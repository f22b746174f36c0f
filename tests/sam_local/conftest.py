"""The service as `python -m dev.sam_local` runs it, in real containers, from a copy of the project."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dev.emulator import ROOT
from dev.sam_local.engine import Engine, NoEngine
from dev.stack import CACHE, Stack, layer_packages
from tests.actors import developer
from tests.actors.chromium import blank, browser, context, context_options, watch  # noqa: F401 (fixtures)
from tests.actors.client import Service, wait_for
from tests.actors.sam_local import Run
from tests.standins.lambda_image import NoImage, image

NEEDED = (*developer.NEEDED, "docs", "events", "samconfig.toml")


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
    """A copy, so that an edit in a test affects no other test."""
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
    """The service with its functions in containers. Each function was called once, so its container is warm."""
    service = Service(f"http://localhost:{run.port}/", Stack(run.endpoint))
    service.get("limits")
    return service
