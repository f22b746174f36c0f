"""What may happen to a job whose event is lost, each as a sentence. Upkeep ends it."""

from functools import partial

from tests.lifecycle import erasers, upkeepers
from tests.lifecycle.actors import posted
from tests.lifecycle.explorer import Scenario, scenario
from tests.lifecycle.laboratory import BAD, A
from tests.lifecycle.openings import uploaded
from tests.lifecycle.world import World

LOST: dict[str, Scenario] = {}


_scenario = partial(scenario, LOST)


def _dies(world: World) -> None:
    """A conversion has one attempt, and Lambda loses it if that fails: upkeep alone can end its job."""
    world.flags |= {"upkeep runs", "one attempt is left", "letters are lost"}


@_scenario("a conversion dies at any of its calls, and Lambda loses it")
def _(world: World) -> None:
    _dies(world)
    uploaded(world)


@_scenario("a conversion of what is no picture dies, and Lambda loses it")
def _(world: World) -> None:
    _dies(world)
    uploaded(world, BAD)


@_scenario("the event of an upload is lost, and so is the conversion that upkeep asks for")
def _(world: World) -> None:
    _dies(world)
    world.flags.add("originals stay")
    posted(world, A)
    upkeepers.run(world)


@_scenario("no conversion that upkeep asks for takes place")
def _(world: World) -> None:
    world.flags |= {"upkeep runs", "originals stay", "conversions vanish"}
    posted(world, A)


@_scenario("upkeep runs while a conversion is at work", complete=False)
def _(world: World) -> None:
    world.flags.add("upkeep runs")
    uploaded(world)
    upkeepers.run(world, times=2)


@_scenario("a job is erased while upkeep has it converted", complete=False)
def _(world: World) -> None:
    world.flags.add("upkeep runs")
    posted(world, A)
    upkeepers.run(world)
    erasers.request(world)
