"""The command `delete-stack`: deletes the service and its optional stacks, and lists what remains on purpose.

Each step determines what is left to do, so the same command continues where it stopped.
"""

import argparse

from operate import arguments
from operate.arguments import Commands
from operate.door import Secrets
from operate.optional_stack import NAMES, fits
from operate.service import NoStack, Service
from operate.stack import Stack
from operate.stacks import optional_stack
from operate.terminal import confirm, say


def delete_stack(service: Service, options: argparse.Namespace) -> str:
    """Raises NoStack, Unconfirmed, and StackFailed if CloudFormation cannot delete a stack."""
    own = service.stack(say, options.pause)
    if own.found() is None:
        raise NoStack(f"There is no stack {service.name!r} in {service.region}.")
    if "RedriveFunction" not in own.declared():  # a failed first deployment has no outputs that identify it
        raise NoStack(f"The stack {service.name!r} is not an image-thumbnails service: it has no RedriveFunction.")
    stacks = [*_optional(service, options.pause), own]
    stays = _stays(own)  # read now, because the answers are deleted with the stack
    if options.dry_run:
        return "\n".join([*(sentence for stack in stacks for sentence in stack.removal()), stays])
    confirm(f"This deletes {service.name} and every original in it.", service.name, yes=options.yes)
    for stack in stacks:
        if stack is own:
            Secrets(own).forget()
        stack.remove()
    return f"{' and '.join(stack.name for stack in stacks)} deleted.\n{stays}"


def _optional(service: Service, pause: float) -> list[Stack]:
    """The service's optional stacks that exist."""
    names = [name for name in NAMES if fits(service, name)]
    stacks = [optional_stack(service, name, pause).stack for name in names]
    return [stack for stack in stacks if stack.found() is not None]


def _stays(own: Stack) -> str:
    """What remains on purpose, and how to remove it."""
    resources = own.resources()
    lines = ["What remains, because it may be in use, and how to remove it:"]
    # An output, because after a failed deletion the bucket may no longer be among the resources.
    if bucket := own.outputs().get("ThumbnailBucket"):
        lines += ["  the thumbnails:", f"    aws s3 rb s3://{bucket} --force"]
    if role := resources.get("ApiGatewayLogRole"):
        lines += [
            "  the role with which all APIs of this account and region write logs; only if no other API does:",
            "    aws apigateway update-account --patch-operations op=replace,path=/cloudwatchRoleArn,value=''",
            f"    aws iam detach-role-policy --role-name {role} --policy-arn "
            "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs",
            f"    aws iam delete-role --role-name {role}",
        ]
    lines += [
        "  SAM's deployment bucket, shared by all SAM applications in this account and region:",
        "    sam delete --stack-name aws-sam-cli-managed-default",
    ]
    return "\n".join(lines)


def add(commands: "Commands[argparse.ArgumentParser]", common: argparse.ArgumentParser) -> None:
    """The command of this module."""
    arguments.command(
        commands,
        "delete-stack",
        "Delete the service's stack, its optional stacks and every original; thumbnails remain.",
        delete_stack,
        ["delete-stack --dry-run", "delete-stack --stack-name image-thumbnails-dev"],
        [common, arguments.stack_options()],
    )
