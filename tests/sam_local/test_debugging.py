"""A debugger stops inside a function that runs in a container, as docs/develop.md says."""

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dev.sam_local.engine import Engine
from tests.actors.client import PATIENCE, wait_for
from tests.actors.sam_local import Run, environment
from tests.standins.lambda_image import PLATFORMS, PYTHON
from tests.standins.ports import free_port


class Debugger:
    """An editor's messages to debugpy (Debug Adapter Protocol, microsoft.github.io/debug-adapter-protocol)."""

    def __init__(self, port: int):
        self._connection = socket.create_connection(("localhost", port), timeout=PATIENCE)
        self._stream = self._connection.makefile("rwb")
        self._sent = 0

    def send(self, command: str, **arguments: Any) -> None:
        self._sent += 1
        request = {"seq": self._sent, "type": "request", "command": command, "arguments": arguments}
        content = json.dumps(request).encode()
        self._stream.write(b"Content-Length: %d\r\n\r\n%s" % (len(content), content))
        self._stream.flush()

    def ask(self, command: str, **arguments: Any) -> Any:
        self.send(command, **arguments)
        return self.until(lambda message: message.get("command") == command)["body"]

    def until_event(self, name: str) -> Any:
        return self.until(lambda message: message.get("event") == name)["body"]

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        while True:
            length = int(self._stream.readline().removeprefix(b"Content-Length: "))
            self._stream.readline()
            message: dict[str, Any] = json.loads(self._stream.read(length))
            if wanted(message):
                return message | {"body": message.get("body", {})}

    def close(self) -> None:
        self._stream.close()
        self._connection.close()


@pytest.fixture(scope="module")
def debugpy(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """debugpy for the container's Python, not for this one."""
    folder = tmp_path_factory.mktemp("debugpy")
    wheels = PLATFORMS[engine.architecture][1]
    platforms = [f"--platform={kind}_{wheels}" for kind in ("manylinux_2_34", "manylinux_2_28", "manylinux2014")]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--only-binary=:all:", "--no-deps"]
    subprocess.run([*pip, f"--python-version={PYTHON}", *platforms, "--target", folder, "debugpy"], check=True)
    return folder


@pytest.fixture
def invoked(run: Run, debugpy: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    port = free_port()
    listen = f"/tmp/lambci_debug_files/debugpy --listen 0.0.0.0:{port} --wait-for-client"
    debug = ["-d", str(port), "--debugger-path", str(debugpy), "--debug-args", listen]
    event = ["SignUploadFunction", "-e", "events/sign_upload.limits.json"]
    emulated = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL": run.endpoint}
    process = subprocess.Popen(
        ["sam", "local", "invoke", *event, *debug, "--config-file", ".cache/sam-local/samconfig.toml"],
        cwd=run.folder,
        env=environment() | emulated,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    yield process, port
    if process.poll() is None:
        process.terminate()  # SAM then removes the container
        process.wait(30)


def test_a_breakpoint_in_a_function_is_hit_in_its_container(
    invoked: tuple[subprocess.Popen[str], int], run: Run
) -> None:
    process, port = invoked
    file = run.folder / "functions" / "sign_upload.py"
    line = next(n for n, text in enumerate(file.read_text().splitlines(), 1) if 'match event["httpMethod"]' in text)

    def connect() -> Debugger | None:
        try:
            debugger = Debugger(port)
        except OSError:
            return None
        try:
            debugger.ask("initialize", adapterID="test")
        except (OSError, ValueError):  # the engine accepts connections before debugpy does
            debugger.close()
            return None
        return debugger

    debugger = wait_for(connect, "debugger")
    debugger.send("attach", pathMappings=[{"localRoot": str(file.parent), "remoteRoot": "/var/task"}])
    debugger.until_event("initialized")
    debugger.ask("setBreakpoints", source={"path": str(file)}, breakpoints=[{"line": line}])
    debugger.send("configurationDone")
    thread = debugger.until_event("stopped")["threadId"]
    frame = debugger.ask("stackTrace", threadId=thread)["stackFrames"][0]
    assert (frame["name"], frame["line"], frame["source"]["path"]) == ("handler", line, str(file))
    debugger.send("continue", threadId=thread)

    output, _ = process.communicate(timeout=PATIENCE)
    debugger.close()

    assert json.loads(output.strip().splitlines()[-1])["statusCode"] == 200
