"""What the commands of this folder say, and how they read what a developer types."""

import argparse
import os
from datetime import datetime


def say(text: str) -> None:
    print(f"{datetime.now():%H:%M:%S}  {text}", flush=True)  # noqa: DTZ005 (the clock on the developer's wall)


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


def ports(parser: argparse.ArgumentParser) -> None:
    """Add the options port and emulator_port."""
    parser.add_argument(
        "--port", type=port_number, default=os.environ.get("PORT", "3000"), help="of the page and the API (PORT, 3000)"
    )
    parser.add_argument(
        "--emulator-port",
        type=port_number,
        default=os.environ.get("EMULATOR_PORT", "4566"),
        help="of the AWS emulator (EMULATOR_PORT, 4566)",
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
