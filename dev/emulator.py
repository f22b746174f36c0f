"""The AWS emulator (ministack) in a process of its own, which ends with the process that started it.

As a module it starts and stops that process; run as a program (`python -m dev.emulator PORT`) it is that process.
"""

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs

from dev import (
    api_policy,
    condition_keys,
    conditions,
    deleted_versions,
    form_checksums,
    invocations,
    object_tags,
    workers,
)
from dev.isolation import App, Isolation, Scope, header, is_sure, isolated

ROOT = Path(__file__).parent.parent
REGION = "us-east-1"
ACCESS_KEY = SECRET_KEY = "test"  # noqa: S105 (the emulator's root key, the same for everybody)

_HEALTH = "/_ministack/health"
_PATIENCE = 180  # seconds until a start fails; it takes one second on an idle machine

# CloudFront's distributions, by Host header: in the public DNS, only AWS gives such a name an address. Only they serve
# a page: localhost serves none, whatever is in its buckets.
_HOSTS = ("*.cloudfront.net",)
_OWN = ("*.cloudfront.localhost", *_HOSTS)
_API = re.compile(r"/restapis/[^/]+/[^/]+/_user_request_/")
_CREDENTIALS = {"x-amz-algorithm", "x-amz-credential", "awsaccesskeyid"}  # in a query string, by SigV4 and SigV2


class Emulator:
    """A running emulator. url: the address of all services. log: the file with its output."""

    def __init__(
        self,
        port: int,
        program: str = "dev.emulator",
        *,
        origins: Iterable[str] = (),
        hosts: Iterable[str] = (),
        **environment: str,
    ):
        """origins: of pages that may call it, see Isolation. hosts: further names of its own, such as a distribution's
        domain. program: the module to run. environment: additional variables for that program.
        """
        self.url = f"http://localhost:{port}"
        self._folder = tempfile.TemporaryDirectory(prefix="image-thumbnails-")
        self.log = Path(self._folder.name) / "emulator.log"
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", program, str(port)],
                cwd=ROOT,
                env=self._environment(port)
                | {"PAGE_ORIGINS": ",".join(origins), "EMULATOR_HOSTS": ",".join(hosts)}
                | environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # this process handles Ctrl-C; functions end with the emulator's group
            )
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise

    def _environment(self, port: int) -> dict[str, str]:
        # The developer's own AWS settings must not reach the functions.
        # Nor what hides the bytecode that is next to the code.
        left_out = ("AWS_", "POWERTOOLS_", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
        return inherited | {
            "AUTH": "true",  # signatures, POST policies, IAM and bucket policies are enforced
            "BIND_HOST": "127.0.0.1",
            # No listeners of its own, which would be open to the whole network.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "GATEWAY_PORT": str(port),
            "MINISTACK_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_ENDPOINT_URL": self.url,  # inherited by functions, which find the emulator through it
            "TMPDIR": self._folder.name,
            "LOG_LEVEL": "INFO",
        }

    def _wait(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"The emulator did not start:\n{self.log.read_text()[-2000:]}")
            if self._is_healthy():
                return
            time.sleep(0.1)
        raise RuntimeError(f"The emulator did not respond within {_PATIENCE} s:\n{self.log.read_text()[-2000:]}")

    def _is_healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}{_HEALTH}", timeout=10):
                return True
        except urllib.error.HTTPError as error:
            error.close()
        except OSError:
            pass
        return False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def is_running(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        """End the emulator and its functions' processes."""
        for sign in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, sign)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(3)
        with contextlib.suppress(OSError):
            self._folder.cleanup()


def behind_tls(app: App) -> App:
    """The app as a TLS-terminating load balancer would call it.

    The stack's bucket policies refuse plain HTTP, as they should. On this machine a header replaces TLS, which browsers
    would distrust here. The Host header stays unchanged, because it is signed.
    """

    async def forwarded(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            scope["headers"] = [*scope["headers"], (b"x-forwarded-proto", b"https")]
        await app(scope, receive, send)

    return forwarded


class EmulatorIsolation(Isolation):
    """The emulator's root key is public, its signature is not even checked, and any other Authorization counts as root.
    So no page may send one, except to the API: the upload page has links and forms that are already signed. Nor may
    callers use a name that a hostile network's DNS may have resolved to this machine, because browsers do not mark
    such requests as a page's. Credentials in a query string may read objects from S3."""

    def refusal(self, scope: Scope) -> str | None:
        return super().refusal(scope) or _control(scope) or _credentials(scope)


def _control(scope: Scope) -> str | None:
    """The emulator's own API can wipe everything and read every queue, without a key."""
    if scope["path"].startswith("/_") and (scope["method"], scope["path"]) != ("GET", _HEALTH):
        return "The emulator's own API is closed."
    return None


def _credentials(scope: Scope) -> str | None:
    from ministack.core.router import detect_service

    authorization = header(scope, "authorization")
    if any(value.lower().startswith("basic") for value in authorization):
        return "No name and password are needed here."  # the only Authorization that a link makes a browser send
    is_page = header(scope, "origin") or header(scope, "sec-fetch-site")
    if authorization and not _API.match(scope["path"]):
        if is_page:
            return "No page signs requests."
        if not is_sure(header(scope, "host")[0]):
            return "Signed requests are for localhost."
    query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    if scope["method"] not in ("GET", "HEAD", "POST") or not _CREDENTIALS & {name.lower() for name in query}:
        return None  # browsers send a preflight before other methods
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    service = detect_service(scope["method"], scope["path"], headers, query)
    if scope["method"] == "POST" or service != "s3" or "Action" in query:
        return "A link may only read an object from S3."
    return None


async def serve(port: int) -> None:
    """Run the emulator until the process is stopped, or the one that started it has ended."""
    from ministack.app import app

    from dev.serving import server

    origins, hosts = ([*filter(None, os.environ[name].split(","))] for name in ("PAGE_ORIGINS", "EMULATOR_HOSTS"))
    isolation = EmulatorIsolation(origins, (*_HOSTS, *hosts), (*_OWN, *hosts))
    invocations.bound()
    workers.lighten()
    condition_keys.teach()
    conditions.teach()
    api_policy.teach()
    form_checksums.teach()
    deleted_versions.teach()
    object_tags.teach()
    parent = os.getppid()

    async def orphaned() -> None:
        while os.getppid() == parent:
            await asyncio.sleep(0.5)

    serving = server(
        isolated(behind_tls(app), isolation.refusal),
        host="127.0.0.1",
        port=port,
        lifespan="on",
        date_header=False,  # the emulator's own responses have one
        timeout_keep_alive=75,
    )

    def stop(*_: object) -> None:
        serving.should_exit = True

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop)
    watching = loop.create_task(orphaned())
    watching.add_done_callback(stop)
    await serving.serve()
    os.killpg(0, signal.SIGKILL)  # the functions' processes, and this one


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
