"""What the commands of this folder say, and how they read what a developer types."""

import argparse
import os
import re
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


def port_number(text: str) -> int:
    """Raises argparse.ArgumentTypeError, as argparse wants it of a type."""
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: a number from 1 to 65535")
    return int(text)


def parameter(text: str) -> tuple[str, str]:
    """A parameter of a template. Raises argparse.ArgumentTypeError."""
    name, separator, value = text.partition("=")
    if not separator or not name.isalnum():
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def origins(text: str) -> list[str]:
    """Raises argparse.ArgumentTypeError."""
    listed = [origin.strip().rstrip("/") for origin in text.split(",") if origin.strip()]
    for origin in listed:
        if not re.fullmatch(r"https?://[\w.*\[\]:-]+", origin, re.ASCII):
            raise argparse.ArgumentTypeError(f"{origin!r} is not an origin, such as http://localhost:5173")
    return listed


def listeners(parser: argparse.ArgumentParser) -> None:
    """Add the options port, emulator_port and origins."""
    parser.add_argument(
        "--port", type=port_number, default=os.environ.get("PORT", "3000"), help="of the page and the API (PORT, 3000)"
    )
    parser.add_argument(
        "--emulator-port",
        type=port_number,
        default=os.environ.get("EMULATOR_PORT", "4566"),
        help="of the AWS emulator (EMULATOR_PORT, 4566)",
    )
    parser.add_argument(
        "--origins",
        type=origins,
        default=os.environ.get("PAGE_ORIGINS", ""),
        metavar="ORIGIN,…",
        help="pages besides this one that may call the API, such as http://localhost:5173 (PAGE_ORIGINS, none)",
    )


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
