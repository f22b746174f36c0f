"""make explore: every scenario completely, then with more faults and at random, until a fault is found or time is
up."""

import argparse
import itertools
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial

from operate.arguments import seconds, whole
from tests.lifecycle.explorer import Report, Scenario, explore, shortest, walk
from tests.lifecycle.laboratory import laboratory
from tests.lifecycle.scenarios import SCENARIOS
from tests.lifecycle.walks import WALKS

Look = Callable[[float], Report]

_WHOLE, _SLICE = 300.0, 30.0  # seconds for one scenario: with its own faults, and each time with more


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.lifecycle", description=__doc__)
    parser.add_argument("--seconds", type=seconds, default=3600, help="how long (3600)")
    parser.add_argument("--seed", type=whole, default=int(time.time()), help="of the orders at random (the time)")
    options = parser.parse_args()
    deadline = time.monotonic() + options.seconds
    print(f"exploring for {options.seconds:g} seconds, seed {options.seed}", flush=True)  # noqa: T201

    with laboratory():
        for how, look in _looks(options.seed):
            left = deadline - time.monotonic()
            if left <= 0:
                break
            if not _fine(look(left), how):
                return 1
    print("nothing was found")  # noqa: T201
    return 0


def _looks(seed: int) -> Iterator[tuple[str, Look]]:
    """One after the other, for ever: the method, and what to do with the remaining seconds."""
    for scenario in SCENARIOS.values():
        yield "", partial(_explore, scenario, _WHOLE, scenario.faults)
    for number in itertools.count():
        for scenario in WALKS.values():
            yield f"at random, seed {seed + number}", partial(_walk, scenario, seed + number)
        faults = 2 + number // 3
        for scenario in [*SCENARIOS.values()][number % 3 :: 3]:
            yield f"{faults} faults", partial(_explore, scenario, _SLICE, faults)


def _explore(scenario: Scenario, most: float, faults: int, left: float) -> Report:
    return explore(scenario, min(most, left), faults=faults, clock=time.monotonic)


def _walk(scenario: Scenario, seed: int, left: float) -> Report:
    return walk(scenario, min(_SLICE, left), seed, clock=time.monotonic)


def _fine(report: Report, how: str) -> bool:
    size = f"{report.states} states" if report.states else f"{report.runs} runs"
    end = "all of them" if report.complete else "cut by time"
    print(f"{report.scenario.name}{how and f' ({how})'}: {size}, {report.calls} calls, {end}", flush=True)  # noqa: T201
    if report.violation:
        print(shortest(report.scenario, report.violation))  # noqa: T201
    return report.violation is None


if __name__ == "__main__":
    sys.exit(main())
