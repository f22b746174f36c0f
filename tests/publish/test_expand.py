"""The template as plain CloudFormation: what SAM reads while it translates is fixed, the rest stays a parameter."""

import json
import re
from pathlib import Path

import pytest

from dev import stack
from dev.emulator import REGION
from publish import expand
from publish.application import PACKAGED
from tests.material.bounds import SERVICE
from tests.material.template import PACKAGES, references


def other(name: str) -> str:
    """A value that is not the default."""
    default = str(SERVICE.parameters[name].get("Default"))
    return next(value for value in SERVICE.legal(name) if value != default)


def test_sam_reads_the_settings_that_expand_fixes_and_no_others() -> None:
    def made(parameters: dict[str, str]) -> str:
        # AlwaysDeploy makes a deployment's name of the time.
        result = json.dumps(expand.expanded(stack.packaged(PACKAGES), parameters, REGION)["Resources"], sort_keys=True)
        return re.sub(r"(ApiDeployment|deployment id: )[0-9a-f]+", "", result)

    usual = made({})

    assert made({name: other(name) for name in SERVICE.parameters if name not in expand.READ_BY_SAM}) == usual
    for name in expand.READ_BY_SAM:
        assert made({name: other(name)}) != usual, name


def test_what_sam_reads_can_have_no_other_value() -> None:
    settings = {"GradualDeployments": "false", "LogLevel": "DEBUG"}

    result = expand.expanded(stack.packaged(PACKAGES), settings, REGION)

    parameters = result["Parameters"]
    assert parameters["GradualDeployments"]["AllowedValues"] == ["false"]
    assert parameters["Tracing"]["AllowedValues"] == ["Disabled"]
    assert parameters["LogLevel"]["Default"] == "DEBUG"
    assert len(parameters["LogLevel"]["AllowedValues"]) > 1
    assert not [each["Type"] for each in result["Resources"].values() if "Serverless" in each["Type"]]
    assert "Transform" not in result
    (layer,) = (each for name, each in result["Resources"].items() if name.startswith("PowertoolsLayer"))
    assert {"ThumbnailSizes", "KmsKeyArn"} <= {*references(layer)}, (
        "CloudFormation compares it with the last deployment"
    )
    assert ".Alias" not in json.dumps(result), "a reference that only SAM resolves"


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("Colour=red", "--set NAME=VALUE: the template has no parameter Colour; docs/settings.md lists them\n"),
        ("Tracing=On", "--set NAME=VALUE: Tracing is one of Disabled, Active\n"),
        ("Tracing", "--set NAME=VALUE: Tracing has no value\n"),
    ],
)
def test_a_wrong_setting_is_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], setting: str, sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    PACKAGED.parent.mkdir()
    PACKAGED.write_text(json.dumps(stack.packaged(PACKAGES)))

    assert expand.main(["--set", setting]) == 1

    assert capsys.readouterr().err.startswith(sentence)
    assert not expand.EXPANDED.exists()


def test_without_a_packaged_template_it_says_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    assert expand.main([]) == 1

    assert "run `make build`, then `sam package`" in capsys.readouterr().err
