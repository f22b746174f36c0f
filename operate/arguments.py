"""The command line of `python -m operate`: options that commands share, types of values, and help."""

import argparse
import functools
import math
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

Commands = argparse._SubParsersAction  # of argparse.ArgumentParser: what add_subparsers() returns

WIDTH = 96  # characters of a line of help
HELP = functools.partial(argparse.RawDescriptionHelpFormatter, max_help_position=24, width=WIDTH)

EXIT_CODES = """exit codes:
  0    done, or nothing had to be done
  1    not done, or not completely; the reason is on standard error
  2    the arguments are wrong
  130  stopped with Ctrl-C; the same command continues where it was"""


def command(
    commands: "Commands[argparse.ArgumentParser]",
    name: str,
    summary: str,
    run: Callable[..., str] | None,
    examples: Sequence[str],
    parents: Sequence[argparse.ArgumentParser] = (),
    **defaults: Any,
) -> argparse.ArgumentParser:
    """Add a command. summary: one sentence. run: called with the service and the options, returns the text to print.

    examples: arguments of `python -m operate`. defaults: further attributes of the options.
    """
    parser = commands.add_parser(
        name,
        parents=[*parents],
        help=summary[0].lower() + summary[1:].rstrip("."),
        description=textwrap.fill(summary, WIDTH),
        epilog=epilog(examples),
        formatter_class=HELP,
    )
    parser.set_defaults(**({"run": run} if run else {}), **defaults)
    return parser


def epilog(examples: Sequence[str]) -> str:
    """The end of a help text."""
    listed = "\n".join(f"  python -m operate {example}" for example in examples)
    return f"{'example' if len(examples) == 1 else 'examples'}:\n{listed}\n\n{EXIT_CODES}"


def service() -> argparse.ArgumentParser:
    """The parent of commands that change nothing: which service."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument(
        "--stack-name", default="image-thumbnails", metavar="STACK", help="the service's stack (image-thumbnails)"
    )
    parser.add_argument(
        "--region",
        help="the region of the service's stack (AWS_REGION, AWS_DEFAULT_REGION, or the profile's)",
    )
    return parser


def common() -> argparse.ArgumentParser:
    """The parent of every other command: which service, and whether to change anything."""
    parser = argparse.ArgumentParser(add_help=False, parents=[service()])
    parser.add_argument("--dry-run", action="store_true", help="show what would be done, without doing it")
    return parser


def paced() -> argparse.ArgumentParser:
    """The parent of commands that repeat the same operation many times."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--rate", type=positive, default=10, metavar="N", help="at most N a second (10)")
    return parser


def stack_options() -> argparse.ArgumentParser:
    """The parent of commands that change stacks."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--yes", action="store_true", help="do not ask before changing anything")
    parser.add_argument(
        "--pause", type=seconds, default=5, metavar="SECONDS", help="between two polls of CloudFormation (5)"
    )
    return parser


def parameters(parser: argparse.ArgumentParser, such_as: str) -> None:
    """Add the option --set: parameters of a template, with an example of one."""
    parser.add_argument(
        "--set",
        type=parameter,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help=f"a parameter of {such_as}; can be repeated",
    )


def parameter(text: str) -> tuple[str, str]:
    """A parameter of a template. Raises argparse.ArgumentTypeError."""
    name, separator, value = text.partition("=")
    if not separator or not name.isalnum():
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def positive(text: str) -> int:
    """A whole number above 0. Raises argparse.ArgumentTypeError."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def whole(text: str) -> int:
    """A whole number. Raises argparse.ArgumentTypeError."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None


def seconds(text: str) -> float:
    """A number above 0. Raises argparse.ArgumentTypeError."""
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return number
