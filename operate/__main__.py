"""python -m operate: work on a deployed stack. `--help` lists the commands."""

import argparse
import sys

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from operate import api_keys, arguments, bulk, deletion, erasing, parked, rotation, stacks, tune, versions
from operate.optional_stack import NAMES
from operate.service import NoStack, Service
from operate.stack import StackFailed
from operate.terminal import Unconfirmed


def main(given: list[str] | None = None) -> int:
    """The exit code, as arguments.EXIT_CODES explains it. given: instead of the process's own arguments."""
    asked = options(given)
    try:
        summary: str = asked.run(Service(asked.stack_name, asked.region), asked)
    except (NoStack, StackFailed, Unconfirmed, RuntimeError, ValueError, OSError) as problem:
        print(problem, file=sys.stderr)
        return 1
    except ClientError as error:
        reason = error.response["Error"]
        print(f"AWS refuses {error.operation_name}: {reason.get('Message')} ({reason.get('Code')})", file=sys.stderr)
        return 1
    except NoCredentialsError:
        print("No AWS credentials were found: run `aws configure`, or set AWS_PROFILE.", file=sys.stderr)
        return 1
    except BotoCoreError as error:  # no connection, no such profile
        print(f"AWS cannot be reached: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(
            "\nStopped. What is done stays done, and CloudFormation finishes what it has begun. The same command "
            "continues from there.",
            file=sys.stderr,
        )
        return 130
    if summary:
        print(summary, flush=True)
    return 0


def options(given: list[str] | None) -> argparse.Namespace:
    """Raises SystemExit if the arguments are wrong, or request help."""
    parser = argparse.ArgumentParser(
        prog="python -m operate",
        description="Work on a deployed stack, with the AWS credentials and the region that every AWS tool finds\n"
        "(AWS_PROFILE, AWS_ACCESS_KEY_ID, AWS_REGION …).",
        epilog=arguments.epilog(["redrive --dry-run", "stack delivery deploy", "redrive --help"]),
        formatter_class=arguments.HELP,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")
    common, paced = arguments.common(), arguments.paced()
    parked.add(commands, common, paced)
    bulk.add(commands, common, paced)
    erasing.add(commands, common, paced)
    stacks.add(commands, common)
    for module in (versions, api_keys, rotation, tune, deletion):
        module.add(commands, common)
    words = sys.argv[1:] if given is None else given
    # Where words are missing, the help says which there are, and a line of usage would not.
    stack = commands.choices["stack"]
    unfinished = {(): parser, ("stack",): stack} | {("stack", name): stack for name in NAMES}
    if missing := unfinished.get(tuple(words)):
        missing.print_help(sys.stderr)
        parser.exit(2)
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main())
