"""Every order of calls, with crashes and faults between them: depth first, each state once; or at random, seeded.

A run starts from the beginning with the choices that lead to the state to explore, because handlers cannot be copied
halfway. A state that was already visited ends it, so without a limit on switches the search is exhaustive.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from greenlet import getcurrent

from tests.lifecycle import invariants, upkeepers
from tests.lifecycle.actors import fix, operator_redrives
from tests.lifecycle.world import Actor, World

Setup = Callable[[World], None]
Choice = tuple[Actor, str | None]
Clock = Callable[[], float]
CPU: Clock = time.process_time  # a budget that a busy machine does not change
_SHORTEN_SECONDS = 10.0  # for finding a shorter way to what is wrong


@dataclass(frozen=True)
class Scenario:
    """name: a sentence. faults: how many may happen. complete: whether `make test` can explore all of its states."""

    name: str
    setup: Setup
    faults: int = 1
    complete: bool = True


def scenario(
    collection: dict[str, Scenario], name: str, faults: int = 1, complete: bool = True
) -> Callable[[Setup], Setup]:
    """Add a scenario to a collection, by its name. It decorates its setup."""

    def add(setup: Setup) -> Setup:
        collection[name] = Scenario(name, setup, faults, complete)
        return setup

    return add


@dataclass
class Violation:
    """invariant: its sentence. text: the finding. steps: how it happens, for a person to follow."""

    invariant: str
    text: str
    steps: list[str]

    def __str__(self) -> str:
        lines = [f"violated: {self.invariant}", f"          {self.text}"]
        return "\n".join([*lines, *(f"{number:4}. {step}" for number, step in enumerate(self.steps, 1))])


@dataclass
class Report:
    scenario: Scenario
    complete: bool = False
    states: int = 0
    runs: int = 0
    calls: int = 0
    violation: Violation | None = None


@dataclass
class _Search:
    """bound: how often an actor may be interrupted by another one, or None. visited, stack: see explore. endings: see
    World."""

    scenario: Scenario
    faults: int
    bound: int | None = None
    chance: random.Random | None = None
    visited: set[int] = field(default_factory=set)
    stack: list[list[int]] = field(default_factory=lambda: [[]])
    endings: list[dict[str, Any]] = field(default_factory=list)

    def run(self, prefix: list[int], report: Report) -> World:
        """Runs from the beginning, along a prefix of choices, to the end or to a known state."""
        world = World(hub=getcurrent(), endings=self.endings)
        world.on_write = _judge
        self.scenario.setup(world)
        world.start()
        left, switches, last, chosen = self.faults, self.bound, None, [*prefix]
        depth = 0
        while (options := _options(world, last, left, switches)) and not world.violation:
            if depth < len(prefix):
                number = prefix[depth]
            elif self.chance:
                number = self._at_random(options)
            else:
                state = hash((world.state(), left, *(() if switches is None else (switches, last and last.name))))
                if state in self.visited:
                    break
                self.visited.add(state)
                number = 0
                self.stack += [[*chosen, other] for other in range(len(options) - 1, 0, -1)]
            if depth >= len(prefix):
                chosen.append(number)
            depth += 1
            actor, fault = options[number]
            if switches is not None and last is not None and actor is not last and not last.dead and last.ready():
                switches -= 1
            left -= fault is not None
            actor.switch(fault)
            world.start()
            report.calls += 1
            last = actor
        else:
            if not world.violation:
                _settle(world)
                invariants.at_the_end(world)
        report.runs += 1
        world.leave()
        return world

    def _at_random(self, options: list[Choice]) -> int:
        assert self.chance
        plain = sum(fault is None for _, fault in options)
        if plain < len(options) and self.chance.random() < 0.06:
            return self.chance.randrange(plain, len(options))
        return 0 if self.chance.random() < 0.5 else self.chance.randrange(plain)


def _judge(world: World, write: object) -> None:
    invariants.record(world, write)  # type: ignore[arg-type]
    invariants.on_write(world, write)  # type: ignore[arg-type]


def _options(world: World, last: Actor | None, faults: int, switches: int | None) -> list[Choice]:
    """The actors that may continue, and how: the last one first, then calls that succeed, then those that fail."""
    able = [actor for actor in world.actors if not actor.dead and actor.ready()]
    if not able:
        return []
    for actor in able:
        if actor.constant:  # the result is the same whenever it happens
            able = [actor]
            break
    else:
        if last in able:
            able = [last, *(actor for actor in able if actor is not last)] if switches != 0 else [last]
    plain: list[Choice] = [(actor, None) for actor in able]
    return plain + [(actor, fault) for actor in able if faults for fault in actor.faults]


def _settle(world: World) -> None:
    """Faults end, the cause is fixed, and an operator redrives until the queue is empty."""

    def finish() -> None:
        world.start()
        while able := [actor for actor in world.actors if not actor.dead and actor.ready()]:
            able[0].switch(None)
            world.start()

    world.steps.append("everybody finishes; the cause is fixed; what is parked is redriven")
    fix(world)
    finish()
    invariants.before_a_redrive(world)
    for _ in range(4):
        if world.letters:
            operator_redrives(world, most=10)
            finish()
    for _ in range(upkeepers.RUNS if "upkeep runs" in world.flags else 0):
        upkeepers.run(world)
        finish()


def explore(
    scenario: Scenario, seconds: float, *, bound: int | None = None, faults: int | None = None, clock: Clock = CPU
) -> Report:
    """Every order, until a violation is found or time is up."""
    report = Report(scenario)
    search = _Search(scenario, scenario.faults if faults is None else faults, bound)
    deadline = clock() + seconds
    while search.stack and clock() < deadline:
        world = search.run(search.stack.pop(), report)
        if world.violation:
            report.violation = Violation(*world.violation, world.steps)
            break
    report.complete = not search.stack and not report.violation
    report.states = len(search.visited)
    return report


def walk(scenario: Scenario, seconds: float, seed: int, *, clock: Clock = CPU) -> Report:
    """Orders at random, until a violation is found or time is up."""
    report = Report(scenario)
    endings: list[dict[str, Any]] = []
    deadline = clock() + seconds
    while clock() < deadline and not report.violation:
        chance = random.Random(f"{seed}/{report.runs}")
        search = _Search(scenario, scenario.faults, chance=chance, endings=endings)
        world = search.run([], report)
        if world.violation:
            report.violation = Violation(*world.violation, world.steps)
    return report


def shortest(scenario: Scenario, found: Violation) -> Violation:
    """The same violation with the fewest faults and switches that can be found in a moment."""
    deadline = CPU() + _SHORTEN_SECONDS
    for faults in range(scenario.faults + 1):
        for bound in range(4):
            left = deadline - CPU()
            if left <= 0:
                return found
            report = explore(scenario, left, bound=bound, faults=faults)
            if report.violation and report.violation.invariant == found.invariant:
                return report.violation
    return found
