"""Shows logs in the terminal of `make run`, and redeploys functions when their files change."""

import contextlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from dev.emulator import ROOT
from dev.stack import FUNCTIONS, LAYERS, TEMPLATE, Stack
from operate.terminal import printable

Say = Callable[[str], None]


class Reload(threading.Thread):
    """Deploys the functions again when one of their files has changed."""

    def __init__(self, stack: Stack, say: Say):
        super().__init__(name="reload", daemon=True)
        self._stack, self._say = stack, say

    def run(self) -> None:
        functions, rest = _functions_state(), _rest_state()
        while True:
            time.sleep(0.5)
            if (now := _functions_state()) != functions:
                changed = [path for path, saved in now.items() if functions.get(path) != saved]
                functions = now
                self.update(changed)
            if _rest_state() != rest:
                rest = _rest_state()
                self._say("template.yaml or a layer has changed: restart to apply it")

    def update(self, changed: Iterable[Path]) -> None:
        """Deploy the functions. Says that they were updated only if every changed module can be compiled."""
        found = [*faults(changed)]
        for fault in found:
            self._say(f"{fault}. Until you fix it, no function that imports it can run")
        try:
            self._stack.update_functions()
        except (BotoCoreError, ClientError, OSError) as error:
            self._say(f"the functions could not be updated: {error}")
        else:
            if not found:
                self._say("the functions have changed and were updated")


def faults(modules: Iterable[Path]) -> Iterator[str]:
    """A sentence for each module that Python cannot compile: the functions only fail when they import it."""
    for module in modules:
        try:
            compile(module.read_bytes(), str(module), "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:  # ValueError: a zero byte, before Python 3.11.4
            line = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
            yield f"{_short(module)}{line}: {error.msg if isinstance(error, SyntaxError) else error}"
        except OSError:
            continue  # deleted meanwhile


def _short(path: Path) -> Path:
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


class Logs(threading.Thread):
    """Shows what the functions log, one line each."""

    def __init__(self, stack: Stack, say: Say):
        super().__init__(name="logs", daemon=True)
        self._stack, self._say = stack, say
        self._seen: set[tuple[str, int, str]] = set()

    def run(self) -> None:
        logs = self._stack.client("logs")
        groups = [name for logical, name in self._stack.resources.items() if logical.endswith("Logs")]
        while True:
            time.sleep(0.7)
            events: list[dict[str, Any]] = []
            for group in groups:
                with contextlib.suppress(BotoCoreError, ClientError):
                    events += logs.filter_log_events(logGroupName=group, startTime=self._since())["events"]
            self.show(events)

    def _since(self) -> int:
        return int((time.time() - 60) * 1000)

    def show(self, events: list[dict[str, Any]]) -> None:
        """Say what is new, in the order in which it was logged: a signature before its conversion."""
        for event in sorted(events, key=itemgetter("timestamp")):
            identity = event["logStreamName"], event["timestamp"], event["message"]  # the emulator has no eventId
            if identity in self._seen:
                continue
            self._seen.add(identity)
            for line in event["message"].splitlines():
                if shown := readable(line):
                    self._say(shown)


class Failures(threading.Thread):
    """Shows why a function did not run at all, such as a syntax error.

    Lambda writes that to the function's log, the emulator only to its own.
    """

    def __init__(self, stack: Stack, log: Path, say: Say):
        super().__init__(name="failures", daemon=True)
        self._names = {name: logical for logical, name in stack.functions.items()}
        self._log, self._say = log, say

    def run(self) -> None:
        with self._log.open(errors="replace") as lines:
            while True:
                for line in lines:
                    if (found := _NOT_RUN.search(line)) and found[1] in self._names:
                        self._say(f"{self._names[found[1]]} cannot run: {found[2]}")
                time.sleep(0.5)


_NOT_RUN = re.compile(r"Warm worker execution error for (\S+): (?:Worker init failed: )?(.*)")

# Keys that every log line has, and that the terminal omits, or shows in another way.
_PLUMBING = {
    "level",
    "location",
    "message",
    "timestamp",
    "service",
    "request_id",
    "version",
    "exception",
    "exception_name",
    "stack_trace",
}


def readable(line: str) -> str | None:
    """A log line for people, or None for lines that are not meant for them: metrics, and the platform's own.

    Only an exception takes more than one line, so that a value cannot pretend to be the next entry.
    """
    try:
        entry = json.loads(line)
    except ValueError:
        return None if line.startswith(("START ", "END ", "REPORT ")) or not line.strip() else line
    if not isinstance(entry, dict) or "_aws" in entry or "message" not in entry:
        return None
    details = "  ".join(
        f"{printable(name)}={printable(value) if isinstance(value, str) else json.dumps(value)}"
        for name, value in entry.items()
        if name not in _PLUMBING and value is not None
    )
    service, message = (printable(str(entry.get(name, ""))) for name in ("service", "message"))
    text = f"{service:<15}{message}  {details}".rstrip()
    return f"{text}\n{entry['exception']}" if "exception" in entry else text


def _functions_state() -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in FUNCTIONS.rglob("*.py") if path.exists()}


def _rest_state() -> list[int]:
    return [path.stat().st_mtime_ns for path in (TEMPLATE, *sorted(LAYERS.glob("*/requirements.txt"))) if path.exists()]
