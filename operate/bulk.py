"""The commands `reconvert` and `import`, which work on many pictures."""

import argparse
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from operate import arguments
from operate.arguments import Commands
from operate.service import Service, Uncopied
from operate.state import Imports, Reached
from operate.terminal import counted, progress

T = TypeVar("T")


def reconvert(service: Service, options: argparse.Namespace) -> str:
    state: Path = options.state or Path(f"reconvert.{options.stack_name}.state")
    version = service.convert_version()
    reached = Reached.read(state, version)
    if options.dry_run:
        count = sum(1 for _ in counted(service.originals(reached.after), "originals", "counted"))
        return f"{count} originals would be converted again{f', from {reached.after} on' if reached.after else ''}."
    if reached.after:
        print(f"Continuing after {reached.after}.", file=sys.stderr)
    elif state.exists():
        print(f"Starting from the beginning: {state} was written under other settings or code.", file=sys.stderr)
    converted = 0
    with progress(None, "originals", "converting again") as bar:
        for original in paced(service.originals(reached.after), options.rate):
            service.convert_again(original)
            Reached(original.key, version).write(state)
            converted += 1
            bar.update()
    state.unlink(missing_ok=True)
    return (
        f"{converted} originals were passed to the conversion again. New thumbnails that differ have new addresses; "
        "the old ones stay until you delete them."
    )


def import_(service: Service, options: argparse.Namespace) -> str:
    bucket, prefix = _place(options.source)
    state: Path = options.state or Path(f"import.{options.stack_name}.csv")
    imports = Imports(state)
    listed = counted(service.objects(bucket, prefix), "objects", "listed")
    found = [(f"s3://{bucket}/{key}", size) for key, size in listed if size]
    found = [(source, size) for source, size in found if source not in imports.jobs]
    if (last := imports.last) and not service.has(imports.jobs[last]):
        found.insert(0, (last, 0))  # recorded, but the command was stopped before it was copied
    if options.dry_run:
        megabytes = sum(size for _, size in found) / 1_000_000
        return f"{len(found)} objects would be imported, {megabytes:.1f} MB; {len(imports.jobs)} already are."
    left = []
    with imports, progress(len(found), "objects", "imported") as bar:
        for source, _ in paced(found, options.rate):
            job = imports.jobs.get(source) or imports.begin(source)
            try:
                service.take_over(*_place(source), job)
            except Uncopied as problem:  # which does not affect the others
                imports.take_back(source)
                left.append(f"{source}: {problem}")
            bar.update()
    done = f"{len(found) - len(left)} objects were imported; {state} lists the job of each."
    if left:
        raise RuntimeError("\n".join([*left, done, f"{len(left)} were not; the same command tries them again."]))
    return done


def _place(source: str) -> tuple[str, str]:
    """Bucket and key, or prefix, of s3://bucket/key. The key is literal, because it may contain what a URL may not."""
    address = urlsplit(source)
    if address.scheme != "s3" or not address.netloc:
        raise ValueError(f"{source!r} is not s3://bucket/prefix")
    return address.netloc, source.removeprefix(f"s3://{address.netloc}").removeprefix("/")


def paced(things: Iterable[T], rate: int) -> Iterator[T]:
    """The things, at most `rate` a second."""
    started = time.monotonic()
    for number, thing in enumerate(things):
        time.sleep(max(0.0, started + number / rate - time.monotonic()))
        yield thing


def add(
    commands: "Commands[argparse.ArgumentParser]", common: argparse.ArgumentParser, at_a_rate: argparse.ArgumentParser
) -> None:
    """The commands of this module."""
    command = arguments.command(
        commands,
        "reconvert",
        "Convert all originals that still exist again, after sizes or formats have changed.",
        reconvert,
        ["reconvert --dry-run", "reconvert --rate 50"],
        [common, at_a_rate],
    )
    command.add_argument("--state", type=Path, help="records the command's progress (reconvert.STACK.state)")

    command = arguments.command(
        commands,
        "import",
        "Make thumbnails of pictures that are already in S3.",
        import_,
        ["import s3://archive/2019/ --dry-run", "import s3://archive/2019/"],
        [common, at_a_rate],
    )
    command.add_argument("source", metavar="s3://BUCKET/PREFIX", help="the location of the pictures, which stay there")
    command.add_argument("--state", type=Path, help="records the job of each imported object (import.STACK.csv)")
