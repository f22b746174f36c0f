"""python -m benchmarks: what this pipeline costs, compared with its peers."""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path

from benchmarks import cold_start, contenders, cost, end_to_end, machine, memory, page, polling, quiet, race, standings
from benchmarks.contenders import LIMIT, OURS, Contender
from benchmarks.inputs import CLASSES, Input
from benchmarks.quiet import Busy, Measured

_DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
_ROUNDS, _QUICK_ROUNDS = 7, 3
_QUICK = ("jpeg-2", "jpeg-12", "progressive-12", "png-rgba", "png-screenshot", "webp", "gif")
_PARTS: dict[str, tuple[str, Callable[[], str]]] = {
    "cold-start": ("Cold starts", cold_start.report),
    "memory": ("Memory", memory.report),
    "cost": ("Cost", cost.report),
    "polling": ("Polling", polling.report),
    "page": ("The page with many files", page.report),
    "end-to-end": ("From the drop until all are done", end_to_end.report),
}

_INTRODUCTION = """\
# Benchmarks

Written by `python -m benchmarks report`, which measures or computes every figure.

{machine}.

{versions}.

Each contender makes WebP thumbnails of 640, 320 and 160 pixels at quality 80 and encoder effort 2 (the pipeline's own),
with one thread, in a warm process; the contenders take turns, one conversion each. CPU is the user and system time of
all threads and child processes, as the median of {rounds} rounds. "ours ÷ it" is the median of the ratios within a
round: below 1, this pipeline is faster. The limit is a scaled JPEG decode and the three encodes, and nothing else. Peak
memory is that of a fresh process that converts once, minus what its interpreter alone takes. PSNR compares the
thumbnail of 640 pixels with a full-resolution Lanczos of the original. A peer whose quality is more than {tolerance} dB
lower is shown but not counted. This pipeline's figures include its decoding process, the ThumbHash and the main colour,
none of which the peers have. "Spread" is the interquartile range of "ours ÷ it" over the rounds, of the typical
contender, and "others" is what other programs used of the machine's processors meanwhile. A report is not written if
they exceed {spread:.0%} and {others:.0%} in any class.
"""
_ATTEMPTS = 3  # for a class of the report: a moment's disturbance does not cost the whole run


def main() -> int:
    options = _options()
    try:
        if options.what == "race":
            _print_race(options.classes, options.rounds)
        elif options.what == "report":
            _report(options.classes, options.rounds)
        else:
            _print(_PARTS[options.what][1]())
    except (Busy, contenders.Failed, polling.NoNode, RuntimeError) as problem:
        print(problem, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as problem:
        print(f"{problem}\n{problem.stderr or ''}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _race(classes: list[Input], rounds: int, show: Callable[[str], None], attempts: int = 1) -> dict[Input, Measured]:
    """attempts: how often a class is measured while the machine is busy."""
    versions, missing = contenders.installed()
    if OURS in missing or LIMIT in missing:
        raise contenders.Failed(f"the pipeline itself cannot run: {missing.get(OURS) or missing[LIMIT]}")
    _say(f"{machine.description()}\n{_versions(versions, missing)}")
    bare = cache(lambda is_node: next(one for one in versions if one.is_node == is_node).bare())
    races = {}
    for one in classes:
        started = time.monotonic()
        one.path()
        races[one] = quiet.insist(lambda one=one: _measured(one, versions, rounds), attempts)  # type: ignore[misc]
        race.weigh(one, races[one].results, lambda contender: bare(contender.is_node))
        show(f"{_heading(one)}\n\n{standings.of_class(races[one].results, missing)}\n")
        _say(f"({one.name} took {time.monotonic() - started:.0f} s)")
    return races


def _measured(one: Input, contenders_: Iterable[Contender], rounds: int) -> Measured:
    others = machine.Others()
    return Measured(race.run(one, contenders_, rounds), others.share())


def _print_race(classes: list[Input], rounds: int) -> None:
    races = _race(classes, rounds, _print)
    _print(f"### The documented ways\n\n{standings.documented(races)}\n")
    if busy := quiet.reasons(races):
        _print("\n".join([*busy, "The machine was busy: do not compare these figures with others.\n"]))
    _print(f"### Ours ÷ best\n\n{machine.description()}\n\n{standings.summary(races)}")


def _heading(one: Input) -> str:
    size = one.path().stat().st_size / 1e6
    return f"### {one.name}: {one.about}, {one.size[0]}x{one.size[1]}, {size:.1f} MB"


def _versions(versions: Mapping[Contender, str], missing: Mapping[Contender, str]) -> str:
    """Each contender once, although some compete in two ways."""
    said = list(dict.fromkeys(versions.values()))
    return "; ".join(
        [f"this pipeline {said[0]}", *said[1:], *(f"{one.name} missing ({why})" for one, why in missing.items())]
    )


def _report(classes: list[Input], rounds: int) -> None:
    shown: list[str] = []
    races = _race(classes, rounds, shown.append, _ATTEMPTS)
    quiet.refuse_busy(races)
    parts = [
        _INTRODUCTION.format(
            machine=machine.description(),
            versions=_versions(*contenders.installed()),
            rounds=rounds,
            tolerance=race.TOLERANCE,
            spread=quiet.SPREAD,
            others=quiet.OTHERS,
        ),
        "## This pipeline and the best of its peers\n",
        standings.summary(races) + "\n",
        standings.documented(races) + "\n",
    ]
    for title, part in _PARTS.values():
        _say(f"measuring: {title.lower()}")
        parts.append(f"## {title}\n\n{part()}\n")
    parts.append("## Each class\n")
    parts.extend(shown)
    _DOCUMENT.write_text("\n".join(parts))
    _say(f"written: {_DOCUMENT.name}")


def _print(text: str) -> None:
    print(text, flush=True)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _options(words: list[str] | None = None) -> argparse.Namespace:
    """classes: the inputs of the race; rounds: how often."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="What this pipeline costs, compared with its peers.",
        epilog="Inputs are made once and kept in .cache/benchmarks. benchmarks/requirements.txt (pip) and "
        "benchmarks/package.json (npm ci) install the peers; the tables name missing ones.",
    )
    parser.add_argument(
        "what",
        nargs="?",
        default="race",
        choices=("race", *_PARTS, "report"),
        help="race: CPU, memory and quality compared with the peers; cold-start: of the functions; memory: convert's "
        "maximum; cost: on Lambda; polling: of waiting for a result; page: of many files in the browser; "
        "end-to-end: from the drop until the page says that all are done; report: all of it, into docs/benchmarks.md",
    )
    parser.add_argument(
        "--class",
        dest="names",
        action="append",
        choices=tuple(CLASSES),
        metavar="NAME",
        help=f"a class of input, may be given several times: {', '.join(CLASSES)}",
    )
    parser.add_argument(
        "--quick", action="store_true", help=f"{_QUICK_ROUNDS} rounds of the classes {', '.join(_QUICK)}"
    )
    parser.add_argument("--rounds", type=_positive, help=f"how often each converts in turn ({_ROUNDS})")
    options = parser.parse_args(words)
    names = options.names or (_QUICK if options.quick else tuple(CLASSES))
    options.classes = [CLASSES[name] for name in names]
    options.rounds = options.rounds or (_QUICK_ROUNDS if options.quick else _ROUNDS)
    return options


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
