"""Terraform, as an operator runs it, with its AWS provider from a mirror on this machine or from the registry."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from dev.emulator import ROOT

# Where a machine may have a mirror of providers: Terraform's own folders, and what an image adds.
_MIRRORS = ("/usr/share/terraform/plugins", "/usr/local/share/terraform/plugins", "~/.terraform.d/plugins", "/opt/*")


def program() -> str:
    """The path of terraform. Without it the test is skipped, also in CI, because no package registry has it."""
    return shutil.which("terraform") or pytest.skip("NO TERRAFORM on this machine: nothing was tested with it")


class Terraform:
    """A folder with a configuration. environment: for the AWS provider."""

    def __init__(self, folder: Path, **environment: str):
        self._program, self._folder = program(), folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))}
        self._environment = kept | {"TF_CLI_CONFIG_FILE": os.devnull, "TF_IN_AUTOMATION": "1", **environment}

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [self._program, *arguments]
        return subprocess.run(command, cwd=self._folder, env=self._environment, capture_output=True, text=True)

    def obey(self, *arguments: str) -> str:
        """The output of a command that has to succeed."""
        answer = self.run(*arguments)
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return answer.stdout

    def initialise(self) -> None:
        """terraform init. Without the AWS provider the test is skipped, also in CI."""
        mirror = _mirror()
        answer = self.run("init", "-no-color", "-input=false", *([f"-plugin-dir={mirror}"] if mirror else []))
        if not mirror and answer.returncode and "Failed to query available provider packages" in answer.stderr:
            pytest.skip(
                "NO AWS PROVIDER for Terraform, neither on this machine nor from the registry: nothing was tested"
            )
        assert answer.returncode == 0, answer.stdout + answer.stderr

    def outputs(self) -> dict[str, Any]:
        return {name: output["value"] for name, output in json.loads(self.obey("output", "-json")).items()}


def example(environment: str, folder: Path, override: str) -> Path:
    """A copy of examples/terraform/ENVIRONMENT, in a copy of the project that has what it names. override: HCL."""
    shutil.copytree(ROOT / "terraform", folder / "terraform")
    copy = folder / "examples" / "terraform" / environment
    shutil.copytree(ROOT / "examples" / "terraform" / environment, copy)
    (folder / ".aws-sam").mkdir()
    (folder / ".aws-sam" / "packaged.yaml").write_text("Resources: {}\n")
    (copy / "local_override.tf").write_text(override)
    return copy


def _mirror() -> Path | None:
    for pattern in _MIRRORS:
        path = Path(pattern).expanduser()
        for folder in path.parent.glob(path.name):
            if (folder / "registry.terraform.io" / "hashicorp" / "aws").is_dir():
                return folder
    return None
