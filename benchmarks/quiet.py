"""Whether the machine was quiet while a class was measured: only then is a figure worth keeping.

Two signs, because each misses what the other sees. Work that comes and goes makes rounds differ. Work that is always
there makes all rounds alike and all of them slow, because cores share caches, memory and clock.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import sqrt
from statistics import median, quantiles

from benchmarks.contenders import OURS
from benchmarks.inputs import Input
from benchmarks.race import Results

# A spread of 6 % leaves the median of seven rounds uncertain by 2 %: the standard error of a median is 1.25 times the
# deviation ÷ √n, and a deviation is the interquartile range ÷ 1.35. On two cores it was 2 to 5 % while others used a
# tenth, 4 to 7 % while eight programs competed; but also 2 % while others never rested, so their share counts as well.
SPREAD, OTHERS = 0.06, 0.10
_OF_ROUNDS = 7


class Busy(Exception):
    """The machine was busy; the text says with what, and what to do."""


@dataclass(frozen=True)
class Measured:
    """One class. others: which share of the machine's processors other programs used meanwhile, 0 to 1."""

    results: Results
    others: float

    @property
    def spread(self) -> float:
        return spread(self.results)

    @property
    def allowed(self) -> float:
        """The spread that leaves the median as certain as SPREAD does after seven rounds."""
        return allowed(len(self.results[OURS].cpu))

    @property
    def is_quiet(self) -> bool:
        return self.spread <= self.allowed and self.others <= OTHERS


def allowed(rounds: int) -> float:
    """See Measured.allowed. For fewer rounds than seven, it is SPREAD."""
    return SPREAD * sqrt(max(rounds, _OF_ROUNDS) / _OF_ROUNDS)


def spread(results: Results) -> float:
    """How much the rounds of a class differ in "ours ÷ it", which is what is published. Each contender has a relative
    spread, its interquartile range divided by its median, and this is the median of them. A single round has 0."""
    ours = results[OURS].cpu
    if len(ours) < 2:
        return 0.0
    peers = [result.cpu for one, result in results.items() if one is not OURS and not result.failure]
    ratios = [[mine / theirs for mine, theirs in zip(ours, cpu, strict=True)] for cpu in peers]
    return median(map(_range, ratios or [ours]))


def _range(values: list[float]) -> float:
    first, _, third = quantiles(values, n=4, method="inclusive")
    return (third - first) / median(values)


def insist(measure: Callable[[], Measured], attempts: int) -> Measured:
    """The first measurement that was quiet, or the quietest of as many as are allowed."""
    tried: list[Measured] = []
    while len(tried) < attempts and not (tried and tried[-1].is_quiet):
        tried.append(measure())
    return min(tried, key=lambda measured: max(measured.spread / measured.allowed, measured.others / OTHERS))


def refuse_busy(races: Mapping[Input, Measured]) -> None:
    """Raises Busy if a class was measured while the machine was busy."""
    if busy := reasons(races):
        raise Busy("\n".join([*busy, _ADVICE]))


def reasons(races: Mapping[Input, Measured]) -> list[str]:
    """A sentence for each class that was measured while the machine was busy."""
    return [
        f"{one.name}: its rounds differ by {measured.spread:.0%} (allowed: {measured.allowed:.0%}), and other programs "
        f"used {measured.others:.0%} of the machine's processors (allowed: {OTHERS:.0%})."
        for one, measured in races.items()
        if not measured.is_quiet
    ]


_ADVICE = """\
Nothing was written, because this machine was busy while it was measured. What was measured while it was quiet is kept,
and only the rest will be measured again. Close what else runs on it (browsers,
editors, tests, containers), wait until `uptime` shows a load below 0.2, and start again. On a laptop, connect the
charger. On a virtual machine whose neighbours cannot be stopped, measure more rounds, which may differ more:
make bench ONLY='report --rounds 30'"""
