"""The race in tables: one per class, one against the documented ways, and one that shows where this pipeline leads."""

from collections.abc import Mapping

from benchmarks import race
from benchmarks.contenders import LIMIT, OURS, Contender
from benchmarks.inputs import Input
from benchmarks.quiet import Measured
from benchmarks.race import Results
from benchmarks.tables import NOTHING, mebibytes, milliseconds, table

_COLUMNS = ("", "CPU ms", "ours ÷ it", "peak MiB", "PSNR dB", "bytes at 640")
_OF_MOTION = ("worst dB", "frames")
# What every class is to reach: CPU ÷ that of the fastest peer, and memory ÷ that of the leanest.
CPU_TARGET, MEMORY_TARGET = 0.95, 1.25


def section(one: Input, results: Results, missing: Mapping[Contender, str]) -> str:
    size = one.path().stat().st_size / 1e6
    heading = f"### {one.name}: {one.about}, {one.size[0]}x{one.size[1]}, {size:.1f} MB"
    return f"{heading}\n\n{of_class(results, missing)}"


def of_class(results: Results, missing: Mapping[Contender, str]) -> str:
    ours = results[OURS]
    comparable = race.comparable(results)
    moves = ours.frames > 1
    columns = _COLUMNS + _OF_MOTION if moves else _COLUMNS
    nothing = [NOTHING] * (len(columns) - 1)
    rows: list[tuple[str, ...]] = []
    for contender, result in results.items():
        if result.failure:
            rows.append((f"{contender.name}: {result.failure}", *nothing))
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
                *((f"{result.worst:.2f}", str(result.frames)) if moves else ()),
            )
        )
    rows.extend((f"{contender.name}: not installed ({reason})", *nothing) for contender, reason in missing.items())
    return table(columns, rows)


def documented(races: Mapping[Input, Measured]) -> str:
    """Against what a reader of the peers' documentation writes, and against the limit."""
    headings = ("Class", "÷ sharp as documented", "÷ pyvips as documented", "÷ limit")
    return table(headings, [_documented(one, measured.results) for one, measured in races.items()])


def _documented(one: Input, results: Results) -> tuple[str, ...]:
    peers = {contender.name.split(",")[0]: contender for contender in results if contender.documented}
    return (one.name, *(_ratio(results, peer) for peer in (peers.get("sharp"), peers.get("pyvips"), LIMIT)))


def summary(races: Mapping[Input, Measured]) -> str:
    """Ours ÷ the fastest peer in CPU, and ours ÷ the leanest in memory, which need not be the same one."""
    headings = (
        "Class",
        "CPU ms",
        "fastest peer",
        "CPU: ours ÷ best",
        "dB above it",
        "peak MiB",
        "leanest peer",
        "memory: ours ÷ leanest",
        "rounds",
        "error",
        "others",
    )
    return table(headings, [_standing(one, measured) for one, measured in races.items()])


def targets(races: Mapping[Input, Measured]) -> str:
    """The targets, and the classes that miss them."""
    by_class = {one.name: _ratios(measured.results) for one, measured in races.items()}
    missed = [
        f"{name} ({what} {ratio:.2f})"
        for name, ratios in by_class.items()
        for what, ratio, most in zip(("CPU", "memory"), ratios, (CPU_TARGET, MEMORY_TARGET), strict=True)
        if ratio and round(ratio, 2) > most
    ]
    return (
        f"Targets for every class: at most {CPU_TARGET} of the fastest peer's CPU, and {MEMORY_TARGET} of the "
        f"leanest peer's memory.\nMissed by: {', '.join(missed) or 'none'}."
    )


def _ratios(results: Results) -> tuple[float | None, float | None]:
    """CPU ÷ that of the fastest peer, memory ÷ that of the leanest; None without a peer."""
    ours, best, leanest = results[OURS], race.best(results), race.leanest(results)
    return ours.ratio(results[best]) if best else None, ours.peak / results[leanest].peak if leanest else None


def _standing(one: Input, measured: Measured) -> tuple[str, ...]:
    results = measured.results
    ours = results[OURS]
    best, leanest = race.best(results), race.leanest(results)
    cpu, memory = _ratios(results)
    return (
        one.name,
        milliseconds(ours.seconds),
        best.name if best else NOTHING,
        f"{cpu:.2f}" if cpu else NOTHING,
        f"{ours.decibels - results[best].decibels:+.2f}" if best else NOTHING,
        mebibytes(ours.peak),
        f"{leanest.name} ({mebibytes(results[leanest].peak)})" if leanest else NOTHING,
        f"{memory:.2f}" if memory else NOTHING,
        str(measured.rounds),
        f"{measured.error:.1%}",
        f"{measured.others:.0%}",
    )


def _ratio(results: Results, contender: Contender | None) -> str:
    if contender is None or contender not in results or results[contender].failure:
        return NOTHING
    return f"{results[OURS].ratio(results[contender]):.2f}"
