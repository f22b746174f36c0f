"""python -m operate: what a person does to a deployed stack. `--help` lists it."""

import argparse
import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from operate import api_keys, bulk, leaving, tuning, versions
from operate.bulk import progress
from operate.service import UPLOADS, NoStack, Service, new_probe

LETTERS_AT_ONCE = 50  # per call of the redrive function: some seconds


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    try:
        summary: str = options.run(Service(options.stack_name), options)
    except (NoStack, RuntimeError, ValueError, OSError) as problem:
        print(problem, file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as problem:
        print(f"AWS refused: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. What was done stays done; the same command goes on from there.", file=sys.stderr)
        return 130
    print(summary)
    return 0


def redrive(service: Service, options: argparse.Namespace) -> str:
    parked = service.parked()
    most = min(parked, options.max) if options.max else parked
    if options.dry_run:
        return f"{parked} conversions are parked; {most} would be put through again."
    redriven = 0
    with progress(most, "redriven") as bar:
        while redriven < most:
            done = service.redrive(min(LETTERS_AT_ONCE, options.rate, most - redriven))["redriven"]
            if not done:
                break  # what is left is no conversion, or in somebody else's hands
            redriven += done
            bar.update(done)
            time.sleep(done / options.rate)
    return f"{redriven} of {parked} parked conversions were put through again; one that fails again is parked again."


def tune(service: Service, options: argparse.Namespace) -> str:
    content = options.picture.read_bytes()
    current = service.memory()
    if options.dry_run:
        values = tuning.power_values(options.memory, current)
        return (
            f"{options.picture} ({len(content) / 1_000_000:.1f} MB) would be uploaded and converted. The tuner would "
            f"convert it {options.num} times with each of {_listed(values)} MB; the last is what there is now."
        )
    job = new_probe()
    try:
        manifest = service.convert(content, job)
        if manifest["status"] != "done":
            raise ValueError(f"{options.picture}: {manifest['reason']['message']}")
        needed = tuning.memory_needed(manifest["original"])
        values = tuning.power_values(options.memory, current, needed)
    except BaseException:
        service.delete(job)
        raise
    print(
        f"The picture is job {job} and takes up to {needed} MB, so {_listed(values)} MB are compared.\n"
        "What is made of it is deleted after a day. To delete it, and the picture, when you have finished:\n"
        f'    make operate DO="delete-upload {job} --stack-name {options.stack_name}"',
        file=sys.stderr,
    )
    event = service.again(UPLOADS + job)
    return json.dumps(tuning.state_machine_input(service.convert_function, event, values, options.num), indent=2)


def _listed(values: Iterable[int]) -> str:
    return ", ".join(map(str, values))


def _options(arguments: list[str] | None) -> argparse.Namespace:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--stack-name", default="image-thumbnails", help="the deployed stack (image-thumbnails)")
    common.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    paced = argparse.ArgumentParser(add_help=False)
    paced.add_argument("--rate", type=_positive, default=10, help="at most so many a second (10)")
    parser = argparse.ArgumentParser(
        prog="python -m operate",
        description="Work on a deployed stack, with your AWS credentials and region.",
        epilog="A command that was stopped goes on where it was when it is given again.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("redrive", parents=[common, paced], help="put parked conversions through again")
    command.add_argument("--max", type=_positive, help="at most so many (all)")
    command.set_defaults(run=redrive)

    bulk.add(commands, common, paced)

    command = commands.add_parser(
        "tune", parents=[common], help="write the input of AWS Lambda Power Tuning (docs/power-tuning.md)"
    )
    command.add_argument("picture", type=Path, metavar="PICTURE", help="what is converted; one like those you get")
    command.add_argument(
        "--memory", type=_memory, metavar="MB,MB,…", help=f"sizes to compare ({_listed(tuning.POWER_VALUES)})"
    )
    command.add_argument(
        "--num", type=_repetitions, default=tuning.NUM, help=f"conversions with each size ({tuning.NUM})"
    )
    command.set_defaults(run=tune)

    for module in (versions, api_keys, leaving):
        module.add(commands, common)
    return parser.parse_args(arguments)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _repetitions(text: str) -> int:
    if _positive(text) < tuning.LEAST_NUM:
        raise argparse.ArgumentTypeError(f"{text} are too few for the tuner, which wants {tuning.LEAST_NUM}")
    return int(text)


def _memory(text: str) -> list[int]:
    values = text.split(",")
    if not all(value.isdecimal() and tuning.LEAST <= int(value) <= tuning.MOST for value in values):
        raise argparse.ArgumentTypeError(f"{text!r} is not like 1024,1769: from {tuning.LEAST} to {tuning.MOST} MB")
    return [int(value) for value in values]


if __name__ == "__main__":
    sys.exit(main())
