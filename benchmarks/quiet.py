"""Whether the machine was quiet while a class was measured: only then is a figure worth keeping.

Two signs, because each misses what the other sees. Work that comes and goes makes rounds differ, until more rounds even
that out. Work that is always there makes all rounds alike and slow, because cores share caches, memory and clock.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from statistics import median, quantiles

from benchmarks import race
from benchmarks.contenders import OURS
from benchmarks.inputs import Input
from benchmarks.race import Results

# On two cores, seven rounds left an error of 0.7 to 1.8 % while other programs used a tenth of them, and of 1.4 to
# 2.4 % while eight programs came and went. It was also 0.7 % while others never rested, so their share counts as well.
ERROR, OTHERS = 0.02, 0.10
MOST_ROUNDS = 70
_OF_MEDIAN, _OF_DEVIATION = 1.25, 1.35


class Busy(Exception):
    """The machine was busy; the text says with what, and what to do."""


@dataclass(frozen=True)
class Measured:
    """One class. others: which share of the machine's processors other programs used meanwhile, 0 to 1."""

    results: Results
    others: float

    @property
    def rounds(self) -> int:
        return len(self.results[OURS].cpu)

    @property
    def error(self) -> float:
        return error(self.results)

    @property
    def is_quiet(self) -> bool:
        return self.error <= ERROR and self.others <= OTHERS


def error(results: Results) -> float:
    """The relative standard error of "ours ÷ it", which is what is published: the median of those of the peers that
    are close to the fastest and take part in all rounds. 1 after a single round, which tells nothing about it.

    The standard error of a median is 1.25 times the deviation ÷ √n, and the deviation is taken from the interquartile
    range, which is 1.35 of them in a normal distribution, because a few disturbed rounds do not change it.
    """
    ours = results[OURS]
    if len(ours.cpu) < 2:
        return 1.0
    ratios = [ours.ratios(results[one]) for one in race.close(results) if one is not OURS]
    return median(map(_error, [each for each in ratios if len(each) == len(ours.cpu)] or [ours.cpu]))


def _error(values: list[float]) -> float:
    first, _, third = quantiles(values, n=4, method="inclusive")
    return _OF_MEDIAN / _OF_DEVIATION * (third - first) / median(values) / sqrt(len(values))


def insist(rounds: Iterable[Measured], most: int) -> Measured:
    """The first that was quiet, or the one that has as many rounds as are allowed. rounds: of one class, each with one
    more round than the one before."""
    return next(measured for measured in rounds if measured.is_quiet or measured.rounds >= most)


def refuse_busy(races: Mapping[Input, Measured]) -> None:
    """Raises Busy if a class was measured while the machine was busy."""
    if busy := reasons(races):
        raise Busy("\n".join([*busy, _ADVICE]))


def reasons(races: Mapping[Input, Measured]) -> list[str]:
    """A sentence for each class that was measured while the machine was busy."""
    return [
        f"{one.name}: after {measured.rounds} round{'s' * (measured.rounds > 1)}, its figures have an error of "
        f"{measured.error:.1%} (allowed: {ERROR:.0%}), and other programs used {measured.others:.0%} of the machine's "
        f"processors (allowed: {OTHERS:.0%})."
        for one, measured in races.items()
        if not measured.is_quiet
    ]


_ADVICE = """\
Nothing was written, because this machine was busy while it was measured. What was measured while it was quiet is
kept, and only the rest will be measured again. Close what else runs on it (browsers, editors, tests, containers),
wait until `uptime` shows a load below 0.2, and start again. On a laptop, connect the charger. On a virtual machine
whose neighbours cannot be stopped, allow more rounds, which make the error smaller:
make bench ONLY='report --most-rounds 200'"""
