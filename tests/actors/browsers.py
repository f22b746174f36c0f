"""Firefox and WebKit, each driven by its native protocol: WebDriver BiDi and WebDriver (both W3C).

Chromium, with Playwright, runs all other tests; this suffices to run the page's journeys in these two.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import requests
from websockets.sync.client import ClientConnection, connect

from tests.standins.ports import free_port

PATIENCE = 60  # seconds


class Missing(Exception):
    """This machine lacks the engine. The message says what to install."""


class Tab(Protocol):
    """A tab of some browser."""

    def open(self, url: str) -> None: ...

    def run(self, function: str, *arguments: Any) -> Any:
        """The result of an (async) JavaScript function for these arguments: JSON both ways."""

    def choose(self, selector: str, *files: Path) -> None:
        """Puts files into a file input."""


def _found(*names: str) -> str:
    for name in names:
        if path := shutil.which(name):
            return path
    raise Missing(f"no {names[0]}")


@contextlib.contextmanager
def _running(command: list[str], output: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """In a process group of its own, so that it ends with everything that it started."""
    with output.open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env={**os.environ, **environment}, start_new_session=True
        )
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


class _Firefox:
    """WebDriver BiDi (w3c.github.io/webdriver-bidi)."""

    def __init__(self, socket: ClientConnection):
        self._socket = socket
        self._ids = 0
        self._send("session.new", capabilities={})
        self._context = self._send("browsingContext.getTree")["contexts"][0]["context"]

    def _send(self, method: str, **parameters: Any) -> Any:
        self._ids += 1
        self._socket.send(json.dumps({"id": self._ids, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv(PATIENCE))
            if answer.get("id") == self._ids:
                assert answer["type"] == "success", answer
                return answer["result"]

    def open(self, url: str) -> None:
        self._send("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def _call(self, function: str, *arguments: Any) -> Any:
        answer = self._send(
            "script.callFunction",
            functionDeclaration=function,
            target={"context": self._context},
            arguments=[{"type": "string", "value": json.dumps(arguments)}],
            awaitPromise=True,
        )
        assert answer["type"] == "success", answer
        return answer["result"]

    def run(self, function: str, *arguments: Any) -> Any:
        wrapped = f"async (given) => JSON.stringify((await ({function})(...JSON.parse(given))) ?? null)"
        return json.loads(self._call(wrapped, *arguments)["value"])

    def choose(self, selector: str, *files: Path) -> None:
        element = self._call("(given) => document.querySelector(JSON.parse(given)[0])", selector)
        shared = {"sharedId": element["sharedId"]}
        self._send("input.setFiles", context=self._context, element=shared, files=[str(file) for file in files])


@contextlib.contextmanager
def firefox(folder: Path) -> Iterator[Tab]:
    output, profile = folder / "firefox.log", folder / "profile"
    profile.mkdir()
    # No connections of its own: no updates, no telemetry, no captive portal.
    quiet = {
        "app.update.disabledForTesting": True,
        "browser.shell.checkDefaultBrowser": False,
        "datareporting.policy.dataSubmissionEnabled": False,
        "network.captive-portal-service.enabled": False,
        "network.connectivity-service.enabled": False,
        "dom.disable_beforeunload": True,
    }
    lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in quiet.items())
    (profile / "user.js").write_text("\n".join(lines))
    command = [_found("firefox-esr", "firefox"), "--headless", "--no-remote", "--profile", str(profile)]
    with _running([*command, "--remote-debugging-port", "0"], output, HOME=str(folder)) as process:
        deadline = time.monotonic() + PATIENCE
        while not (found := re.search(r"WebDriver BiDi listening on (ws://\S+)", output.read_text(errors="replace"))):
            assert process.poll() is None, output.read_text(errors="replace")
            assert time.monotonic() < deadline, output.read_text(errors="replace")
            time.sleep(0.1)
        with connect(f"{found[1]}/session", max_size=None, open_timeout=PATIENCE, proxy=None) as socket:
            yield _Firefox(socket)


class _WebKit:
    """WebDriver (w3.org/TR/webdriver2)."""

    def __init__(self, address: str, browser: str):
        self._session = ""
        options = {"binary": browser, "args": ["--automation"]}
        capabilities = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
        self._address = address
        self._session = f"/{self._post('', capabilities=capabilities)['sessionId']}"
        self._post("/timeouts", script=PATIENCE * 1000)

    def _post(self, path: str, **body: Any) -> Any:
        answer = requests.post(f"{self._address}/session{self._session}{path}", json=body, timeout=2 * PATIENCE)
        assert answer.ok, answer.text
        return answer.json()["value"]

    def close(self) -> None:
        requests.delete(f"{self._address}/session{self._session}", timeout=PATIENCE)

    def open(self, url: str) -> None:
        self._post("/url", url=url)

    def run(self, function: str, *arguments: Any) -> Any:
        script = f"return Promise.resolve(({function})(...JSON.parse(arguments[0]))).then((made) => made ?? null)"
        return self._post("/execute/sync", script=script, args=[json.dumps(arguments)])

    def choose(self, selector: str, *files: Path) -> None:
        (element,) = self._post("/element", using="css selector", value=selector).values()
        self._post(f"/element/{element}/value", text="\n".join(map(str, files)))


@contextlib.contextmanager
def webkit(folder: Path) -> Iterator[Tab]:
    browsers = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))
    if not browsers:
        raise Missing("no MiniBrowser of WebKitGTK")
    driver, screen, port = _found("WebKitWebDriver"), _found("xvfb-run"), free_port()
    address = f"http://127.0.0.1:{port}"
    # As root, as in CI, WebKit's sandbox does not start; and without a desktop there is no proxy to look up.
    alone = {
        "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
        "GIO_USE_PROXY_RESOLVER": "dummy",
        "HOME": str(folder),
    }
    with _running([screen, "-a", driver, f"--port={port}"], folder / "webkit.log", **alone) as process:
        deadline = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(requests.ConnectionError):
                requests.get(f"{address}/status", timeout=PATIENCE)
                break
            assert process.poll() is None, (folder / "webkit.log").read_text(errors="replace")
            assert time.monotonic() < deadline, (folder / "webkit.log").read_text(errors="replace")
            time.sleep(0.1)
        tab = _WebKit(address, str(browsers[-1]))
        yield tab
        tab.close()


ENGINES = {"firefox": firefox, "webkit": webkit}
