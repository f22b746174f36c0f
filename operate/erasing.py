"""The command `erase`: erases jobs, by their ids, or all of an owner or with a reference. The eraser does it."""

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from operate import arguments
from operate.arguments import Commands
from operate.bulk import paced
from operate.service import Service
from operate.state import Reached
from operate.terminal import counted, progress
from thumbs.jobs import keys
from thumbs.jobs.attribution import NOBODY, Attribution


def erase(service: Service, options: argparse.Namespace) -> str:
    """Raises ValueError for a job that is none, and RuntimeError if the eraser fails."""
    if wrong := [job for job in options.jobs if not keys.is_job(job)]:
        raise ValueError(f"{wrong[0]!r} is not a job, which is 32 hexadecimal digits")
    jobs, wanted = sorted({*options.jobs}), Attribution(options.owner, options.reference)
    if bool(jobs) == (wanted != NOBODY):
        raise ValueError("Name jobs, or --owner or --reference (or both, for what matches both).")
    state: Path | None = None if jobs else options.state or Path(f"erase.{options.stack_name}.state")
    found: Iterable[str] = _of(service, wanted, state) if state else jobs
    if options.dry_run:
        return "\n".join([*(listed := list(found)), f"{len(listed)} jobs would be erased."])
    erased = deleted = 0
    with progress(len(jobs) or None, "jobs", "erasing") as bar:
        for job in paced(found, options.rate):
            deleted += service.erase(job)
            erased += 1
            if state:
                Reached(job, repr(wanted)).write(state)
            bar.update()
    if state:
        state.unlink(missing_ok=True)
    return f"{erased} jobs were erased: their originals, and {deleted} objects made of them."


def _of(service: Service, wanted: Attribution, state: Path) -> Iterator[str]:
    """The jobs of an owner, with a reference or both, in their order: those that have ended, and those that have not.

    Begins where the same command was stopped."""
    reached = Reached.read(state, repr(wanted))
    if reached.after:
        print(f"Continuing after {reached.after}.", file=sys.stderr)
    for job, whose in counted(service.attributions(reached.after), "jobs", "examined"):
        if wanted.owner in (None, whose.owner) and wanted.reference in (None, whose.reference):
            yield job


def add(
    commands: "Commands[argparse.ArgumentParser]", common: argparse.ArgumentParser, at_a_rate: argparse.ArgumentParser
) -> None:
    """The command of this module."""
    command = arguments.command(
        commands,
        "erase",
        "Erase jobs for good: their originals, thumbnails and manifests, also if they are being converted.",
        erase,
        ["erase 3f0c9a52d1b84c6e9a7d5e2f80b1c4d7", "erase --owner 7d1c2f9e --dry-run", "erase --reference order-17"],
        [common, at_a_rate],
    )
    command.add_argument("jobs", nargs="*", metavar="JOB", help="32 hexadecimal digits each")
    command.add_argument("--owner", help="every job of this owner, as its manifest names it (docs/api.md)")
    command.add_argument("--reference", help="every job with this reference, which the caller gave it")
    command.add_argument("--state", type=Path, help="records the command's progress (erase.STACK.state)")
