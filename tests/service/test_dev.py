"""`python -m dev`, as a developer runs it: from a copy of the project without its history."""

import io
import os
import re
import signal
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from dev.emulator import ROOT
from dev.stack import CACHE, layer_packages
from tests.actors import commands
from tests.actors.client import PATIENCE, wait_for
from tests.actors.developer import Run, copy_of_the_project, documented_listeners
from tests.actors.sign_in import SignInPage
from tests.standins.ports import descendants, free_port, is_running, listening


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return copy_of_the_project(tmp_path)


@pytest.fixture
def options() -> tuple[str, ...]:
    """Options of the command; a test that needs some parametrizes this fixture."""
    return ()


@pytest.fixture
def run(project: Path, options: tuple[str, ...]) -> Iterator[Run]:
    started = Run(project, *options)
    yield started
    started.kill()


def shape(line: str) -> str:
    """A line of output without what differs from run to run: times, ports, temporary folders."""
    return re.sub(r"[\d.:]*\d|/\S+/(?=emulator\.log)", "#", line)


@pytest.mark.usefixtures("stack")  # which has installed the layers
def test_it_serves_follows_edits_and_stops_everything(project: Path, run: Run) -> None:
    wait_for(lambda: run.said("Upload page: "), "service")
    page = run.lines[-1].removeprefix("Upload page: ")
    assert re.fullmatch(r"http://localhost:\d+/", page), "the last line before serving names the page"
    assert "<title>" in requests.get(page, timeout=PATIENCE).text
    assert requests.get(f"{page}limits", timeout=PATIENCE).json()["maxFiles"] == 25

    session = (ROOT / "README.md").read_text().split("    $ make run\n")[1].split("\n\n")[0]
    assert [shape(line.strip()) for line in session.splitlines()] == [*map(shape, run.lines)], "as in README.md"

    style = project / "frontend" / "style.css"
    style.write_text(style.read_text() + "\n/* edited */\n")
    assert requests.get(f"{page}style.css", timeout=PATIENCE).text.endswith("/* edited */\n")

    function = project / "functions" / "thumbs" / "api" / "upload_request.py"
    function.write_text(function.read_text().replace("MAX_FILES = 25", "MAX_FILES = 24"))
    wait_for(lambda: run.said("the functions have changed and were updated"), "reload")
    assert requests.get(f"{page}limits", timeout=PATIENCE).json()["maxFiles"] == 24

    # A page that is broken while being edited breaks nothing else.
    function.write_text("this is not Python")
    wait_for(lambda: len([line for line in run.lines if "were updated" in line]) == 2 or None, "second reload")
    assert requests.get(f"{page}limits", timeout=PATIENCE).status_code == 502
    wait_for(lambda: run.said("SignUploadFunction cannot run: name 'this' is not defined"), "the reason")
    assert requests.get(page, timeout=PATIENCE).status_code == 200

    children = descendants(run.process.pid)
    assert children
    assert _listening(run) == documented_listeners("make run")
    run.process.send_signal(signal.SIGINT)
    assert run.process.wait(PATIENCE) == 0
    assert run.lines[-1].endswith("stopping")
    wait_for(lambda: None if any(is_running(child) for child in children) else True, "end of all processes")


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize("options", [("--user", "anna", "--user", "ben")], ids=["users"])
def test_users_may_sign_in_and_nothing_outlives_a_run_that_was_killed(run: Run) -> None:
    wait_for(lambda: run.said("Upload page: "), "service")
    page = run.named("Upload page: ")
    accounts = dict(
        line.split(" sign in as ")[1].split(" with the password ") for line in run.lines if "sign in" in line
    )
    (client,) = re.findall(r'name="sign-in" content="client=(\w+) ', requests.get(page, timeout=PATIENCE).text)
    hosted = SignInPage(f"http://localhost:{(urlsplit(page).port or 0) + 1}", client, page)
    assert [*accounts] == ["anna@example.com", "ben@example.com"]
    for address, password in accounts.items():
        headers = {"Authorization": f"Bearer {hosted.tokens(address, password)['id_token']}"}
        assert requests.get(f"{page}limits", headers=headers, timeout=PATIENCE).status_code == 200
    assert requests.get(f"{page}limits", timeout=PATIENCE).status_code == 401
    children = descendants(run.process.pid)
    assert _listening(run) == documented_listeners("make run") | documented_listeners("make run USERS=…")

    run.process.kill()

    wait_for(lambda: None if any(is_running(child) for child in children) else True, "end of all processes")


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize(("what", "variable"), [("page", "PORT"), ("emulator", "EMULATOR_PORT")])
def test_a_taken_port_is_one_clear_sentence(what: str, variable: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ports = {"PORT": str(free_port()), "EMULATOR_PORT": str(free_port())} | {variable: str(port)}
        answer = commands.run("dev", cwd=ROOT, env=os.environ | ports)

    assert answer.returncode == 1
    (sentence,) = answer.stderr.splitlines()
    assert sentence.startswith(f"Port {port} for the {what} is in use")
    assert f"{variable}={port + 1} make run" in sentence
    assert answer.stdout == ""


def test_taken_ports_are_named_together() -> None:
    """Another run has both, and a sentence for each would take two attempts."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        page, emulator = (taken.getsockname()[1] for taken in (one, other))
        answer = commands.run("dev", "--port", f"{page}", "--emulator-port", f"{emulator}", cwd=ROOT, env=os.environ)

    assert answer.returncode == 1
    assert answer.stderr == (
        f"Port {page} for the page is in use, and port {emulator} for the emulator is in use: stop the other program, "
        f"such as another make run, or choose another port with PORT={page + 1} "
        f"EMULATOR_PORT={emulator + 1} make run.\n"
    )


def test_one_port_for_page_and_emulator_is_one_clear_sentence() -> None:
    port = str(free_port())
    answer = commands.run("dev", "--port", port, "--emulator-port", port, cwd=ROOT, env=os.environ)

    assert answer.returncode == 1
    assert answer.stderr == (
        f"The page and the emulator cannot both use port {port}: choose with PORT and EMULATOR_PORT.\n"
    )
    assert answer.stdout == ""


def test_wrong_options_are_explained() -> None:
    for arguments, expected in (
        (["--port", "http"], "is not a port"),
        (["--set", "ThumbnailFormat"], "NAME=VALUE"),
        (["--user", "anna", "--user", "anna"], "anna is there twice"),
        (["--user", "anna", "--set", "Authorizer=iam"], "USERS sets Authorizer"),
    ):
        answer = commands.run("dev", *arguments, cwd=ROOT, env=os.environ)
        assert answer.returncode == 2
        assert expected in answer.stderr
        assert len(answer.stderr.splitlines()) == 1, "no usage of a command that make has called"


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("KeepThumbnailsDays=5", "KeepThumbnailsDays=5 is not allowed. Allowed: 0, or a whole number"),
        ("ThumbnailFormt=avif", "ThumbnailFormt is not a setting. Did you mean ThumbnailFormat?"),
    ],
)
def test_a_setting_is_refused_before_anything_is_started(setting: str, expected: str) -> None:
    ports = ["--port", str(free_port()), "--emulator-port", str(free_port())]
    answer = commands.run("dev", *ports, "--set", setting, cwd=ROOT, env=os.environ)

    assert answer.returncode == 1
    assert answer.stderr.startswith(expected)
    assert answer.stdout == ""


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize(
    ("template", "expected"), [("Resources:\n\tApi: {}\n", "line 2"), ("", "it has no Resources")], ids=["tab", "empty"]
)
def test_a_template_that_is_none_is_explained(project: Path, template: str, expected: str) -> None:
    (project / "template.yaml").write_text(template)

    assert expected in refused(project)


def test_a_function_gets_its_packages_from_the_layers(tmp_path: Path) -> None:
    """And not from the packages installed next to the emulator, which a function finds as well."""
    for name, content in layer_packages().items():
        zipfile.ZipFile(io.BytesIO(content)).extractall(tmp_path / name)
    # Like the emulator's processes: each layer's folder of Python packages is a site directory.
    script = (
        "import pathlib, site, sys\n"
        "for folder in pathlib.Path(sys.argv[1]).glob('*/python/lib/*/site-packages'): site.addsitedir(str(folder))\n"
        "import aws_lambda_powertools, PIL\n"
        "print(aws_lambda_powertools.__file__, PIL.__file__)\n"
    )

    said = subprocess.run([sys.executable, "-c", script, tmp_path], capture_output=True, text=True, check=True).stdout

    powertools, pillow = (Path(file).parent.parent for file in said.split())
    assert powertools.parent == pillow.parent == CACHE
    assert powertools.name.startswith("powertools-")
    assert pillow.name.startswith("imaging-")


def test_a_layer_that_cannot_be_installed_is_explained(project: Path) -> None:
    (project / "layers" / "imaging" / "requirements.txt").write_text("no-such-package @ file:///nowhere\n")

    assert "pip cannot install layers/imaging/requirements.txt" in refused(project)


def refused(project: Path, *arguments: str) -> str:
    """The message of `python -m dev` when it cannot deploy."""
    ports = ["--port", str(free_port()), "--emulator-port", str(free_port())]
    answer = commands.run("dev", *ports, *arguments, cwd=project, env=os.environ)
    assert answer.returncode == 1
    assert "template.yaml cannot be deployed: " in answer.stderr
    assert "Traceback" not in answer.stderr
    return answer.stderr


def _listening(run: Run) -> set[tuple[str, int]]:
    """The addresses on which a run listens, with the usual ports instead of its own."""
    page, emulator = (
        urlsplit(run.named(before).split()[0]).port or 0 for before in ("Upload page: ", "AWS endpoint: ")
    )
    usual = {page: 3000, page + 1: 3001, emulator: 4566}
    found = listening([run.process.pid, *descendants(run.process.pid)])
    return {(address, usual.get(port, port)) for address, port in found}
