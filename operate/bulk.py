"""Many pictures at once: every original again, or what lies in another bucket; and a job's end by its owner's hand."""

import argparse
import re
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Never, TypeVar
from urllib.parse import urlsplit

from tqdm import tqdm

from operate.service import RUN_SECONDS, Service, Uncopied
from operate.state import Imports, Reached

T = TypeVar("T")


def reconvert(service: Service, options: argparse.Namespace) -> str:
    state: Path = options.state or Path(f"reconvert.{options.stack_name}.state")
    version = service.convert_version()
    reached = Reached.read(state, version)
    if options.dry_run:
        count = sum(1 for _ in service.originals(reached.after))
        return f"{count} originals would be converted again{f', from {reached.after} on' if reached.after else ''}."
    if reached.after:
        print(f"Going on after {reached.after}, where it was stopped.", file=sys.stderr)
    elif state.exists():
        print(f"Beginning anew: {state} was written for other settings than those of today.", file=sys.stderr)
    converted = 0
    with progress(None, "handed over") as bar:
        for key in _paced(service.originals(reached.after), options.rate):
            service.convert_again(key)
            Reached(key, version).write(state)
            converted += 1
            bar.update()
    state.unlink(missing_ok=True)
    return (
        f"{converted} originals were handed to the conversion again. Their new thumbnails have new addresses where "
        "they differ; the old ones stay until you delete them."
    )


def import_(service: Service, options: argparse.Namespace) -> str:
    bucket, prefix = _place(options.source)
    state: Path = options.state or Path(f"import.{options.stack_name}.csv")
    imports = Imports(state)
    found = [(f"s3://{bucket}/{key}", size) for key, size in service.objects(bucket, prefix) if size]
    found = [(source, size) for source, size in found if source not in imports.jobs]
    if (last := imports.last) and not service.has(imports.jobs[last]):
        found.insert(0, (last, 0))  # written down, and then stopped before it was copied
    if options.dry_run:
        megabytes = sum(size for _, size in found) / 1_000_000
        return f"{len(found)} objects would be imported, {megabytes:.1f} MB; {len(imports.jobs)} are already."
    left = []
    with imports, progress(len(found), "imported") as bar:
        for source, _ in _paced(found, options.rate):
            job = imports.jobs.get(source) or imports.begin(source)
            try:
                service.take_over(*_place(source), job)
            except Uncopied as problem:  # the others are none the worse for it
                imports.take_back(source)
                left.append(f"{source}: {problem}")
            bar.update()
    done = f"{len(found) - len(left)} objects were imported; {state} tells the job of each."
    if left:
        raise RuntimeError("\n".join([*left, done, f"{len(left)} were not; the same command tries them again."]))
    return done


def _place(source: str) -> tuple[str, str]:
    """Bucket and key, or prefix, of s3://bucket/key. A key may hold what a URL may not: it is taken as it is."""
    address = urlsplit(source)
    if address.scheme != "s3" or not address.netloc:
        raise ValueError(f"{source!r} is not s3://bucket/prefix")
    return address.netloc, source.removeprefix(f"s3://{address.netloc}").removeprefix("/")


def delete_upload(service: Service, options: argparse.Namespace) -> str:
    jobs: list[str] = options.jobs
    if wrong := [job for job in jobs if not re.fullmatch(r"[0-9a-f]{32}", job)]:
        raise ValueError(f"{wrong[0]!r} is not a job: a job is 32 hexadecimal digits")
    if options.dry_run:
        count = sum(1 for job in jobs for _ in service.made(job))
        return f"{len(jobs)} originals, if they are still there, and {count} objects made of them would be deleted."
    print(f"Waiting for {RUN_SECONDS} seconds, in case one of them is being converted.", file=sys.stderr)
    service.delete(*jobs, wait=RUN_SECONDS)
    return f"{len(jobs)} uploads were deleted, with all that was made of them."


def _paced(things: Iterable[T], rate: int) -> Iterator[T]:
    """The things, at most so many a second."""
    started = time.monotonic()
    for number, thing in enumerate(things):
        time.sleep(max(0.0, started + number / rate - time.monotonic()))
        yield thing


def progress(total: int | None, unit: str) -> "tqdm[Never]":
    return tqdm(total=total, unit=f" {unit}", disable=None)  # silent when nobody looks


def add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    common: argparse.ArgumentParser,
    paced: argparse.ArgumentParser,
) -> None:
    """The commands of this module."""
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
        "delete-upload", parents=[common], help="delete originals with their thumbnails and manifests"
    )
    command.add_argument("jobs", nargs="+", metavar="JOB")
    command.set_defaults(run=delete_upload)
