"""Scenarios with too many orders to explore all of them: they are explored at random."""

from functools import partial

from tests.lifecycle import actors, erasers
from tests.lifecycle.explorer import Scenario, scenario
from tests.lifecycle.laboratory import BAD, A, B
from tests.lifecycle.openings import again
from tests.lifecycle.world import World

WALKS: dict[str, Scenario] = {}


_walk = partial(scenario, WALKS, faults=3, complete=False)


@_walk("everything at once")
def _(world: World) -> None:
    world.broken = True
    actors.upload(world, A, "A", duplicates=1)
    actors.upload(world, B, "B")
    actors.fix(world)
    actors.deploy(world)
    actors.operator_redrives(world, times=2)
    actors.operator_redrives(world)
    actors.page(world, looks=4)
    actors.program(world)
    again(world)
    again(world)


@_walk("everything at once, and the original expires")
def _(world: World) -> None:
    world.broken = True
    actors.upload(world, A, "A", duplicates=1)
    actors.upload(world, BAD, "no picture")
    actors.fix(world)
    actors.operator_redrives(world, times=2)
    actors.operator_redrives(world)
    actors.page(world, looks=4)
    actors.expire(world)


@_walk("everything at once, and it is erased by two callers and at last forgotten")
def _(world: World) -> None:
    world.broken = True
    actors.upload(world, A, "A", duplicates=1)
    actors.upload(world, B, "B")
    actors.fix(world)
    actors.deploy(world)
    actors.operator_redrives(world, times=2)
    actors.page(world, looks=4)
    actors.program(world)
    again(world)
    erasers.request(world)
    erasers.request(world)
    erasers.days_go_by(world)


@_walk("an ordinary life with everything that may go wrong")
def _(world: World) -> None:
    world.broken = True
    actors.upload(world, A, "A", duplicates=2)
    actors.fix(world)
    actors.operator_redrives(world, times=3)
    actors.page(world, looks=4)
    actors.program(world)
