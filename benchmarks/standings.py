"""The race in tables: one per class, one against the documented ways, and one that shows where this pipeline leads."""

from collections.abc import Mapping

from benchmarks import race
from benchmarks.contenders import LIMIT, OURS, Contender
from benchmarks.inputs import Input
from benchmarks.quiet import Measured
from benchmarks.race import Results
from benchmarks.tables import NOTHING, mebibytes, milliseconds, table

_COLUMNS = ("", "CPU ms", "ours ÷ it", "peak MiB", "PSNR dB", "bytes at 640")


def of_class(results: Results, missing: Mapping[Contender, str]) -> str:
    ours = results[OURS]
    comparable = race.comparable(results)
    rows: list[tuple[str, ...]] = []
    for contender, result in results.items():
        if result.failure:
            rows.append((f"{contender.name}: {result.failure}", *[NOTHING] * 5))
            continue
        # A peer with worse pictures may be faster; it is shown, but not counted.
        mark = "" if contender in comparable or contender in (OURS, LIMIT) else " (lower quality)"
        rows.append(
            (
                contender.name + mark,
                milliseconds(result.seconds),
                f"{ours.ratio(result):.2f}",
                mebibytes(result.peak) if result.peak else NOTHING,
                f"{result.decibels:.2f}",
                f"{result.size:,}",
            )
        )
    rows.extend(
        (f"{contender.name}: not installed ({reason})", *[NOTHING] * 5) for contender, reason in missing.items()
    )
    return table(_COLUMNS, rows)


def documented(races: Mapping[Input, Measured]) -> str:
    """Against what a reader of the peers' documentation writes, and against the limit."""
    headings = ("Class", "÷ sharp as documented", "÷ pyvips as documented", "÷ limit")
    return table(headings, [_documented(one, measured.results) for one, measured in races.items()])


def _documented(one: Input, results: Results) -> tuple[str, ...]:
    peers = {contender.name.split(",")[0]: contender for contender in results if contender.documented}
    return (one.name, *(_ratio(results, peer) for peer in (peers.get("sharp"), peers.get("pyvips"), LIMIT)))


def summary(races: Mapping[Input, Measured]) -> str:
    """Ours ÷ best, in CPU and in memory, which need not be the same peer."""
    headings = (
        "Class",
        "CPU ms",
        "fastest peer",
        "CPU: ours ÷ best",
        "dB above it",
        "peak MiB",
        "leanest peer",
        "memory: ours ÷ best",
        "spread",
        "others",
    )
    return table(headings, [_standing(one, measured) for one, measured in races.items()])


def _standing(one: Input, measured: Measured) -> tuple[str, ...]:
    results = measured.results
    ours = results[OURS]
    best, leanest = race.best(results), race.leanest(results)
    return (
        one.name,
        milliseconds(ours.seconds),
        best.name if best else NOTHING,
        f"{ours.ratio(results[best]):.2f}" if best else NOTHING,
        f"{ours.decibels - results[best].decibels:+.2f}" if best else NOTHING,
        mebibytes(ours.peak),
        f"{leanest.name} ({mebibytes(results[leanest].peak)})" if leanest else NOTHING,
        f"{ours.peak / results[leanest].peak:.2f}" if leanest else NOTHING,
        f"{measured.spread:.0%}",
        f"{measured.others:.0%}",
    )


def _ratio(results: Results, contender: Contender | None) -> str:
    if contender is None or contender not in results or results[contender].failure:
        return NOTHING
    return f"{results[OURS].ratio(results[contender]):.2f}"
