"""The report: every class and every part, as docs/benchmarks.md.

It takes a quiet machine for a long time. So everything that was measured is kept, and a run that was refused for one
class measures only that class again.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks import (
    animated,
    cold_start,
    cost,
    end_to_end,
    field,
    machine,
    memory,
    page,
    polling,
    quiet,
    race,
    standings,
)
from benchmarks.contenders import ANIMATORS, CONTENDERS, Contender, Failed
from benchmarks.field import Field
from benchmarks.inputs import ANIMATIONS, CLASSES, Input
from benchmarks.kept import Kept
from benchmarks.quiet import Measured

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
Part = tuple[str, Callable[[], str]]  # its title, and what measures it
PARTS: dict[str, Part] = {
    "cold-start": ("Cold starts", cold_start.report),
    "memory": ("Memory", memory.report),
    "cost": ("Cost", cost.report),
    "polling": ("Polling", polling.report),
    "page": ("The page with many files", page.report),
    "end-to-end": ("From the drop until all are done", end_to_end.report),
}
# What a part raises if it cannot be measured.
PROBLEMS = (Failed, RuntimeError, subprocess.CalledProcessError)

_INTRODUCTION = """\
# Benchmarks

Written by `python -m benchmarks report`, which measures or computes every figure.

{machine}.

{versions}.

Each contender makes WebP thumbnails of 640, 320 and 160 pixels at quality 80 and encoder effort 2 (the pipeline's own),
with one thread, in a warm process; the contenders take turns, one conversion each. CPU is the user and system time of
all threads and child processes, as the median of {rounds} rounds, or of more if these differ: in each further one, the
pipeline takes turns with those peers of equal quality that take at most {close} times as long as the fastest one. "ours
÷ it" is the median of the ratios within a round: below 1, this pipeline is faster. The limit is a scaled JPEG decode
and the three encodes, and nothing else. Peak memory is that of a fresh process that converts once, minus what its
interpreter alone takes; pages of files that two processes share count once, as they are in memory. PSNR compares the
thumbnail of 640 pixels with a full-resolution Lanczos of the original. A peer whose quality is more than {tolerance} dB
lower is shown but not counted. This pipeline's figures include its decoding process, the ThumbHash and the main colour,
none of which the peers have. "Error" is the standard error of "ours ÷ it", of the typical peer that takes part to the
end, and "others" is what other programs used of the machine's processors meanwhile. A report is not written if they
exceed {error:.0%} and {others:.0%} in any class.
"""
_TRIAL = "This is a trial, written however busy the machine was: its figures prove nothing."


class Incomplete(Exception):
    """A part could not be measured; the text says which and why."""


def inputs() -> None:
    """Makes all pictures that the report needs, which takes minutes, but no quiet machine."""
    largest = [variant.largest(megapixels) for megapixels, _, _ in memory.settings() for variant in memory.VARIANTS]
    for one in (*CLASSES.values(), *ANIMATIONS.values(), *largest):
        one.path()
        _say(f"{one.name}: {one.about}")


def write(
    document: Path,
    classes: Iterable[Input],
    rounds: int,
    *,
    competing: Iterable[Contender] = CONTENDERS,
    animators: Iterable[Contender] = ANIMATORS,
    moving: Iterable[Input] = tuple(ANIMATIONS.values()),
    parts: Mapping[str, Part] = PARTS,
    most: int = quiet.MOST_ROUNDS,
    trial: bool = False,
    keep_in: Path | None = None,
) -> None:
    """rounds, most: of a class, at least and at most. trial: writes on a busy machine, too, and says so in the
    document.

    Raises Busy if the machine was busy while a class was measured, and Incomplete.
    """
    stills, animations = Field(competing), Field(animators)
    conditions = machine.description(), str(stills), rounds, trial
    kept = Kept(*conditions, folder=keep_in) if keep_in else Kept(*conditions)
    races = _races(list(classes), rounds, most, stills, kept, trial=trial)
    motions = _races(list(moving), rounds, most, animations, kept, trial=trial)
    if not trial:
        quiet.refuse_busy(races | motions)
    texts = {"Animations": animated.section(motions, animations)} | _measured(parts, kept)
    document.write_text(_text(races, rounds, stills, texts, trial=trial))
    _say(f"written: {document.name}")


def _races(
    classes: list[Input], rounds: int, most: int, competing: Field, kept: Kept, *, trial: bool
) -> dict[Input, Measured]:
    races = {}
    for number, one in enumerate(classes, 1):
        name = f"class {number} of {len(classes)}, {one.name}"
        if told := kept.get(f"class-{one.name}"):
            races[one] = field.from_json(told)
            _say(f"{name}: kept from an earlier run")
            continue
        with _timed(name):
            measured = races[one] = competing.measured(one, rounds, most)
        if trial or measured.is_quiet:
            kept.put(f"class-{one.name}", field.as_json(measured))
        for sentence in quiet.reasons({one: measured}):
            _say(sentence)
    return races


def _measured(parts: Mapping[str, Part], kept: Kept) -> dict[str, str]:
    """Their texts, by their titles."""
    texts, problems = {}, []
    for number, (name, (title, measure)) in enumerate(parts.items(), 1):
        said = f"part {number} of {len(parts)}, {name}"
        text = kept.get(f"part-{name}")
        if text is None:
            try:
                with _timed(said):
                    text = measure()
            except PROBLEMS as problem:
                problems.append(f"{name}: {explained(problem)}")
                continue
            kept.put(f"part-{name}", text)
        else:
            _say(f"{said}: kept from an earlier run")
        texts[title] = text
    if problems:
        raise Incomplete("\n".join([*problems, "Nothing was written. What was measured is kept for the next run."]))
    return texts


def _text(
    races: Mapping[Input, Measured], rounds: int, competing: Field, parts: Mapping[str, str], *, trial: bool
) -> str:
    introduction = _INTRODUCTION.format(
        machine=machine.description(),
        versions=competing,
        rounds=rounds,
        tolerance=race.TOLERANCE,
        close=race.CLOSE,
        error=quiet.ERROR,
        others=quiet.OTHERS,
    )
    told = [introduction, *([f"{_TRIAL}\n"] if trial else []), "## This pipeline and the best of its peers\n"]
    told += [f"{standings.targets(races)}\n", f"{standings.summary(races)}\n", f"{standings.documented(races)}\n"]
    told += [f"## {title}\n\n{text.strip()}\n" for title, text in parts.items()]
    told.append("## Each class\n")
    told += [f"{standings.section(one, measured.results, competing.missing)}\n" for one, measured in races.items()]
    return "\n".join(told)


def explained(problem: Exception) -> str:
    if isinstance(problem, subprocess.CalledProcessError):
        return f"{problem}\n{problem.stderr or ''}"
    return str(problem)


@contextmanager
def _timed(what: str) -> Iterator[None]:
    """Says what is measured, and how long it took."""
    _say(f"{what} …")
    began, ended = time.monotonic(), "failed after "
    try:
        yield
        ended = ""
    finally:
        _say(f"{what}: {ended}{time.monotonic() - began:.0f} s")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
