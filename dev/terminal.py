"""Parses the command lines of this folder."""

import argparse
import os
import re


def port_number(text: str) -> int:
    """Raises argparse.ArgumentTypeError, as argparse requires."""
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: a number from 1 to 65535")
    return int(text)


def origins(text: str) -> list[str]:
    """Raises argparse.ArgumentTypeError."""
    listed = [origin.strip().rstrip("/") for origin in text.split(",") if origin.strip()]
    for origin in listed:
        if not re.fullmatch(r"https?://[\w.*\[\]:-]+", origin, re.ASCII):
            raise argparse.ArgumentTypeError(f"{origin!r} is not an origin, such as http://localhost:5173")
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
