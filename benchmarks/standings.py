"""The race in tables: one per class, and one that shows the classes in which this pipeline leads."""

from collections.abc import Mapping

from benchmarks import race
from benchmarks.contenders import LIMIT, OURS, Contender
from benchmarks.inputs import Input
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


def summary(races: Mapping[Input, Results]) -> str:
    headings = (
        "Class",
        "CPU ms",
        "best peer at this quality",
        "ours ÷ best",
        "÷ sharp as documented",
        "÷ pyvips as documented",
        "÷ limit",
        "dB above best",
        "peak MiB",
        "best peer's",
        "least of all peers",
    )
    return table(headings, [_standing(one, results) for one, results in races.items()])


def _standing(one: Input, results: Results) -> tuple[str, ...]:
    ours = results[OURS]
    documented = {contender.name.split(",")[0]: contender for contender in results if contender.documented}
    best = race.best(results)
    peaks = [result.peak for result in race.comparable(results).values()]
    return (
        one.name,
        milliseconds(ours.seconds),
        best.name if best else NOTHING,
        f"{ours.ratio(results[best]):.2f}" if best else NOTHING,
        _ratio(results, documented.get("sharp")),
        _ratio(results, documented.get("pyvips")),
        _ratio(results, LIMIT),
        f"{ours.decibels - results[best].decibels:+.2f}" if best else NOTHING,
        mebibytes(ours.peak),
        mebibytes(results[best].peak) if best else NOTHING,
        mebibytes(min(peaks)) if peaks else NOTHING,
    )


def _ratio(results: Results, contender: Contender | None) -> str:
    if contender is None or contender not in results or results[contender].failure:
        return NOTHING
    return f"{results[OURS].ratio(results[contender]):.2f}"
