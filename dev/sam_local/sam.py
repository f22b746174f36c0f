"""SAM's command line, as processes of this run."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from dev import watch
from dev.emulator import ACCESS_KEY, REGION, ROOT, SECRET_KEY
from dev.sam_local import walls
from dev.sam_local.configuration import CONFIG, FOLDER
from dev.server import is_taken
from operate.terminal import say


def _program() -> str:
    own = ROOT / ".cache" / "sam" / "bin" / "sam"
    return str(own) if own.exists() else "sam"


def _python() -> str:
    """The interpreter in which SAM is installed. Raises SystemExit if SAM is not a Python package."""
    python = Path(shutil.which(_program()) or "").resolve().parent / "python"
    if not python.exists():
        sys.exit("This `sam` cannot be protected from web pages: no Python is next to it. Use `make sam-local`.")
    return str(python)


def _environment(endpoint: str | None = None) -> dict[str, str]:
    """SAM's environment: without the developer's own AWS settings, so that nothing can reach an account."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    own = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY, "AWS_DEFAULT_REGION": REGION}
    # Without a responding endpoint, each start of SAM waits for STS.
    return inherited | own | {"SAM_CLI_TELEMETRY": "0"} | ({"AWS_ENDPOINT_URL": endpoint} if endpoint else {})


def sam(*arguments: str) -> None:
    answer = subprocess.run([_program(), *arguments], cwd=ROOT, env=_environment(), capture_output=True, text=True)
    if answer.returncode:
        sys.exit(answer.stdout + answer.stderr)


@contextlib.contextmanager
def service(endpoint: str, command: str, port: int, origins: Iterable[str]) -> Iterator[subprocess.Popen[str]]:
    """Run `sam local COMMAND` on the port; stopped, with its containers, at the end.

    origins: of pages that may call it. Every other page is refused, or nothing is served (walls.py).
    """
    options = ("--config-file", str(CONFIG), "--port", str(port), "--warm-containers", "LAZY")
    process = subprocess.Popen(
        [_python(), "-m", walls.__name__, "local", command, *options],
        cwd=ROOT,
        env=_environment(endpoint) | {"PAGE_ORIGINS": ",".join(origins)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # this process handles Ctrl-C
    )
    log = FOLDER / f"{command}.log"
    threading.Thread(target=_show, args=(process, log), name=command, daemon=True).start()
    try:
        for _ in range(1200):
            if process.poll() is not None or is_taken(port):
                break
            time.sleep(0.05)
        else:
            process.kill()
        if process.poll() is None and not walls.is_walled("127.0.0.1", port):
            sys.exit(f"Web pages can call `sam local {command}`, so it was stopped: use the SAM of tests/sam.txt.")
        yield process
    finally:
        process.send_signal(signal.SIGINT)  # SAM then removes its containers
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(30)
        process.kill()


def _show(process: subprocess.Popen[str], log: Path) -> None:
    """Writes the output of SAM and the functions to the log, and shows the functions' output."""
    with log.open("w") as file:
        for line in process.stdout or ():
            file.write(line)
            file.flush()
            # Messages of containers that are being stopped are not errors.
            told = line.startswith(("{", "[ERROR]")) and "LAMBDA_RUNTIME Failed to get next" not in line
            if told and (shown := watch.readable(line.rstrip())):
                say(shown)
