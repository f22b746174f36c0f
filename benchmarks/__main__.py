"""python -m benchmarks: what this pipeline costs, compared with its peers."""

import argparse
import sys
from pathlib import Path

from benchmarks import animated, machine, quiet, report, standings
from benchmarks.field import Field
from benchmarks.inputs import CLASSES, Input
from benchmarks.quiet import Busy
from operate.arguments import positive

_ROUNDS, _QUICK_ROUNDS = 7, 3
_QUICK = ("jpeg-2", "jpeg-12", "progressive-12", "png-rgba", "png-screenshot", "webp", "gif")
_ALONE = {"animations": ("Animations", animated.report), **report.PARTS}


def main() -> int:
    options = _options()
    try:
        if options.what == "race":
            _race(options.classes, options.rounds, options.most)
        elif options.what == "inputs":
            report.inputs()
        elif options.what == "report":
            trial = options.trial is not None
            report.write(
                options.trial or report.DOCUMENT, options.classes, options.rounds, most=options.most, trial=trial
            )
        else:
            _print(_ALONE[options.what][1]())
    except (Busy, report.Incomplete, *report.PROBLEMS) as problem:
        print(report.explained(problem), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _race(classes: list[Input], rounds: int, most: int) -> None:
    field = Field()
    print(f"{machine.description()}\n{field}", file=sys.stderr, flush=True)
    races = {}
    for one in classes:
        races[one] = field.measured(one, rounds, most)
        _print(f"{standings.section(one, races[one].results, field.missing)}\n")
    _print(f"### The documented ways\n\n{standings.documented(races)}\n")
    if busy := quiet.reasons(races):
        _print("\n".join([*busy, "The machine was busy: do not compare these figures with others.\n"]))
    _print(f"### Ours ÷ best\n\n{machine.description()}\n\n{standings.targets(races)}\n\n{standings.summary(races)}")


def _print(text: str) -> None:
    print(text, flush=True)


def _options(words: list[str] | None = None) -> argparse.Namespace:
    """classes: the inputs of the race; rounds, most: how often, at least and at most."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="What this pipeline costs, compared with its peers.",
        epilog="Inputs are made once and kept in .cache/benchmarks. benchmarks/requirements.txt (pip) and "
        "benchmarks/package.json (npm ci) install the peers; the tables name missing ones. A report keeps what it has "
        "measured, in .cache/benchmarks/report: if it is refused because the machine was busy, or interrupted, start "
        "it again, and it measures only what is missing, until the code or the machine changes.",
    )
    parser.add_argument(
        "what",
        nargs="?",
        default="race",
        choices=("race", *_ALONE, "inputs", "report"),
        help="race: CPU, memory and quality compared with the peers; animations: the same for thumbnails that move; "
        "cold-start: what the functions' first invocations take; memory: convert's maximum; cost: on Lambda; polling: "
        "what waiting for a result costs; page: many files in the browser; end-to-end: from the drop until the page "
        "says that all are done; inputs: makes all pictures, which needs no quiet machine; report: all of it, into "
        "docs/benchmarks.md",
    )
    parser.add_argument(
        "--class",
        dest="names",
        action="append",
        choices=tuple(CLASSES),
        metavar="NAME",
        help=f"a class of input; may be given several times: {', '.join(CLASSES)}",
    )
    parser.add_argument(
        "--quick", action="store_true", help=f"{_QUICK_ROUNDS} rounds of the classes {', '.join(_QUICK)}"
    )
    parser.add_argument("--rounds", type=positive, help=f"how often each converts in turn, at least ({_ROUNDS})")
    parser.add_argument(
        "--most-rounds",
        dest="most",
        type=positive,
        help="how often at most, if the figures are still uncertain because the machine is busy "
        f"(report: {quiet.MOST_ROUNDS}; race: as --rounds)",
    )
    parser.add_argument(
        "--trial",
        type=Path,
        metavar="FILE",
        help="writes the report into this file, however busy the machine is, and says so in it",
    )
    options = parser.parse_args(words)
    whole = options.what == "report" and not options.trial
    if options.trial and options.what != "report":
        parser.error("--trial belongs to report")
    if whole and (options.names or options.quick):
        parser.error("a report has all classes; for some of them, take race, or report with --trial")
    names = options.names or (_QUICK if options.quick else tuple(CLASSES))
    options.classes = [CLASSES[name] for name in names]
    options.rounds = options.rounds or (_QUICK_ROUNDS if options.quick else _ROUNDS)
    options.most = options.most or (quiet.MOST_ROUNDS if whole else options.rounds)
    return options


if __name__ == "__main__":
    sys.exit(main())
