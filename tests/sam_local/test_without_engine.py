"""`make sam-local` on a machine without Docker reports that, and names the alternative."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from samtranslator.yaml_helper import yaml_parse

from dev.emulator import ROOT
from dev.sam_local.configuration import with_sure_layers
from dev.stack import TEMPLATE
from tests.actors.client import PATIENCE


def run(**changed: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dev.sam_local"]
    return subprocess.run(command, cwd=ROOT, env=os.environ | changed, capture_output=True, text=True, timeout=PATIENCE)


def test_without_docker_it_says_so_in_one_sentence(tmp_path: Path) -> None:
    answer = run(PATH=str(tmp_path))

    assert answer.returncode == 1
    assert answer.stdout == ""
    assert answer.stderr.splitlines() == [
        "There is no Docker on this machine: `sam local` needs one; `make run` runs the whole service without."
    ]


@pytest.mark.parametrize("said", ["", "permission denied"])
def test_without_an_engine_that_answers_it_says_so_in_one_sentence(tmp_path: Path, said: str) -> None:
    docker = tmp_path / "docker"
    docker.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 1\n")
    docker.chmod(0o755)

    answer = run(PATH=f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin")

    assert answer.returncode == 1
    assert answer.stderr.splitlines() == [
        "No Docker engine responds on this machine: `sam local` needs one; `make run` runs the whole service without."
    ]


def test_sam_gets_every_layer_but_those_that_only_a_setting_adds() -> None:
    template = yaml_parse(TEMPLATE.read_text())
    told = [*template["Resources"]["ConvertFunction"]["Properties"]["Layers"]]

    given = with_sure_layers(template)["Resources"]["ConvertFunction"]["Properties"]["Layers"]

    powertools, imaging, telemetry = told
    assert "AWS::NoValue" in json.dumps(telemetry)
    assert given == [powertools, imaging]
