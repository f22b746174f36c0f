"""The command `tune`: uploads a picture, and writes the input with which AWS Lambda Power Tuning converts it."""

import argparse
import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from operate import arguments, tuning
from operate.arguments import Commands
from operate.service import Original, Service
from thumbs.jobs import keys


def tune(service: Service, options: argparse.Namespace) -> str:
    """Raises ValueError if the picture cannot be converted, or with none of the memory sizes."""
    content = options.picture.read_bytes()
    current = service.memory()
    if options.dry_run:
        values = tuning.power_values(options.memory, current)
        return (
            f"{options.picture} ({len(content) / 1_000_000:.1f} MB) would be uploaded and converted. The tuner would "
            f"convert it {options.num} times with each of {_listed(values)} MB; the last is the current size."
        )
    job = keys.new_probe()  # so that the lifecycle deletes its thumbnails, and no user's metric counts it
    try:
        manifest = service.convert(content, job)
        if manifest["status"] != "done":
            raise ValueError(f"{options.picture}: {manifest['reason']['message']}")
        needed = tuning.memory_needed(manifest["original"])
        values = tuning.power_values(options.memory, current, needed)
    except BaseException:
        service.erase(job)
        raise
    print(
        f"The picture is job {job} and takes up to {needed} MB, so {_listed(values)} MB are compared.\n"
        "Its thumbnails are deleted after a day. To delete them and the picture when you have finished:\n"
        f"    python -m operate erase {job} --stack-name {options.stack_name}",
        file=sys.stderr,
    )
    event = service.again(Original(keys.original(job), datetime.now(UTC)))
    return json.dumps(tuning.state_machine_input(service.convert_function, event, values, options.num), indent=2)


def _listed(values: Iterable[int]) -> str:
    return ", ".join(map(str, values))


def _repetitions(text: str) -> int:
    """Raises argparse.ArgumentTypeError."""
    if arguments.positive(text) < tuning.LEAST_NUM:
        raise argparse.ArgumentTypeError(f"{text} are too few for the tuner, which needs {tuning.LEAST_NUM}")
    return int(text)


def _memory(text: str) -> list[int]:
    """Raises argparse.ArgumentTypeError."""
    values = text.split(",")
    least = tuning.least_memory()
    if not all(value.isdecimal() and least <= int(value) <= tuning.MOST for value in values):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not like 1024,1769, from {least} to {tuning.MOST} MB. With less, the time limits in "
            "template.yaml could end a conversion that would succeed (docs/power-tuning.md, Change)"
        )
    return [int(value) for value in values]


def add(commands: "Commands[argparse.ArgumentParser]", common: argparse.ArgumentParser) -> None:
    """The command of this module."""
    command = arguments.command(
        commands,
        "tune",
        "Write the input with which AWS Lambda Power Tuning measures the conversion (docs/power-tuning.md).",
        tune,
        ["tune photo.jpg --dry-run", "tune photo.jpg --memory 1024,2048 > tune.json"],
        [common],
    )
    command.add_argument("picture", type=Path, metavar="PICTURE", help="the file to convert, like those that you get")
    command.add_argument(
        "--memory",
        type=_memory,
        metavar="MB,MB,…",
        help=f"sizes to compare, from {tuning.least_memory()} to {tuning.MOST} MB ({_listed(tuning.POWER_VALUES)})",
    )
    command.add_argument(
        "--num", type=_repetitions, default=tuning.NUM, metavar="N", help=f"conversions with each size ({tuning.NUM})"
    )
