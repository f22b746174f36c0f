"""The field: who competes, and the race of a class, which takes more rounds while the machine is busy."""

from collections.abc import Generator, Iterable
from contextlib import closing
from functools import cached_property
from typing import Any

from benchmarks import contenders, machine, quiet, race
from benchmarks.contenders import CONTENDERS, LIMIT, OURS, Contender, Failed
from benchmarks.inputs import Input
from benchmarks.quiet import Measured
from benchmarks.race import Result


class Field:
    """versions: of those that can run. missing: why the others cannot."""

    def __init__(self, competing: Iterable[Contender] = CONTENDERS):
        """Raises Failed if the pipeline itself cannot run."""
        self.versions, self.missing = contenders.installed(competing)
        if OURS in self.missing or LIMIT in self.missing:
            why = self.missing.get(OURS) or self.missing[LIMIT]
            raise Failed(f"the pipeline itself cannot run: {why}")

    def measured(self, one: Input, rounds: int, most: int) -> Measured:
        """rounds: how many it takes at least. most: how many at most, if the machine is busy."""
        one.path()
        with closing(self._raced(one, rounds)) as raced:
            measured = quiet.insist(raced, max(rounds, most))
        race.weigh(one, measured.results, self._bare)
        return measured

    def _raced(self, one: Input, rounds: int) -> Generator[Measured, None, None]:
        """See race.run."""
        others = machine.Others()
        with closing(race.run(one, self.versions, rounds)) as raced:
            for results in raced:
                yield Measured(results, others.share())

    def _bare(self, contender: Contender) -> int:
        return self._bare_node if contender.is_node else self._bare_python

    @cached_property
    def _bare_node(self) -> int:
        return next(one for one in self.versions if one.is_node).bare()

    @cached_property
    def _bare_python(self) -> int:
        return OURS.bare()

    def __str__(self) -> str:
        """Each contender once, although some compete in two ways."""
        said = list(dict.fromkeys(self.versions.values()))
        return "; ".join(
            [
                f"this pipeline {said[0]}",
                *said[1:],
                *(f"{one.name} missing ({why})" for one, why in self.missing.items()),
            ]
        )


def as_json(measured: Measured) -> dict[str, Any]:
    return {
        "others": measured.others,
        "results": {contender.name: vars(result) for contender, result in measured.results.items()},
    }


def from_json(told: dict[str, Any]) -> Measured:
    by_name = {contender.name: contender for contender in CONTENDERS}
    return Measured({by_name[name]: Result(**result) for name, result in told["results"].items()}, told["others"])
