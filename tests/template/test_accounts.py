"""samconfig.toml: an environment for each stage, and one for each account and region (docs/organisation.md)."""

import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from dev.emulator import ROOT
from tests.actors.web_server import serving
from tests.material.template import Template

CONFIG = tomllib.loads((ROOT / "samconfig.toml").read_text())
DEPLOY: dict[str, dict[str, Any]] = {
    name: sections["deploy"]["parameters"] for name, sections in CONFIG.items() if name != "version"
}
BY_ROLE = {name for name, parameters in DEPLOY.items() if "profile" in parameters}
SAM = ROOT / ".cache" / "sam" / "bin" / "sam"


@pytest.mark.parametrize("environment", DEPLOY)
def test_the_settings_of_an_environment_are_in_the_template(template: Template, environment: str) -> None:
    for override in DEPLOY[environment].get("parameter_overrides", ()):
        name, _, value = override.partition("=")
        parameter = template["Parameters"][name]
        assert value in [str(each) for each in parameter["AllowedValues"]], "SAM passes on what CloudFormation refuses"


def test_a_pipelines_environments_leave_the_account_to_its_role() -> None:
    """A pipeline has no profiles, and SAM would end with "The config profile could not be found"."""
    assert {"default", "dev", "prod"} == DEPLOY.keys() - BY_ROLE


def test_each_stage_has_an_account_and_each_region_a_stack() -> None:
    stages = {name: name.split("-")[0] for name in BY_ROLE}

    assert {*stages.values()} == {"dev", "prod"}
    for name, stage in stages.items():
        assert DEPLOY[name]["profile"] == f"thumbnails-{stage}"
        assert DEPLOY[name]["stack_name"] == f"image-thumbnails-{name}", "or two delivery stacks would have one name"
        assert f"stage={stage}" in DEPLOY[name]["tags"]
    places = [(DEPLOY[name]["profile"], DEPLOY[name]["region"]) for name in BY_ROLE]
    assert len({*places}) == len(places) > len({profile for profile, _ in places}), "two regions of one account"
    # Except for where it goes, a stage's environment is the pipeline's.
    own = {"stack_name", "profile", "region", "tags"}
    for name, stage in stages.items():
        assert {key: value for key, value in DEPLOY[name].items() if key not in own} == {
            key: value for key, value in DEPLOY[stage].items() if key not in own
        }


def test_the_document_deploys_with_an_environment_that_names_the_role() -> None:
    text = " ".join((ROOT / "docs/organisation.md").read_text().split())

    (environment, profile), *others = re.findall(
        r"`sam deploy --config-env (\S+)` deploys with the role that `(\S+)`", text
    )

    assert DEPLOY[environment]["profile"] == profile
    assert others == []


class Account(BaseHTTPRequestHandler):
    """Refuses every call of AWS's APIs, and keeps who made it, where, and about which stack."""

    calls: list[tuple[str, str, str]]

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        key, _, region, *_ = self.headers["Authorization"].split("Credential=")[1].split("/")
        self.calls.append((key, region, form.get("StackName", [""])[0]))
        self.send_response(403)
        self.end_headers()


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of the account."""
    monkeypatch.setattr(Account, "calls", [], raising=False)
    with serving(Account) as server:
        yield f"http://127.0.0.1:{server.server_port}"


@pytest.mark.parametrize("environment", ["prod-us"])
def test_sam_deploys_an_environment_with_the_role_of_its_account(
    environment: str, account: str, tmp_path: Path
) -> None:
    profiles = "".join(
        f"[profile {name}]\naws_access_key_id = {name}\naws_secret_access_key = secret\nendpoint_url = {account}\n"
        for name in {DEPLOY[each]["profile"] for each in BY_ROLE}
    )
    (tmp_path / "config").write_text(profiles)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    variables = kept | {"AWS_CONFIG_FILE": str(tmp_path / "config"), "SAM_CLI_TELEMETRY": "0", "AWS_MAX_ATTEMPTS": "1"}
    command = [str(SAM), "deploy", "--config-env", environment, "--template-file", "template.yaml"]

    answer = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True)

    assert answer.returncode != 0, "the account has refused it"
    wanted = DEPLOY[environment]
    assert {(key, region) for key, region, _ in Account.calls} == {(wanted["profile"], wanted["region"])}, answer.stderr
