"""Publishing with SAM's own command line: packages go to the emulator's S3, requests to the repository's stand-in."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from publish import __main__ as publish
from publish.application import PACKAGED, Application
from tests.standins.application_repository import Repository

Finished = subprocess.CompletedProcess[str]
IDENTIFIER = "arn:aws:serverlessrepo:us-east-1:123456789012:applications/image-thumbnails"
SOURCE = "https://git.example/image-thumbnails/tree/v"


def run(project: Path, aws: dict[str, str], *arguments: str) -> Finished:
    """python -m publish, as `make publish` runs it."""
    program = [sys.executable, "-m", "publish", *arguments]
    return subprocess.run(program, cwd=project, env=aws, capture_output=True, text=True)


def built_template(project: Path) -> Path:
    return project / ".aws-sam" / "build" / "template.yaml"


def version_of(project: Path) -> str:
    version: str = Application.read(built_template(project)).metadata["SemanticVersion"]
    return version


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_it_is_created_then_gets_a_second_version_then_a_new_author(
    project: Path, aws: dict[str, str], repository: Repository
) -> None:
    first, second = version_of(project), "99.0.0"

    answer = run(project, aws, "--source", SOURCE + first)

    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert repository.calls == ["CreateApplication"]
    told, written = repository.applications[IDENTIFIER], Application.read(built_template(project)).metadata
    for name in written.keys() - {"LicenseUrl", "ReadmeUrl"}:
        assert told[name] == written[name], name
    assert told["SourceCodeUrl"] == told["HomePageUrl"] == SOURCE + first
    packaged = Application.read(project / PACKAGED)
    functions = [each for each in packaged.resources.values() if each["Type"] == "AWS::Serverless::Function"]
    assert len({each["Properties"]["CodeUri"] for each in functions}) == 1, "one package has the code of all functions"
    assert repository.file(told["LicenseUrl"]) == (project / "LICENSE").read_text()
    readme = repository.file(told["ReadmeUrl"])
    assert f"]({SOURCE}{first}/template.yaml)" in readme
    assert re.findall(r"!\[|<!--|\]\((?!https:|#)", readme) == []
    assert IDENTIFIER in answer.stdout
    assert "https://serverlessrepo.aws.amazon.com/applications/us-east-1/123456789012/image-thumbnails" in answer.stdout

    again = run(project, aws, "--source", SOURCE + first)

    assert again.returncode == 1
    assert "already exists" in again.stderr
    assert [*repository.versions[IDENTIFIER]] == [first]

    repository.calls.clear()
    change(built_template(project), f"SemanticVersion: '{first}'", f"SemanticVersion: '{second}'")
    change(project / "CHANGELOG.md", f"## {first}", f"## {second}\n\nNew.\n\n## {first}")
    answer = run(project, aws, "--source", SOURCE + second, "--homepage", "https://thumbnails.example/")

    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert repository.calls == ["CreateApplication", "GetApplication", "UpdateApplication", "CreateApplicationVersion"]
    assert [*repository.versions[IDENTIFIER]] == [first, second]
    assert repository.versions[IDENTIFIER][second]["SourceCodeUrl"] == SOURCE + second
    assert repository.applications[IDENTIFIER]["HomePageUrl"] == "https://thumbnails.example/"

    repository.calls.clear()
    change(built_template(project), "Author: image-thumbnails-contributors", "Author: somebody-else")
    answer = run(project, aws, "--source", SOURCE + second, "--metadata-only")

    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert repository.calls == ["CreateApplication", "UpdateApplication"]
    assert repository.applications[IDENTIFIER]["Author"] == "somebody-else"
    assert [*repository.versions[IDENTIFIER]] == [first, second]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[a](docs/a.md)", "[a](https://s/docs/a.md)"),
        ("![a picture](b.png)", "[a picture](https://s/b.png)"),
        (
            "[a](https://x.example/) [b](#c) [d](mailto:e@f.example)",
            "[a](https://x.example/) [b](#c) [d](mailto:e@f.example)",
        ),
        ("<!-- targets -->\nmake\n<!-- end of targets -->\nmore", "make\nmore"),
    ],
)
def test_links_of_the_readme_are_led_to_the_source(before: str, after: str) -> None:
    assert publish.readme_for_visitors(before, "https://s") == after


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("", "SOURCE is missing"),
        ("git@git.example:image-thumbnails", "SOURCE is missing or not an https:// address"),
        ("https://git.example/image-thumbnails/tree/main", "names neither"),
    ],
)
def test_it_is_not_published_without_the_place_of_its_source(
    released: Path, aws: dict[str, str], repository: Repository, source: str, complaint: str
) -> None:
    answer = run(released, aws, "--source", source)

    assert (answer.returncode, answer.stdout) == (1, "")
    assert complaint in answer.stderr
    assert len(answer.stderr.splitlines()) == 1
    assert repository.calls == []


def test_a_commit_is_a_place_too() -> None:
    place = f"https://git.example/image-thumbnails/tree/{'0a' * 20}"

    assert publish.source_of("1.2.3", place + "/") == place


def test_a_version_that_the_changelog_does_not_know_is_not_published(
    project: Path, aws: dict[str, str], repository: Repository
) -> None:
    change(built_template(project), f"SemanticVersion: '{version_of(project)}'", "SemanticVersion: '99.1.0'")

    answer = run(project, aws, "--source", SOURCE + "99.1.0")

    assert (answer.returncode, repository.calls) == (1, [])
    assert answer.stderr.startswith("CHANGELOG.md has no section 99.1.0")


def test_what_the_repository_would_refuse_is_not_sent_there(
    project: Path, aws: dict[str, str], repository: Repository
) -> None:
    change(built_template(project), "Type: AWS::CloudWatch::Alarm", "Type: AWS::CloudWatch::CompositeAlarm")

    answer = run(project, aws, "--source", SOURCE + version_of(project))

    assert (answer.returncode, repository.calls) == (1, [])
    assert "AWS::CloudWatch::CompositeAlarm, which the repository refuses" in answer.stderr
