"""No web page can call the servers of `make sam-local`: SAM's two servers, here without containers.
test_listeners.py tries the same in containers."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dev.emulator import ROOT
from dev.sam_local import walls
from dev.server import is_taken
from tests.actors.client import PATIENCE, wait_for
from tests.actors.developer import copy_of_the_project
from tests.actors.page_requests import OF_OUR_PAGES, OF_PAGES, OWN, call, described
from tests.standins import docker_engine
from tests.standins.docker_engine import DockerEngine
from tests.standins.ports import free_port

INVOKE = "/2015-03-31/functions/Echo/invocations"
TEMPLATE = {
    "Transform": "AWS::Serverless-2016-10-31",
    "Resources": {
        "Echo": {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "Runtime": "python3.13",
                "Handler": "echo.handler",
                "CodeUri": ".",
                "Events": {"Any": {"Type": "Api", "Properties": {"Path": "/limits", "Method": "any"}}},
            },
        }
    },
}


@pytest.fixture(scope="module")
def engine() -> Iterator[DockerEngine]:
    with docker_engine.running() as engine:
        yield engine


@pytest.fixture(scope="module")
def servers(engine: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The addresses of `sam local start-lambda` and `start-api` behind the wall, by these names."""
    folder = tmp_path_factory.mktemp("sam")
    template = folder / "template.yaml"
    template.write_text(json.dumps(TEMPLATE))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
    nowhere = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "DOCKER_HOST": engine.url, "SAM_CLI_TELEMETRY": "0"}
    processes, ports = [], {"start-lambda": free_port(), "start-api": free_port()}
    for command, port in ports.items():
        options = ("--template", str(template), "--port", str(port), "--skip-pull-image")
        processes.append(
            subprocess.Popen(
                [ROOT / ".cache" / "sam" / "bin" / "python", "-m", walls.__name__, "local", command, *options],
                cwd=ROOT,
                env=kept | keys | nowhere | {"PAGE_ORIGINS": OWN if command == "start-api" else ""},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
    for command, port in ports.items():
        wait_for(lambda port=port: is_taken(port) or None, command)  # type: ignore[misc]
    yield {command: f"http://localhost:{port}" for command, port in ports.items()}
    for process in processes:
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)


@pytest.mark.parametrize("method", ["POST", "GET", "OPTIONS"])
@pytest.mark.parametrize("sent", [*OF_PAGES, *OF_OUR_PAGES], ids=described)
def test_a_page_invokes_no_function(
    servers: dict[str, str], engine: DockerEngine, sent: dict[str, str], method: str
) -> None:
    answer = call(servers["start-lambda"] + INVOKE, method, **sent)

    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert engine.created == []


@pytest.mark.parametrize("method", ["POST", "GET", "OPTIONS"])
@pytest.mark.parametrize("sent", OF_PAGES, ids=described)
def test_another_page_calls_no_api(
    servers: dict[str, str], engine: DockerEngine, sent: dict[str, str], method: str
) -> None:
    assert call(f"{servers['start-api']}/limits", method, **sent).status_code == 403
    assert engine.created == []


def test_a_request_inside_the_body_of_a_refused_one_is_not_read(servers: dict[str, str], engine: DockerEngine) -> None:
    inner = f"POST {INVOKE} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{{}}"
    for server in servers.values():
        port = int(server.rpartition(":")[2])
        outer = f"POST {INVOKE} HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\nContent-Length: {len(inner)}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
            connection.sendall((outer + inner).encode())
            received = b""
            while part := connection.recv(4096):
                received += part
        assert re.findall(rb"HTTP/1.1 (\d+)", received) == [b"403"]
    assert engine.created == []


def test_only_containers_with_a_gate_serve_programs_and_the_page(servers: dict[str, str], engine: DockerEngine) -> None:
    calls = [(servers["start-lambda"] + INVOKE, {}), (f"{servers['start-api']}/limits", {"Origin": OWN})]
    for url, sent in calls:
        engine.created.clear()
        engine.done.clear()

        answer = call(url, **sent)

        (container,) = engine.created
        assert container["Entrypoint"][:4] == ["python3", "-E", "-s", "/var/gate"]
        assert "/var/rapid/aws-lambda-rie" in container["Entrypoint"]
        # The engine has started a container without a gate: it answers pages.
        assert engine.done[:2] == ["POST start", "DELETE"]
        assert answer.status_code in (500, 502)
    engine.created.clear()


def test_what_has_no_wall_is_recognised(servers: dict[str, str], engine: DockerEngine) -> None:
    for url in servers.values():
        assert walls.is_walled("127.0.0.1", int(url.rpartition(":")[2]))
    assert not walls.is_walled("127.0.0.1", engine.server_port)


OPEN = f"""#!{sys.executable}
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), BaseHTTPRequestHandler).serve_forever()
"""


@pytest.mark.parametrize(
    ("python", "said"),
    [(OPEN, "Web pages can call `sam local start-api`"), (None, "This `sam` cannot be protected from web pages")],
)
def test_what_cannot_be_walled_is_not_served(tmp_path: Path, python: str | None, said: str) -> None:
    project, programs = tmp_path / "project", tmp_path / "bin"
    for folder in (project, programs):
        folder.mkdir()
    copy_of_the_project(project)
    (project / ".cache" / "sam-local").mkdir()
    for name, content in (("sam", "#!/bin/sh\n"), ("python", python)):
        if content:
            (programs / name).write_text(content)
            (programs / name).chmod(0o755)
    start = f"from dev.sam_local.sam import service; service('', 'start-api', {free_port()}, ()).__enter__()"

    answer = subprocess.run(
        [sys.executable, "-c", start],
        cwd=project,
        env=os.environ | {"PATH": f"{programs}{os.pathsep}/usr/bin{os.pathsep}/bin"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )

    assert answer.returncode == 1
    assert answer.stderr.startswith(said)
