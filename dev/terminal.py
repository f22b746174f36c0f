"""Parses the command lines of this folder."""

import argparse
import os
import re
from typing import NoReturn

# By option: the variable of make in which a developer gives it, and an example.
_VARIABLES = {
    "--port": ("PORT", "3000"),
    "--emulator-port": ("EMULATOR_PORT", "4566"),
    "--origins": ("PAGE_ORIGINS", "http://localhost:5173"),
    "--set": ("SET", '"ThumbnailFormat=avif Animated=yes"'),
    "--user": ("USERS", '"anna ben"'),
}


class Parser(argparse.ArgumentParser):
    """Names the variable of make and an example instead of a usage that a developer who calls make has not typed.

    target: of make.
    """

    def __init__(self, target: str, prog: str, description: str, epilog: str):
        super().__init__(prog=prog, description=description, epilog=epilog)
        self._target = target

    def error(self, message: str) -> NoReturn:
        found = re.fullmatch(r"argument (--[\w-]+): (.*)", message, re.DOTALL)
        if not found or found[1] not in _VARIABLES:
            super().error(message)
        variable, example = _VARIABLES[found[1]]
        self.exit(2, f"{variable}: {found[2]}. For example: make {self._target} {variable}={example}\n")


def port_number(text: str) -> int:
    """Raises argparse.ArgumentTypeError, as argparse requires."""
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port, which is a number from 1 to 65535")
    return int(text)


def origins(text: str) -> list[str]:
    """Raises argparse.ArgumentTypeError."""
    listed = [origin.strip().rstrip("/") for origin in text.split(",") if origin.strip()]
    for origin in listed:
        if not re.fullmatch(r"https?://[\w.*\[\]:-]+", origin, re.ASCII):
            raise argparse.ArgumentTypeError(f"{origin!r} is not an origin")
    return listed


def user(text: str) -> str:
    """The first part of an e-mail address. Raises argparse.ArgumentTypeError."""
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a name of lower-case letters, digits and hyphens")
    return text


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
