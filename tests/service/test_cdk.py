"""examples/cdk, synthesised from the expanded template, and deployed to an emulator of its own."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dev import bridges, gaps, stack
from dev.emulator import REGION, Emulator
from publish import expand
from publish.application import PACKAGED
from tests.actors.cdk import App
from tests.actors.client import Service, wait_for
from tests.material import pictures
from tests.standins.ports import free_port

NAME = "image-thumbnails-cdk"
OURS = {"FailedPictures", "FailedPicturesPolicy", "FailedPicturesThumbnailsFailures"}  # without CDK's suffixes


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(free_port()) as running:
        yield running


@pytest.fixture(scope="module")
def app(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> App:
    return App(tmp_path_factory.mktemp("app"), emulator.url)


@pytest.fixture(scope="module")
def given(app: App, emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> stack.Template:
    """The expanded template, with its packages in the emulator's S3."""
    folder = tmp_path_factory.mktemp("expanded")
    packages = stack.Stack(emulator.url).upload_packages()
    (folder / ".aws-sam").mkdir()
    (folder / PACKAGED).write_text(json.dumps(stack.packaged(packages)))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert expand.main(["--set", "GradualDeployments=false"]) == 0
    template: stack.Template = json.loads((folder / expand.EXPANDED).read_text())
    return template


@pytest.fixture(scope="module")
def assembly(app: App, given: stack.Template, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `cdk synth` makes of it."""
    folder = tmp_path_factory.mktemp("assembly")
    (folder / "expanded.json").write_text(json.dumps(given))
    app.run("cdk", "synth", "--quiet", "--context", f"template={folder / 'expanded.json'}", "--output", str(folder))
    return folder / "Thumbnails.template.json"


def test_everything_of_the_service_is_in_the_app_with_what_the_app_adds(assembly: Path, given: stack.Template) -> None:
    synthesised: dict[str, Any] = json.loads(assembly.read_text())
    added = {name for name in synthesised["Resources"].keys() - given["Resources"].keys() if name != "CDKMetadata"}

    assert given["Resources"].keys() <= synthesised["Resources"].keys()
    assert len(added) == len(OURS)
    assert all(any(name.startswith(ours) for ours in OURS) for name in added)
    assert given["Outputs"].keys() <= synthesised["Outputs"].keys()
    left = {"ThumbnailSizes", "AllowedOrigins"}  # given in the app
    assert given["Parameters"].keys() - synthesised["Parameters"].keys() == left
    sizes = synthesised["Resources"]["ConvertFunction"]["Properties"]["Environment"]["Variables"]["THUMBNAIL_SIZES"]
    assert sizes == "tile=240x240,large=1280"


def test_the_app_is_deployed_used_and_destroyed(app: App, assembly: Path, emulator: Emulator) -> None:
    template = gaps.without_unsupported(json.loads(assembly.read_text()))
    del template["Resources"]["CDKMetadata"]
    assembly.write_text(json.dumps(template))
    here = ("--app", str(assembly.parent))
    app.run("cdk", "bootstrap", f"aws://000000000000/{REGION}", *here)

    app.run("cdk", "deploy", "--method=direct", "--require-approval=never", *here)

    deployed = stack.Stack(emulator.url, {}, NAME)
    # CDK's own parameter has its value in the emulator's Parameter Store, where the bridge does not look.
    del template["Parameters"]["BootstrapVersion"]
    deployed.template = template
    bridges.bridge(deployed)
    service = Service(deployed.api_url, deployed)
    made = service.convert(pictures.jpeg(800, 600))
    assert [each["size"] for each in made["thumbnails"]] == ["tile", "large"]
    deployed.client("sns").publish(TopicArn=deployed.outputs["ConversionFailures"], Message="it failed")
    queue, sqs = deployed.outputs["FailedPicturesUrl"], deployed.client("sqs")
    (message,) = wait_for(lambda: sqs.receive_message(QueueUrl=queue).get("Messages"), "message in the app's queue")
    assert "it failed" in message["Body"]
    app.run("cdk", "destroy", "--force", *here)
    names = [each["StackName"] for each in deployed.client("cloudformation").describe_stacks()["Stacks"]]
    assert NAME not in names
