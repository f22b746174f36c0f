"""What the commands say, and how they read what a person types."""

import argparse
from datetime import datetime


def say(text: str) -> None:
    clock = f"{datetime.now():%H:%M:%S}"  # noqa: DTZ005 (the clock on the developer's wall)
    print(f"{clock}  {lines(text)}", flush=True)


def printable(text: str) -> str:
    """One line that a terminal shows and does not obey: control characters as Python writes them, such as \\x1b."""
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def lines(text: str) -> str:
    """The same for several lines, and what indents them."""
    return "\n".join(printable(line.replace("\t", "    ")) for line in text.split("\n"))


def parameter(text: str) -> tuple[str, str]:
    """A parameter of a template. Raises argparse.ArgumentTypeError."""
    name, separator, value = text.partition("=")
    if not separator or not name.isalnum():
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def parameters(parser: argparse.ArgumentParser, such_as: str) -> None:
    """Add the option set: parameters of a template, with an example of one."""
    parser.add_argument(
        "--set",
        type=parameter,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help=f"a parameter of {such_as}; may be given several times",
    )
