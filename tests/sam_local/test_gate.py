"""The gate of a container, here without one, and the ports for containers. In containers: test_listeners.py."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
import requests

from dev.sam_local import walls
from dev.sam_local.bridge import Door
from dev.server import is_taken
from tests.actors.client import PATIENCE, wait_for
from tests.actors.page_requests import OF_OUR_PAGES, OF_PAGES, call, described
from tests.standins.ports import free_port

INVOKE = "/2015-03-31/functions/function/invocations"

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
    """The address of a gate that was started as in a container, before an emulator that echoes."""
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


@pytest.mark.parametrize(
    "headers",
    [
        "Transfer-Encoding: chunked",
        "",
        "Content-Length: x",
        "Content-Length: -1",
        "garbage\r\nContent-Length: 2",
        "Origin : http://localhost:1\r\nContent-Length: 2",
    ],
)
def test_a_request_that_two_programs_could_read_differently_is_refused(gate: str, headers: str) -> None:
    with socket.create_connection(("127.0.0.1", int(gate.rpartition(":")[2])), timeout=PATIENCE) as connection:
        text = f"POST {INVOKE} HTTP/1.1\r\nHost: localhost\r\n{headers}".rstrip() + "\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
        connection.sendall(text.encode())
        answer = connection.recv(100)

    assert answer.startswith(b"HTTP/1.0 411 ")


def test_the_gate_is_recognised(gate: str) -> None:
    assert walls.is_walled("127.0.0.1", int(gate.rpartition(":")[2]))


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
