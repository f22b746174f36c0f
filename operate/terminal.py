"""The output of the commands, and their questions."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from datetime import datetime
from typing import Any, Never, TypeVar

from tqdm import tqdm

T = TypeVar("T")

Agree = Callable[[], None]  # called before something changes; what it raises prevents that

# Seconds, if progress is not shown on a terminal: until the first line, and until each further one.
_SECONDS_BEFORE_LINES, _SECONDS_BETWEEN_LINES = 5, 15


class Unconfirmed(Exception):
    """Nothing was done, because the operator did not agree."""


def say(text: str) -> None:
    """Print a line of news with the time of day, above a progress bar if there is one."""
    clock = f"{datetime.now():%H:%M:%S}"  # noqa: DTZ005 (the clock on the developer's wall)
    with tqdm.external_write_mode() if sys.stderr.isatty() else nullcontext():
        print(f"{clock}  {lines(text)}", flush=True)


def printable(text: str) -> str:
    """One line without effects on a terminal: control characters in Python's notation, such as \\x1b."""
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def lines(text: str) -> str:
    """The same for several lines, including their indentation."""
    return "\n".join(printable(line.replace("\t", "    ")) for line in text.split("\n"))


def confirm(question: str, answer: str, *, yes: bool) -> None:
    """Ask, unless yes is set. answer: what the operator has to type to continue.

    Raises Unconfirmed, also if nobody can be asked because the input is not a terminal.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise Unconfirmed(f"{question} Confirm with --yes.")
    try:
        typed = input(f"{question} Type {answer} to continue: ")
    except EOFError:  # Ctrl-D
        typed = ""
    if typed.strip() != answer:
        raise Unconfirmed("Nothing was changed.")


class _Lines(tqdm):  # type: ignore[type-arg]
    """Progress for a file or a pipe: a whole line now and then, without control characters."""

    _last = ""

    def display(self, msg: str | None = None, pos: int | None = None) -> None:  # noqa: ARG002 (tqdm's)
        text = str(self) if msg is None else msg
        if text and text != self._last:
            self._last = text
            print(text, file=self.fp, flush=True)

    def close(self) -> None:
        if self._last:  # quick work prints nothing
            self.display()
        super().close()


def progress(total: int | None, unit: str, description: str = "") -> "tqdm[Never]":
    """Progress of long work on standard error: a bar on a terminal, otherwise a line now and then.

    A context manager; call update(n). total: None if it is not known. unit: what is counted, in the plural.
    """
    settings: dict[str, Any] = {"total": total, "desc": description or None, "unit": f" {unit}", "miniters": 0}
    if sys.stderr.isatty():
        return tqdm(**settings, file=sys.stderr)
    of_total = "/{total_fmt}" if total is not None else ""
    return _Lines(
        **settings,
        file=sys.stderr,
        leave=False,
        delay=_SECONDS_BEFORE_LINES,
        mininterval=_SECONDS_BETWEEN_LINES,
        bar_format=f"{description and f'{description}: '}{{n_fmt}}{of_total}{{unit}} after {{elapsed}}",
    )


def counted(things: Iterable[T], unit: str, description: str) -> Iterator[T]:
    """The things, with the progress of going through them. unit, description: as in progress()."""
    with progress(None, unit, description) as bar:
        for thing in things:
            yield thing
            bar.update()
