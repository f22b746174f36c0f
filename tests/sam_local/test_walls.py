"""No web page calls what `make sam-local` starts: SAM's two servers, here without containers, and the gate of a
container, here without one. test_listeners.py tries the same in containers."""

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
import requests

from dev.emulator import ROOT
from dev.sam_local import walls
from dev.sam_local.bridge import Door
from dev.server import is_taken
from tests.actors.client import PATIENCE, wait_for
from tests.actors.developer import copy_of_the_project
from tests.standins import docker_engine
from tests.standins.docker_engine import DockerEngine
from tests.standins.ports import free_port

OWN = "http://localhost:3000"  # the page of this project
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

# What a browser sends with a request of another page, or of a page at a name that leads to this machine.
OF_PAGES = [
    {"Origin": "https://evil.example.com", "Content-Type": "text/plain"},  # no preflight
    {"Origin": "http://localhost:1"},
    {"Origin": "null"},
    {"Host": "evil.example.com"},  # DNS rebinding; a page there sends no Origin with GET
    {"Host": "evil.example.com", "Origin": "http://evil.example.com"},
    {"Sec-Fetch-Site": "cross-site"},  # an image of another page
]
# What programs only may call takes no page's own origin either, and no name that needs a DNS.
OF_OUR_PAGES = [{"Origin": OWN}, {"Sec-Fetch-Site": "same-site"}, {"Host": "host.docker.internal"}]


def described(headers: dict[str, str]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in headers.items())


@pytest.fixture(scope="module")
def engine() -> Iterator[DockerEngine]:
    with docker_engine.running() as engine:
        yield engine


@pytest.fixture(scope="module")
def servers(engine: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Where `sam local start-lambda` and `start-api` answer behind the wall, by these names."""
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


def call(url: str, method: str = "POST", **headers: str) -> requests.Response:
    return requests.request(method, url, headers=headers, data="{}", timeout=PATIENCE)


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


def test_programs_and_the_page_are_served_by_containers_with_a_gate_and_by_no_others(
    servers: dict[str, str], engine: DockerEngine
) -> None:
    calls = [(servers["start-lambda"] + INVOKE, {}), (f"{servers['start-api']}/limits", {"Origin": OWN})]
    for url, sent in calls:
        engine.created.clear()
        engine.done.clear()

        answer = call(url, **sent)

        (container,) = engine.created
        assert container["Entrypoint"][:4] == ["python3", "-E", "-s", "/var/gate"]
        assert "/var/rapid/aws-lambda-rie" in container["Entrypoint"]
        # The container that the engine has started is one without a gate: it answers pages.
        assert engine.done[:2] == ["POST start", "DELETE"]
        assert answer.status_code in (500, 502)
    engine.created.clear()


EMULATOR = f"""#!{sys.executable}
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Echo(BaseHTTPRequestHandler):
    def do_POST(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/x-echo")
        self.end_headers()
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.wfile.write(f"{{self.path}} {{self.headers['X-Amz-Tenant-Id']}} ".encode() + content)

option, address, *rest = sys.argv[1:]
assert option == "--runtime-interface-emulator-address" and rest == ["--log-level", "error"]
host, port = address.split(":")
HTTPServer((host, int(port)), Echo).serve_forever()
"""


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a gate answers that was started as in a container, before an emulator that echoes."""
    folder = tmp_path_factory.mktemp("gate")
    emulator = folder / "emulator"
    emulator.write_text(EMULATOR)
    emulator.chmod(0o755)
    options = walls.gated({"entrypoint": [str(emulator), "--log-level", "error"], "volumes": {}})
    for source, volume in options["volumes"].items():
        place = folder / volume["bind"].lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(source)
    port = free_port()
    places = {
        "python3": sys.executable,
        "/var/gate": str(folder / "var" / "gate"),
        "0.0.0.0:8080": f"127.0.0.1:{port}",
        "127.0.0.1:8081": f"127.0.0.1:{free_port()}",
    }
    command = [places.get(word, word) for word in options["entrypoint"]]
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL, start_new_session=True)
    wait_for(lambda: is_taken(port) or None, "gate")
    yield f"http://localhost:{port}"
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_the_gate_passes_on_what_a_program_asks_for(gate: str) -> None:
    answer = requests.post(f"{gate}{INVOKE}", b"\xff{}", headers={"X-Amz-Tenant-Id": "a"}, timeout=PATIENCE)

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/x-echo")
    assert answer.content == f"{INVOKE} a ".encode() + b"\xff{}"


@pytest.mark.parametrize("sent", [*OF_PAGES, *OF_OUR_PAGES], ids=described)
def test_the_gate_passes_on_nothing_of_a_page(gate: str, sent: dict[str, str]) -> None:
    assert call(gate + INVOKE, **sent).status_code == 403
    for method in ("GET", "OPTIONS", "PUT"):
        assert call(gate + INVOKE, method, **sent).status_code == 501


def test_what_has_no_wall_is_recognised(servers: dict[str, str], gate: str, engine: DockerEngine) -> None:
    for url in (*servers.values(), gate):
        assert walls.is_walled("127.0.0.1", int(url.rpartition(":")[2]))
    assert not walls.is_walled("127.0.0.1", engine.server_port)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere, this machine has one loopback address")
@pytest.mark.parametrize(("network", "served"), [("127.0.0.0/8", True), ("172.17.0.0/16", False)])
def test_a_door_is_open_to_containers_only(network: str, served: bool, gate: str) -> None:
    port = int(gate.rpartition(":")[2])
    door = Door.opened("127.0.0.2", network, port)
    assert door is not None
    try:
        if served:
            assert requests.post(f"http://127.0.0.2:{port}{INVOKE}", b"x", timeout=PATIENCE).content.endswith(b" x")
        else:
            with pytest.raises(requests.ConnectionError):
                requests.post(f"http://127.0.0.2:{port}{INVOKE}", b"x", timeout=PATIENCE)
    finally:
        door.close()


def test_a_door_is_needed_only_where_the_engine_is_on_this_machine() -> None:
    assert Door.opened("192.0.2.1", "192.0.2.0/24", free_port()) is None


OPEN = f"""#!{sys.executable}
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), BaseHTTPRequestHandler).serve_forever()
"""


@pytest.mark.parametrize(
    ("python", "said"),
    [(OPEN, "Web pages can call `sam local start-api`"), (None, "This `sam` cannot be kept from web pages")],
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
