"""`python -m operate stack` with a template without what the emulator lacks."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from dev.emulator import ACCESS_KEY, REGION, ROOT, SECRET_KEY
from tests.actors import commands


class OptionalStacks:
    """The project in a folder, with other templates of optional stacks. endpoint: of the emulator."""

    def __init__(self, folder: Path, endpoint: str, service: str, **templates: dict[str, Any]):
        """service: the name of its stack. templates: by the names of the optional stacks."""
        self._project, self._service = folder, service
        shutil.copytree(ROOT / "operate", folder / "operate", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "template.yaml", folder)
        (folder / "stacks").mkdir()
        for name, template in templates.items():
            (folder / "stacks" / f"{name}.yaml").write_text(json.dumps(template))
        self._account = {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": REGION,
        }

    def run(self, name: str, action: str, **settings: str) -> str:
        """The output of a command, which has to succeed. action: deploy, update or remove."""
        given = [argument for each, value in settings.items() for argument in ("--set", f"{each}={value}")]
        command = ["stack", name, action, "--yes", "--pause", "0.1", "--stack-name", self._service, *given]
        answer = commands.run("operate", *command, cwd=self._project, env=os.environ | self._account)
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return answer.stdout


def without(template: dict[str, Any], kind: str) -> dict[str, Any]:
    """The template without the resources of a type, and without the outputs about them."""
    gone = {name for name, resource in template["Resources"].items() if resource["Type"] == kind}
    kept = {name: resource for name, resource in template["Resources"].items() if name not in gone}
    outputs = {
        name: output
        for name, output in template["Outputs"].items()
        if not any(f'"Ref": "{each}"' in json.dumps(output) or f"${{{each}}}" in json.dumps(output) for each in gone)
    }
    return template | {"Resources": kept, "Outputs": outputs}
