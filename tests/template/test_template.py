"""What must be true of the template's functions and of the order in which its resources are created."""

import re
import string
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from dev import stack
from dev.emulator import ROOT
from operate import service
from tests.material.bounds import SERVICE
from tests.material.template import PACKAGES, Template, graph, of_type, references
from thumbs import pipeline


def test_there_is_no_circular_dependency(resources: Template) -> None:
    TopologicalSorter(graph(resources)).prepare()


def test_naming_the_bucket_in_the_functions_own_role_would_be_one(resources: Template) -> None:
    """The purpose of ReadUploadsPolicy, and the proof that the test above can fail."""
    policy = resources["ReadUploadsPolicy"]["Properties"]["PolicyDocument"]
    role = resources["ConvertFunctionRole"]
    careless = role | {"Properties": role["Properties"] | {"Policies": [{"PolicyDocument": policy}]}}

    with pytest.raises(CycleError):
        TopologicalSorter(graph(resources | {"ConvertFunctionRole": careless})).prepare()


def test_nothing_waits_for_the_policy_that_breaks_the_circle(resources: Template) -> None:
    assert [name for name, waits_for in graph(resources).items() if "ReadUploadsPolicy" in waits_for] == []
    assert graph(resources)["ReadUploadsPolicy"] == {"UploadBucket", "ConvertFunctionRole"}
    assert "UploadBucket" not in graph(resources)["ConvertFunctionRole"] | graph(resources)["ConvertFunction"]


def test_uploads_are_notified_to_the_live_version_of_convert(resources: Template) -> None:
    (rule,) = resources["UploadBucket"]["Properties"]["NotificationConfiguration"]["LambdaConfigurations"]

    assert rule["Event"] == "s3:ObjectCreated:*"
    assert rule["Function"] == {"Ref": "ConvertFunctionAliaslive"}
    assert rule["Filter"]["S3Key"]["Rules"] == [{"Name": "prefix", "Value": "uploads/"}]


def test_every_function_is_called_through_its_alias(resources: Template) -> None:
    for name in of_type(resources, "AWS::Lambda::Function"):
        assert resources[f"{name}Aliaslive"]["Properties"]["Name"] == "live"
    for name, permission in of_type(resources, "AWS::Lambda::Permission").items():
        if permission["Properties"]["FunctionName"] == {"Ref": "Authorizer"}:
            continue  # not a function of this stack
        assert permission["Properties"]["FunctionName"]["Ref"].endswith("Aliaslive"), name


