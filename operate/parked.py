"""The command `redrive`: converts parked conversions, which failed three times, again."""

import argparse
import time

from operate import arguments
from operate.arguments import Commands
from operate.service import Service
from operate.terminal import progress

_AT_ONCE = 50  # messages per call of the redrive function, which takes seconds


def redrive(service: Service, options: argparse.Namespace) -> str:
    """Raises RuntimeError if the redrive function fails."""
    parked = service.parked()
    most = min(parked, options.max) if options.max else parked
    if options.dry_run:
        return f"{parked} conversions are parked; {most} would be redriven."
    redriven = 0
    with progress(most, "conversions", "redriven") as bar:
        while redriven < most:
            done = service.redrive(min(_AT_ONCE, options.rate, most - redriven))["redriven"]
            if not done:
                break  # what is left is not a conversion, or another run holds it
            redriven += done
            bar.update(done)
            time.sleep(done / options.rate)
    return f"{redriven} of {parked} parked conversions were redriven. Conversions that fail again are parked again."


def add(
    commands: "Commands[argparse.ArgumentParser]", common: argparse.ArgumentParser, paced: argparse.ArgumentParser
) -> None:
    """The command of this module."""
    command = arguments.command(
        commands,
        "redrive",
        "Redrive parked conversions, once the cause of their failure is fixed.",
        redrive,
        ["redrive --dry-run", "redrive --max 100"],
        [common, paced],
    )
    command.add_argument("--max", type=arguments.positive, metavar="N", help="at most N (all)")
