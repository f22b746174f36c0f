"""The project, built in a separate folder, and the places where it is published: the emulator's S3, and a stand-in."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dev.emulator import ACCESS_KEY, REGION, SECRET_KEY, Emulator
from dev.stack import Stack
from publish.application import Application
from tests.actors.publisher import environment
from tests.standins.application_repository import Repository
from tests.standins.ports import free_port


@pytest.fixture(scope="session")
def released(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's folder after `make build`, with a changelog that contains the version.

    Its libraries end after a page, and its functions have only their handlers, because SAM takes seconds to compress
    all of their megabytes, each time.
    """
    project = tmp_path_factory.mktemp("release") / "image-thumbnails"
    shutil.copytree(built, project, ignore=shutil.ignore_patterns("cache"))
    for library in project.joinpath(".aws-sam", "build").rglob("*.so*"):
        os.truncate(library, 4096)
    for folder in project.joinpath(".aws-sam", "build").glob("*Function/thumbs"):
        shutil.rmtree(folder)
    changelog = project / "CHANGELOG.md"
    version = Application.read(project / "template.yaml").metadata["SemanticVersion"]
    changelog.write_text(changelog.read_text().replace("## Unreleased", f"## {version}"))
    return project


@pytest.fixture
def project(released: Path) -> Iterator[Path]:
    """The project's folder, for a test that changes its content."""
    files = [released / name for name in ("CHANGELOG.md", "README.md", ".aws-sam/build/template.yaml")]
    before = [file.read_text() for file in files]
    yield released
    for file, text in zip(files, before, strict=True):
        file.write_text(text)


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    running = Emulator(free_port())
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture
def repository(emulator: Emulator) -> Iterator[Repository]:
    standing_in = Repository(Stack(emulator.url).client("s3"))
    try:
        yield standing_in
    finally:
        standing_in.stop()


@pytest.fixture
def aws(emulator: Emulator, repository: Repository) -> dict[str, str]:
    """What a publisher's environment holds."""
    return environment(
        AWS_ACCESS_KEY_ID=ACCESS_KEY,
        AWS_SECRET_ACCESS_KEY=SECRET_KEY,
        AWS_DEFAULT_REGION=REGION,
        AWS_ENDPOINT_URL=emulator.url,
        AWS_ENDPOINT_URL_SERVERLESSAPPLICATIONREPOSITORY=repository.url,  # named after botocore's service id
    )