def test_every_function_says_how_it_is_run(resources: Template) -> None:
    functions = of_type(resources, "AWS::Lambda::Function")
    assert len(functions) == 11
    for name, function in functions.items():
        properties = function["Properties"]
        assert properties["Runtime"] == "python3.13"
        assert {"Timeout", "MemorySize", "Description", "LoggingConfig"} <= properties.keys(), name
        group = resources[properties["LoggingConfig"]["LogGroup"]["Ref"]]["Properties"]
        assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}
        file = properties["Handler"].removesuffix(".handler")
        assert (stack.FUNCTIONS / f"{file}.py").exists()
        # One name everywhere: convert.py is ConvertFunction, logs as convert, to a group with that suffix.
        assert name == "".join(part.title() for part in file.split("_")) + "Function"
        assert properties["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] == file
        assert group["LogGroupName"] == {"Fn::Sub": "/aws/lambda/${AWS::StackName}-" + file}


def test_a_changed_setting_or_layer_makes_a_new_version(template: Template, resources: Template) -> None:
    """SAM names a version by the text of the template, where a setting is a !Ref whatever its value, and so is a layer
    whatever its content: the old version would keep its old layer.
    """
    for name, function in of_type(resources, "AWS::Lambda::Function").items():
        if name.startswith("Verify"):
            continue  # CodeDeploy invokes these directly, not through their alias
        properties = function["Properties"]
        versioned = properties.keys() - {"ReservedConcurrentExecutions"}  # it belongs to the function, not to a version
        settings = {*references([properties[key] for key in versioned])} & template["Parameters"].keys()
        layers = {*references(properties["Layers"])} & resources.keys()
        (version,) = (each for each in resources if re.fullmatch(f"{name}Version[0-9a-f]+", each))
        described = {*references(resources[version]["Properties"].get("Description", {}))}
        assert layers
        told = [layer for layer in LAYERS if any(each.startswith(layer) for each in described)]
        missing = {
            setting
            for setting in (settings | layers) - described
            if not any(_makes_a_layer(setting, layer) for layer in told)
        }
        assert not missing, f"{name}: {missing}"


LAYERS = "PowertoolsLayer", "ImagingLayer"  # the second has a resource for each architecture


@cache
def _makes_a_layer(setting: str, layer: str) -> bool:
    """Whether another value makes another version of a layer, and so of each function whose description names it."""
    resources = stack.packaged(PACKAGES)["Resources"]
    if not all(setting in references(resources[name]["Properties"]) for name in resources if name.startswith(layer)):
        return False
    network = ("KmsKeyArn", "SubnetIds", "SecurityGroupIds", "TelemetryLayer")  # told if one of them is set
    chosen = {name: SERVICE.most(name) for name in {*network, setting}}
    one, other = (
        stack.translate(stack.packaged(PACKAGES), values)["Resources"]
        for values in (chosen, chosen | {setting: SERVICE.texts[setting].right[0]})
    )
    return {name for name in one if name.startswith(layer)}.isdisjoint(other)


def test_the_settings_of_a_version_fit_into_its_description(template: Template, resources: Template) -> None:
    """Lambda's limit is 256 characters. Layers are counted up to version 999 there, next to the longest settings."""

    def longest(name: str) -> int:
        if name in ("Powertools", "Imaging"):
            return 3
        if name in ("Owners", "Architecture", "Tracing"):  # each is told in one letter
            return 1
        return max(len(value) for value in SERVICE.legal(name))

    for version in of_type(resources, "AWS::Lambda::Version").values():
        described, _ = version["Properties"].get("Description", {}).get("Fn::Sub", ("", {}))
        filled = re.sub(r"\$\{(\w+)\}", lambda name: "x" * longest(name[1]), described)
        assert len(filled) <= 256, f"{len(filled)}: {described}"


def test_the_settings_of_a_layer_fit_into_its_texts(template: Template) -> None:
    """Lambda's limits are 256 characters for a description and 512 for LicenseInfo. Of ARNs, only the ends are told."""
    layers = of_type(template["Resources"], "AWS::Serverless::LayerVersion")
    properties = layers["PowertoolsLayer"]["Properties"]
    text, parts = properties["Description"]["Fn::If"][1]["Fn::Sub"]
    whole = {name: SERVICE.most(name) for name in ("SubnetIds", "SecurityGroupIds")}
    ends = {
        "Key": SERVICE.most("KmsKeyArn").split("/")[1],
        "Layer": SERVICE.most("TelemetryLayer").split(":layer:")[1],
    }
    assert [*ends] == [*parts]

    assert len(string.Template(text).substitute(whole | ends)) <= 256
    for layer in layers.values():
        space, words = layer["Properties"]["LicenseInfo"]["Fn::Join"]
        assert len(space.join(each if isinstance(each, str) else SERVICE.most(each["Ref"]) for each in words)) <= 512


def test_timeouts_leave_room_for_what_is_inside_them(resources: Template) -> None:
    queue = resources["ConversionDeadLetterQueue"]["Properties"]
    redrive = resources["RedriveFunction"]["Properties"]
    convert = resources["ConvertFunction"]["Properties"]

    assert queue["VisibilityTimeout"] > redrive["Timeout"]
    assert convert["Timeout"] >= pipeline.Limits().wall_seconds + 10  # for S3
    assert service.RUN_SECONDS == convert["Timeout"] < service.PATIENCE
    for name in ("SignUploadFunction", "GetUploadFunction"):
        assert resources[name]["Properties"]["Timeout"] < 29  # API Gateway waits no longer


def test_tracing_is_off_until_it_is_asked_for() -> None:
    for tracing, mode in (("Disabled", None), ("Active", {"Mode": "Active"})):
        translated = stack.translate(stack.packaged(PACKAGES), {"Tracing": tracing})["Resources"]
        for function in of_type(translated, "AWS::Lambda::Function").values():
            found = function["Properties"].get("TracingConfig")
            assert found == mode or (found or {}).get("Mode") == {"Ref": "Tracing"}


def test_both_processors_have_their_layer(resources: Template) -> None:
    layers = of_type(resources, "AWS::Lambda::LayerVersion")
    conditions = {layer["Condition"]: layer["Properties"] for layer in layers.values() if "Condition" in layer}
    assert conditions["IsArm64"]["CompatibleArchitectures"] == ["arm64"]
    assert conditions["IsX86"]["CompatibleArchitectures"] == ["x86_64"]
    assert all(layer["Properties"]["CompatibleRuntimes"] == ["python3.13"] for layer in layers.values())


def test_only_what_looks_at_pictures_carries_the_imaging_layer(resources: Template) -> None:
    for name, function in of_type(resources, "AWS::Lambda::Function").items():
        carries = any("Imaging" in reference for reference in references(function["Properties"]["Layers"]))
        assert carries == (name in ("ConvertFunction", "VerifyReleaseFunction", "VerifyLiveFunction"))


LONG = [
    path for path in (stack.TEMPLATE, *sorted(ROOT.glob("stacks/*.yaml"))) if len(path.read_text().splitlines()) > 250
]


@pytest.mark.parametrize("template", LONG, ids=lambda path: path.name)
def test_the_contents_list_names_the_sections_and_resources(template: Path) -> None:
    text = template.read_text()
    contents = text.split("# Contents, in this order:")[1].split("# The path of a ")[0]
    rows = [re.split(r"  +", line.strip("# ")) for line in contents.splitlines() if "  " in line.strip("# ")]

    assert [row[0] for row in rows] == re.findall(r"^  # ── (.*?) ─+$", text, re.MULTILINE)
    for name in re.findall(r"\b(?:[A-Z][a-z0-9]+){2,}|\bApi\b", " ".join(row[1] for row in rows)):
        assert f"\n  {name}:\n    Type: " in text, name
