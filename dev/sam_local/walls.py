"""SAM's command line, behind the policy of dev/isolation.py: `PYTHON -m dev.sam_local.walls local start-api …`.

`sam local` does not authenticate callers: neither its two servers nor the runtime interface emulator in each container,
which listens on a port of this machine and at the container's own address. So a web page could invoke functions. This
program runs in the interpreter in which SAM is installed, and wraps two of SAM's libraries:

- Flask, whose `wsgi_app` is meant to be wrapped (Flask's documentation, "Hooking in WSGI Middleware"),
- Docker's client: gate.py becomes the entry point of each container, and no container starts without it.

A proxy in front of SAM, on another port, would not suffice, because a page can try every port. If SAM stopped using
these libraries, nothing would be wrapped; callers check `is_walled` first.
"""

import http.client
import os
import time
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from dev.isolation import Isolation, Programs

_FOLDER = Path(__file__).parent
# The runtime interface emulator: where Docker's engine looks for it in a container, and where it is instead.
_OUTSIDE, _INSIDE = "0.0.0.0:8080", "127.0.0.1:8081"
_PATIENCE = 60  # seconds until a container's start fails
_STRANGER = "http://stranger.invalid"

Environ = dict[str, Any]
Wsgi = Callable[[Any, Environ, Callable[..., Any]], Iterable[bytes]]


class NoWall(Exception):
    """SAM serves a request that it should refuse."""


def walled(serve: Wsgi, isolation: Isolation) -> Wsgi:
    """Flask's method wsgi_app, behind the policy."""

    def guarded(flask: Any, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        headers = [
            (name.removeprefix("HTTP_").replace("_", "-").lower().encode(), value.encode("latin-1"))
            for name, value in environ.items()
            if name.startswith("HTTP_")
        ]
        reason = isolation.refusal({"headers": headers})
        if reason is None:
            return serve(flask, environ, start_response)
        content = f"{reason}\n".encode()
        start_response("403 Forbidden", [("Content-Type", "text/plain"), ("Content-Length", str(len(content)))])
        return [content]

    return guarded


def gated(options: dict[str, Any]) -> dict[str, Any]:
    """The options with which Docker's client creates a container, with the gate in front."""
    emulator, *arguments = options["entrypoint"]
    inside = [emulator, "--runtime-interface-emulator-address", _INSIDE, *arguments]
    files = {
        str(_FOLDER / "gate.py"): {"bind": "/var/gate/__main__.py", "mode": "ro"},
        str(_FOLDER.parent / "isolation.py"): {"bind": "/var/gate/dev/isolation.py", "mode": "ro"},
    }
    return options | {
        "entrypoint": ["python3", "-E", "-s", "/var/gate", _OUTSIDE, _INSIDE, *inside],
        "volumes": {**options["volumes"], **files},
    }


def is_walled(host: str, port: int) -> bool:
    """Whether a page is refused there. Raises OSError or HTTPException until something responds."""
    connection = http.client.HTTPConnection(host, port, timeout=_PATIENCE)
    try:
        connection.request("POST", "/", headers={"Origin": _STRANGER})
        response = connection.getresponse()
        return response.status == 403 and _STRANGER.encode() in response.read()
    finally:
        connection.close()


def _wait_for_gate(bindings: list[dict[str, str]]) -> None:
    """Raises NoWall. bindings: of the port, as Docker's engine describes them."""
    host, port = bindings[0]["HostIp"], int(bindings[0]["HostPort"])
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            if is_walled(host, port):
                return
        except (OSError, http.client.HTTPException):  # the engine accepts connections before the gate does
            time.sleep(0.02)
        else:
            break
    raise NoWall(f"A container answers pages on port {port}, so it was removed.")


def main() -> None:
    """Run `sam`. PAGE_ORIGINS: of pages that may call, comma-separated; without it, only programs may."""
    flask: Any = import_module("flask").Flask
    docker = import_module("docker.models.containers")
    sam = import_module("samcli.cli.main")
    origins = [*filter(None, os.environ.get("PAGE_ORIGINS", "").split(","))]
    flask.wsgi_app = walled(flask.wsgi_app, Isolation(origins, own=()) if origins else Programs())
    create, start = docker.ContainerCollection.create, docker.Container.start

    def create_gated(self: Any, image: Any, command: Any = None, **options: Any) -> Any:
        return create(self, image, command, **gated(options))

    def start_gated(self: Any, **options: Any) -> None:
        start(self, **options)
        try:
            _wait_for_gate(self.attrs["HostConfig"]["PortBindings"]["8080/tcp"])
        except NoWall:
            self.remove(force=True)
            raise

    docker.ContainerCollection.create, docker.Container.start = create_gated, start_gated
    sam.cli(prog_name="sam")


if __name__ == "__main__":
    main()
