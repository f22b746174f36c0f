"""The command `rotate-delivery-secret`: replaces the distribution's secret without refusing a request meanwhile."""

import argparse

from operate import arguments
from operate.arguments import Commands
from operate.delivery import Delivery
from operate.door import COMMAND
from operate.service import Service
from operate.terminal import confirm


def rotate(service: Service, options: argparse.Namespace) -> str:
    """Raises StackFailed if there is no secret, and Unconfirmed."""
    delivery = Delivery(service, pause=options.pause)
    delivery.door.expected()
    if options.dry_run:
        accepted = " or ".join(delivery.door.accepted()) or "any"
        return f"The API accepts version {accepted} of the secret; a new one would replace it."
    stacks = f"{delivery.parent.name} and {delivery.stack.name}"
    confirm(f"This changes {stacks}, without interrupting them.", "yes", yes=options.yes)
    return delivery.door.rotate()


def add(commands: "Commands[argparse.ArgumentParser]", common: argparse.ArgumentParser) -> None:
    """The command of this module."""
    arguments.command(
        commands,
        COMMAND,
        "Replace the secret that the delivery stack's distribution sends to the API, without interruption.",
        rotate,
        [f"{COMMAND} --dry-run", f"{COMMAND} --yes"],
        [common, arguments.stack_options()],
    )
