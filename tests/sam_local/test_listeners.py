"""Everything that `make sam-local` opens, in containers, and what a web page can do with it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import pytest
import requests

from dev.sam_local.engine import Engine
from tests.actors.client import PATIENCE, Service, wait_for
from tests.actors.developer import documented_listeners
from tests.actors.sam_local import Run
from tests.standins.ports import descendants, listening

INVOKE = "/2015-03-31/functions/{}/invocations"
PAGE = {"Origin": "http://localhost:1", "Content-Type": "text/plain"}
REBOUND = {"Host": "evil.example.com"}


@pytest.fixture
def container(containers: Service, run: Run) -> dict[str, Any]:
    """The container of sign_upload, as Docker's engine describes it."""
    volume = f"volume={(run.folder / 'functions').resolve()}"
    named = "label=sam.cli.function.name=SignUploadFunction"

    def found() -> str | None:
        if containers.get("limits").status_code != 200:
            return None  # SAM replaces it
        listed = _docker("ps", "--quiet", "--filter", volume, "--filter", named).split()
        return listed[0] if listed else None

    described: dict[str, Any] = json.loads(_docker("inspect", wait_for(found, "container")))[0]
    return described


def _docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True).stdout


def _addresses(container: dict[str, Any]) -> Iterator[str]:
    """The addresses at which this machine can reach a container's runtime interface emulator."""
    for binding in container["NetworkSettings"]["Ports"]["8080/tcp"]:
        assert ip_address(binding["HostIp"]).is_loopback
        yield f"http://{binding['HostIp']}:{binding['HostPort']}"
    if sys.platform == "linux":
        yield f"http://{container['NetworkSettings']['IPAddress']}:8080"


@pytest.mark.parametrize("sent", [PAGE, REBOUND])
def test_a_page_calls_no_function_by_any_way(run: Run, container: dict[str, Any], sent: dict[str, str]) -> None:
    ways = dict.fromkeys(_addresses(container), "function")
    ways[f"http://localhost:{run.port + 1}"] = "SignUploadFunction"
    for address, function in ways.items():
        url = address + INVOKE.format(function)
        assert requests.post(url, "{}", headers=sent, timeout=PATIENCE).status_code == 403, address
        # The function itself answers what is not an API call, so a program does reach it.
        assert "errorType" in requests.post(url, "{}", timeout=PATIENCE).json(), address
    api = f"http://localhost:{run.port + 2}/limits"
    assert requests.get(api, headers=sent, timeout=PATIENCE).status_code == 403
    assert requests.get(api, timeout=PATIENCE).json()["maxFiles"] == 25


@pytest.mark.skipif(sys.platform != "linux", reason="Linux's tables of sockets are read")
def test_it_listens_where_the_documentation_says_and_nowhere_else(run: Run, engine: Engine) -> None:
    emulator = int(run.endpoint.rpartition(":")[2])
    usual = {emulator: 4566} | {run.port + n: 3000 + n for n in range(3)}
    addresses = {engine.gateway: "172.17.0.1"}
    found = listening([run.process.pid, *descendants(run.process.pid)])

    documented = documented_listeners("make sam-local")
    assert {(addresses.get(address, address), usual.get(port, port)) for address, port in found} == documented


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere, no address of a container leads anywhere")
def test_a_container_listens_behind_its_gate_only(container: dict[str, Any]) -> None:
    tables = "".join(_docker("exec", container["Id"], "cat", f"/proc/net/{name}") for name in ("tcp", "tcp6"))
    rows = [line.split()[1:4] for line in tables.splitlines()]
    opened = {local for local, _, state in rows if state == "0A"}
    outside = {int(local.rpartition(":")[2], 16) for local in opened if not local.startswith("0100007F:")}

    assert outside == {8080}
