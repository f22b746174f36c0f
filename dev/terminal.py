"""What the commands of this folder say, and how they read what a developer types."""

import argparse
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
