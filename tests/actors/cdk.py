"""The CDK app of examples/cdk, as its README says, with the packages of its lock file."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from dev.emulator import ACCESS_KEY, REGION, ROOT, SECRET_KEY

EXAMPLE = ROOT / "examples" / "cdk"
_INSTALLED = ROOT / ".cache" / "cdk"


class App:
    """A copy of the example in a folder, compiled."""

    def __init__(self, folder: Path, endpoint: str = "http://localhost:1"):
        """endpoint: of the emulator, for commands that call AWS. Without the packages the test is skipped."""
        if not (ROOT / ".cache" / "cdk.stamp").exists():
            missing = "the packages of examples/cdk are not installed (60 MB): make .cache/cdk.stamp"
            pytest.fail(missing) if os.environ.get("CI") else pytest.skip(f"{missing}; CI tests it")
        self._folder = folder / "cdk"
        shutil.copytree(EXAMPLE, self._folder, ignore=shutil.ignore_patterns("node_modules", "*.js", "cdk.out"))
        (self._folder / "node_modules").symlink_to(_INSTALLED / "node_modules")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        self._environment = kept | {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "CDK_DISABLE_CLI_TELEMETRY": "true",
        }
        self.run("tsc")

    def run(self, program: str, *arguments: str) -> str:
        """The output of a program of the packages, which has to succeed."""
        command = [str(self._folder / "node_modules" / ".bin" / program), *arguments]
        answer = subprocess.run(command, cwd=self._folder, env=self._environment, capture_output=True, text=True)
        assert answer.returncode == 0, answer.stdout[-4000:] + answer.stderr[-4000:]
        return answer.stdout
