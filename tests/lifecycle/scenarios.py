"""What may coincide in the life of a job, each as a sentence."""

from functools import partial

from tests.lifecycle import actors
from tests.lifecycle.actors import convert_later, posted
from tests.lifecycle.claimings import CLAIMINGS
from tests.lifecycle.erasures import ERASURES
from tests.lifecycle.explorer import Scenario, scenario
from tests.lifecycle.laboratory import BAD, BIG, A, B
from tests.lifecycle.lost import LOST
from tests.lifecycle.openings import again, done, failed, posted_before, uploaded
from tests.lifecycle.world import World

SCENARIOS: dict[str, Scenario] = {}


_scenario = partial(scenario, SCENARIOS)


@_scenario("a picture is converted while its page waits", faults=2)
def _(world: World) -> None:
    uploaded(world)
    actors.page(world)


@_scenario("an event comes twice")
def _(world: World) -> None:
    world.flags.add("originals stay")
    event = posted(world, A)
    convert_later(world, event)
    convert_later(world, event)


@_scenario("an event comes twice about what is no picture")
def _(world: World) -> None:
    world.flags.add("originals stay")
    event = posted(world, BAD)
    convert_later(world, event)
    convert_later(world, event)


@_scenario("an event comes three times", complete=False)
def _(world: World) -> None:
    world.flags.add("originals stay")
    event = posted(world, A)
    for _ in range(3):
        convert_later(world, event)


@_scenario("a form is posted twice with the same picture")
def _(world: World) -> None:
    actors.upload(world, A, "A")
    actors.upload(world, A, "A")


@_scenario("a form is posted twice with two pictures")
def _(world: World) -> None:
    actors.upload(world, A, "A")
    actors.upload(world, B, "B")


@_scenario("a form is posted twice, once with what is no picture")
def _(world: World) -> None:
    actors.upload(world, A, "A")
    actors.upload(world, BAD, "no picture")


@_scenario("a form is posted twice while the conversion is broken, and it is fixed and redriven", complete=False)
def _(world: World) -> None:
    world.broken = True
    actors.upload(world, A, "A")
    actors.upload(world, B, "B")
    actors.fix(world)
    actors.operator_redrives(world)


@_scenario("a conversion fails for good, is reported, fixed and redriven", complete=False)
def _(world: World) -> None:
    world.broken = True
    uploaded(world)
    actors.fix(world)
    actors.operator_redrives(world)


@_scenario("a parked conversion is redriven twice at once while its page waits")
def _(world: World) -> None:
    failed(world)
    actors.operator_redrives(world)
    actors.operator_redrives(world)
    actors.page(world, looks=1)


@_scenario("a failed job is redriven and asked for again at once")
def _(world: World) -> None:
    failed(world)
    actors.operator_redrives(world)
    again(world)


@_scenario("a conversion and its report fail for good, the original expires, and the letter is redriven")
def _(world: World) -> None:
    world.flags.add("reports are lost")
    failed(world, stays=False)
    actors.expire(world)
    actors.operator_redrives(world)


@_scenario("a parked conversion is redriven while its original expires")
def _(world: World) -> None:
    failed(world, stays=False)
    actors.expire(world)
    actors.operator_redrives(world)


@_scenario("Lambda loses a conversion that failed, its form is used once more, and everything is converted again")
def _(world: World) -> None:
    world.flags.add("letters are lost")
    failed(world, stays=False)
    world.flags.discard("letters are lost")  # one conversion is lost; the alarm LostFailures reports more
    actors.upload(world, B, "B")
    again(world)


@_scenario("an original expires while it is converted and asked for")
def _(world: World) -> None:
    uploaded(world, stays=False)
    actors.expire(world)
    actors.program(world)


@_scenario("a done job is converted again with other sizes while its page waits")
def _(world: World) -> None:
    done(world)
    world.version = 2
    again(world)
    actors.page(world)


@_scenario("a done job is asked for again twice while other sizes are deployed and its event comes late")
def _(world: World) -> None:
    done(world)
    actors.deploy(world)
    again(world)
    again(world)
    convert_later(world, posted_before(world))


@_scenario("a big picture is done, limits are lowered, and it is asked for again twice")
def _(world: World) -> None:
    done(world, BIG)
    actors.deploy(world)
    again(world)
    again(world)
    actors.page(world)


@_scenario("a done job gets another picture by its form and is converted again")
def _(world: World) -> None:
    done(world, stays=False)
    actors.upload(world, B, "B")
    again(world)
    actors.page(world)


@_scenario("a rejected job gets another picture by its form and is converted again")
def _(world: World) -> None:
    done(world, BAD, stays=False)
    actors.upload(world, B, "B")
    again(world)


@_scenario("a job is asked for again while its own event is on the way, and its form is used once more", complete=False)
def _(world: World) -> None:
    actors.upload(world, A, "A")
    actors.upload(world, B, "B")
    again(world)


@_scenario("a done job is asked for again, which fails for good, is fixed and redriven", complete=False)
def _(world: World) -> None:
    done(world)
    world.broken, world.version = True, 2
    again(world)
    actors.fix(world)
    actors.operator_redrives(world)


SCENARIOS.update(LOST)
SCENARIOS.update(ERASURES)  # last, because they are larger
SCENARIOS.update(CLAIMINGS)
