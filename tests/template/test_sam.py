"""cfn-lint and SAM's own tools accept the template, and build what AWS will run."""

from pathlib import Path

import pytest
from samtranslator.yaml_helper import yaml_parse

from dev.emulator import ROOT
from tests.actors import short_lived
from tests.actors.sam import sam
from tests.material.layers import MACHINES

RUNTIME = "cpython-313"


def test_cfn_lint_has_nothing_to_say() -> None:
    answer = short_lived.run(short_lived.CFN_LINT)

    assert (answer.returncode, answer.stdout) == (0, "")


def test_sam_finds_the_template_valid() -> None:
    """By its own validation. An environment that samconfig.toml lacks has no `lint = true`, which would run the same
    cfn-lint as above instead."""
    assert "according to basic SAM Validation" in sam("validate", "--region", "us-east-1", "--config-env", "none")


@pytest.fixture
def layers(built: Path) -> Path:
    return built / ".aws-sam" / "build"


@pytest.mark.parametrize("layer", MACHINES)
def test_a_layer_is_for_the_functions_python_and_processor(layers: Path, layer: str) -> None:
    extensions = [*layers.joinpath(layer).rglob("*.so")]

    ours = {f"_{source.stem}" for source in ROOT.glob("layers/imaging/*.zig")}
    assert {"_imaging", "_webp", "_avif", "_imagingcms", "_pillow_heif", "_jpeg_scaled"} | ours <= {
        path.name.split(".")[0] for path in extensions
    }
    for path in extensions:
        assert f".{RUNTIME}-" in path.name or path.name.endswith(".abi3.so"), f"{path.name}: abi3 is for every Python 3"
        assert int.from_bytes(path.read_bytes()[18:20], "little") == MACHINES[layer], path.name


def test_a_layer_holds_what_is_pinned_and_nothing_else(layers: Path) -> None:
    for layer, folder in (("ImagingLayerArm64", "imaging"), ("PowertoolsLayer", "powertools")):
        lines = (ROOT / "layers" / folder / "requirements.in").read_text().splitlines()
        pinned = {line.split("#")[0].strip().lower().replace("-", "_") for line in lines if "==" in line}
        found = {path.name.removesuffix(".dist-info").lower() for path in layers.joinpath(layer).rglob("*.dist-info")}
        assert {line.replace("==", "-") for line in pinned} == found


def test_each_function_is_built_and_all_alike(built: Path) -> None:
    """SAM uploads equal folders once, under the hash of their files."""
    folder = built / ".aws-sam" / "build"
    resources = yaml_parse((folder / "template.yaml").read_text())["Resources"]
    places = [
        folder / resource["Properties"]["CodeUri"]
        for resource in resources.values()
        if resource["Type"] == "AWS::Serverless::Function"
    ]

    contents = [
        {str(path.relative_to(place)): path.read_bytes() for path in place.rglob("*") if path.is_file()}
        for place in places
    ]

    assert len({*places}) == len(places) > 10, "each has a build of its own"
    assert "convert.py" in contents[0]
    assert all(content == contents[0] for content in contents)
