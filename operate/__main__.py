"""python -m operate: what a person does to a deployed stack. `--help` lists it."""

import argparse
import csv
import json
import sys
import time
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Never, TypeVar
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError
from tqdm import tqdm

from operate import api_keys, leaving, tuning, versions
from operate.deployment import UPLOADS, Deployment, NoStack, Uncopied, folder

T = TypeVar("T")

LETTERS_AT_ONCE = 50  # per call of the redrive function: some seconds


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    try:
        summary: str = options.run(Deployment(options.stack_name), options)
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


def redrive(deployment: Deployment, options: argparse.Namespace) -> str:
    parked = deployment.parked()
    most = min(parked, options.max) if options.max else parked
    if options.dry_run:
        return f"{parked} conversions are parked; {most} would be put through again."
    redriven = 0
    with _progress(most, "redriven") as bar:
        while redriven < most:
            done = deployment.redrive(min(LETTERS_AT_ONCE, options.rate, most - redriven))["redriven"]
            if not done:
                break  # what is left is no conversion, or in somebody else's hands
            redriven += done
            bar.update(done)
            time.sleep(done / options.rate)
    return f"{redriven} of {parked} parked conversions were put through again; one that fails again is parked again."


def reconvert(deployment: Deployment, options: argparse.Namespace) -> str:
    state: Path = options.state or Path(f"reconvert.{options.stack_name}.state")
    after = state.read_text().strip() if state.exists() else ""
    if options.dry_run:
        count = sum(1 for _ in deployment.originals(after))
        return f"{count} originals would be converted again{f', from {after} on' if after else ''}."
    converted = 0
    with _progress(None, "handed over") as bar:
        for key in _paced(deployment.originals(after), options.rate):
            deployment.convert_again(key)
            state.write_text(key)
            converted += 1
            bar.update()
    state.unlink(missing_ok=True)
    return (
        f"{converted} originals were handed to the conversion again. Their new thumbnails have new addresses where "
        "they differ; the old ones stay until you delete them."
    )


def import_(deployment: Deployment, options: argparse.Namespace) -> str:
    address = urlsplit(options.source)
    if address.scheme != "s3" or not address.netloc:
        raise ValueError(f"{options.source!r} is not s3://bucket/prefix")
    bucket, prefix = address.netloc, address.path.lstrip("/")
    state: Path = options.state or Path(f"import.{options.stack_name}.csv")
    known = _imported(state)
    objects = ((f"s3://{bucket}/{key}", key, size) for key, size in deployment.objects(bucket, prefix))
    found = [(source, key, size) for source, key, size in objects if size and source not in known]
    if options.dry_run:
        megabytes = sum(size for *_, size in found) / 1_000_000
        return f"{len(found)} objects would be imported, {megabytes:.1f} MB; {len(known)} are already."
    left = []
    with state.open("a", newline="") as file, _progress(len(found), "imported") as bar:
        jobs = csv.writer(file)
        for source, key, _ in _paced(found, options.rate):
            job = uuid.uuid4().hex
            try:
                deployment.take_over(bucket, key, job)
            except Uncopied as problem:  # the others are none the worse for it
                left.append(f"{source}: {problem}")
                continue
            jobs.writerow([source, job])
            file.flush()  # what was copied is written down, also when this is stopped now
            bar.update()
    done = f"{len(found) - len(left)} objects were imported; {state} tells the job of each."
    if left:
        raise RuntimeError("\n".join([*left, done, f"{len(left)} were not; the same command tries them again."]))
    return done


def tune(deployment: Deployment, options: argparse.Namespace) -> str:
    content = options.picture.read_bytes()
    current = deployment.memory()
    if options.dry_run:
        values = tuning.power_values(options.memory, current)
        return (
            f"{options.picture} ({len(content) / 1_000_000:.1f} MB) would be uploaded and converted. The tuner would "
            f"convert it {options.num} times with each of {_listed(values)} MB; the last is what there is now."
        )
    job = uuid.uuid4().hex
    try:
        manifest = deployment.convert(content, job)
        if manifest["status"] != "done":
            raise ValueError(f"{options.picture}: {manifest['reason']['message']}")
        needed = tuning.memory_needed(manifest["original"])
        values = tuning.power_values(options.memory, current, needed)
    except BaseException:
        deployment.delete(job)
        raise
    print(
        f"The picture is job {job} and takes up to {needed} MB, so {_listed(values)} MB are compared.\n"
        "When you have finished, delete it:\n"
        f"    aws s3 rm s3://{deployment.outputs['UploadBucket']}/{UPLOADS}{job}\n"
        f"    aws s3 rm --recursive s3://{deployment.outputs['ThumbnailBucket']}/{job}/\n"
        f"    aws s3 rm --recursive s3://{deployment.outputs['ThumbnailBucket']}/{folder(job)}/",
        file=sys.stderr,
    )
    event = deployment.again(UPLOADS + job)
    return json.dumps(tuning.state_machine_input(deployment.convert_function, event, values, options.num), indent=2)


def _listed(values: Iterable[int]) -> str:
    return ", ".join(map(str, values))


def _imported(state: Path) -> set[str]:
    if not state.exists():
        return set()
    with state.open(newline="") as file:
        return {row[0] for row in csv.reader(file) if row}


def _paced(things: Iterable[T], rate: int) -> Iterator[T]:
    """The things, at most so many a second."""
    started = time.monotonic()
    for number, thing in enumerate(things):
        time.sleep(max(0.0, started + number / rate - time.monotonic()))
        yield thing


def _progress(total: int | None, unit: str) -> "tqdm[Never]":
    return tqdm(total=total, unit=f" {unit}", disable=None)  # silent when nobody looks


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

    command = commands.add_parser(
        "reconvert",
        parents=[common, paced],
        help="convert all originals again that are still there, after sizes have changed",
    )
    command.add_argument("--state", type=Path, help="remembers how far it got (reconvert.STACK.state)")
    command.set_defaults(run=reconvert)

    command = commands.add_parser("import", parents=[common, paced], help="make thumbnails of pictures that lie in S3")
    command.add_argument("source", metavar="s3://BUCKET/PREFIX")
    command.add_argument("--state", type=Path, help="the job of each object, as it is imported (import.STACK.csv)")
    command.set_defaults(run=import_)

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
