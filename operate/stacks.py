"""The command `stack`: deploys, updates, removes and shows optional stacks."""

import argparse

from operate import arguments
from operate.arguments import Commands
from operate.delivery import Delivery
from operate.optional_stack import NAMES, OptionalStack
from operate.service import Service
from operate.sign_in import SignIn
from operate.terminal import Agree, confirm, say

# Stacks that need more than their template. Each accepts the arguments of OptionalStack.
_SPECIAL: dict[str, type[OptionalStack]] = {"delivery": Delivery, "sign_in": SignIn}


def optional_stack(service: Service, name: str, pause: float) -> OptionalStack:
    """name: of a template in stacks/. Raises StackFailed."""
    return _SPECIAL.get(name, OptionalStack)(service, name, say, pause)


def _agreement(question: str, yes: bool) -> Agree:
    """Asks only at the first call, which may raise Unconfirmed."""
    answered = yes

    def agree() -> None:
        nonlocal answered
        confirm(question, "yes", yes=answered)
        answered = True

    return agree


def deploy(service: Service, options: argparse.Namespace) -> str:
    """Raises StackFailed, and Unconfirmed."""
    stack = optional_stack(service, options.name, options.pause)
    if options.page_only:
        if not isinstance(stack, Delivery):
            raise ValueError(f"--page-only is for the delivery stack; {options.name} has no page.")
        return stack.publish(_agreement("This publishes the page.", options.yes), dry_run=options.dry_run)
    agree = _agreement(f"This changes {stack.stack.name} and connects {service.name} to it.", options.yes)
    return stack.deploy(dict(options.set), agree, create=options.create, dry_run=options.dry_run)


def remove(service: Service, options: argparse.Namespace) -> str:
    """Raises StackFailed, and Unconfirmed."""
    stack = optional_stack(service, options.name, options.pause)
    agree = _agreement(f"This deletes {stack.stack.name} and everything in its buckets.", options.yes)
    return stack.remove(agree, dry_run=options.dry_run)


def status(service: Service, options: argparse.Namespace) -> str:
    """Raises StackFailed if there is no such stack."""
    return "\n".join(optional_stack(service, options.name, pause=1).status())


def add(commands: "Commands[argparse.ArgumentParser]", common: argparse.ArgumentParser) -> None:
    """The command of this module."""
    command = arguments.command(
        commands,
        "stack",
        f"Deploy, update, remove or show an optional stack of the service: {', '.join(NAMES)}.",
        None,
        [
            "stack delivery deploy",
            "stack sign_in deploy --set Issuer=https://example.eu.auth0.com/ --set Audience=2f0k",
            "stack audit deploy --dry-run",
            "stack delivery update --set Firewall=Enabled",
            "stack delivery remove",
        ],
    )
    command.add_argument("name", choices=NAMES, metavar="NAME", help=f"of a template in stacks/: {', '.join(NAMES)}")
    actions = command.add_subparsers(required=True, metavar="ACTION")
    changing = [common, arguments.stack_options()]
    for name, summary in (
        ("deploy", "Create or update the stack and connect it to the service, after showing what will change."),
        ("update", "Do the same, but only if the stack exists."),
    ):
        action = arguments.command(
            actions,
            name,
            summary,
            deploy,
            [f"stack delivery {name} --region eu-central-1", f"stack delivery {name} --dry-run"],
            changing,
            create=name == "deploy",
        )
        arguments.parameters(
            action, "the template stacks/NAME.yaml, such as Firewall=Enabled of delivery, which later runs keep"
        )
        action.add_argument("--page-only", action="store_true", help="for delivery: publish the page, change no stack")
    arguments.command(
        actions,
        "remove",
        "Disconnect the service from the stack, then delete the stack with everything in its buckets.",
        remove,
        ["stack delivery remove --dry-run", "stack delivery remove --yes"],
        changing,
    )
    arguments.command(
        actions,
        "status",
        "Show the stack's settings and outputs, and what is outdated.",
        status,
        ["stack delivery status"],
        [arguments.service()],
    )
