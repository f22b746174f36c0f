"""What may meet in the life of a job that is erased, each as a sentence."""

from functools import partial

from tests.lifecycle import actors, erasers
from tests.lifecycle.actors import convert_later, posted
from tests.lifecycle.explorer import Scenario, scenario
from tests.lifecycle.laboratory import BAD, A, B
from tests.lifecycle.openings import again, done, ended, failed, posted_before, uploaded
from tests.lifecycle.world import World

ERASURES: dict[str, Scenario] = {}


_scenario = partial(scenario, ERASURES)


@_scenario("a done job is erased while its page waits")
def _(world: World) -> None:
    done(world, stays=False)
    erasers.request(world)
    actors.page(world)


@_scenario("a job is erased while it is converted")
def _(world: World) -> None:
    uploaded(world, stays=False)
    erasers.request(world)


@_scenario("a job is erased while it is rejected")
def _(world: World) -> None:
    uploaded(world, BAD, stays=False)
    erasers.request(world)


@_scenario("a job is erased while an event about it comes twice", complete=False)
def _(world: World) -> None:
    event = posted(world, A)
    convert_later(world, event)
    convert_later(world, event)
    erasers.request(world)


@_scenario("a done job is erased while it is converted again with other sizes", complete=False)
def _(world: World) -> None:
    done(world, stays=False)
    world.version = 2
    again(world)
    erasers.request(world)


@_scenario("a job is erased before it is uploaded")
def _(world: World) -> None:
    actors.upload(world, A, "A")
    erasers.request(world)


@_scenario("a done job is erased, and its form is used once more")
def _(world: World) -> None:
    done(world, stays=False)
    erasers.request(world)
    actors.upload(world, B, "B")


@_scenario("a job is erased while its form is used twice", complete=False)
def _(world: World) -> None:
    actors.upload(world, A, "A")
    actors.upload(world, B, "B")
    erasers.request(world)


@_scenario("a job is erased by two callers while it is converted", complete=False)
def _(world: World) -> None:
    uploaded(world, stays=False)
    erasers.request(world)
    erasers.request(world)


@_scenario("a done job is erased while its original expires and a program asks for it")
def _(world: World) -> None:
    done(world, stays=False)
    erasers.request(world)
    actors.expire(world)
    actors.program(world)


@_scenario("a done job is erased, and S3 sends its event once more")
def _(world: World) -> None:
    done(world, stays=False)
    event = posted_before(world)
    erasers.request(world)
    actors.once(world, "S3 tells once more", lambda: convert_later(world, event), "S3")


@_scenario("a failed job is erased while its letter is redriven", complete=False)
def _(world: World) -> None:
    failed(world, stays=False)
    erasers.request(world)
    actors.operator_redrives(world)


@_scenario("a job whose conversion is broken and fixed is erased", complete=False)
def _(world: World) -> None:
    world.broken = True
    uploaded(world, stays=False)
    actors.fix(world)
    erasers.request(world)


@_scenario("a job is erased during the last attempt of its conversion", complete=False)
def _(world: World) -> None:
    """Which stores a thumbnail and dies, so that only the report of its failure meets the tombstone."""
    uploaded(world, stays=False)
    world.flags.add("one attempt is left")
    erasers.request(world)


@_scenario("a job is erased while it is converted, and the eraser is out of order and repaired", complete=False)
def _(world: World) -> None:
    world.flags.add("the eraser is out of order")
    uploaded(world, stays=False)
    erasers.request(world)
    erasers.repair(world)
    actors.operator_redrives(world)


@_scenario("a failed job is erased, and its letter is redriven after the tombstone has expired")
def _(world: World) -> None:
    failed(world, stays=False)
    erasers.request(world)
    ended(world)
    erasers.days_go_by(world)
    actors.operator_redrives(world)


@_scenario("a job is erased, and its failure is reported after the tombstone has expired")
def _(world: World) -> None:
    world.broken = True
    uploaded(world, stays=False)
    erasers.request(world)
    erasers.days_go_by(world)


@_scenario("an event by an operator of version 0.1 fails, and is redriven after the tombstone has expired")
def _(world: World) -> None:
    done(world, stays=False)
    world.broken = True
    again(world, by_version_0_1=True)
    ended(world)
    world.broken = False
    erasers.request(world)
    ended(world)
    erasers.days_go_by(world)
    actors.operator_redrives(world)


@_scenario("a job is erased while writes are slow, and it is converted again with other sizes", complete=False)
def _(world: World) -> None:
    done(world, stays=False)
    world.version = 2
    world.flags.add("writes are slow")
    again(world)
    erasers.request(world)


@_scenario("an owner erases a done job")
def _(world: World) -> None:
    done(world, stays=False)
    erasers.delete(world)


@_scenario("an owner erases a job while it is converted", complete=False)
def _(world: World) -> None:
    uploaded(world, stays=False)
    erasers.delete(world)


@_scenario("an owner erases a job before it is uploaded", complete=False)
def _(world: World) -> None:
    actors.upload(world, A, "A")
    erasers.delete(world)


@_scenario("an owner erases a done job, and does not repeat a request that was not finished")
def _(world: World) -> None:
    done(world, stays=False)
    erasers.delete(world, repetitions=0)


@_scenario("an owner erases a job twice at once while it is converted", complete=False)
def _(world: World) -> None:
    uploaded(world, stays=False)
    erasers.delete(world)
    erasers.delete(world)


@_scenario("a job whose thumbnails are cached is erased", complete=False)
def _(world: World) -> None:
    world.flags.add("with a delivery")
    done(world, stays=False)
    actors.visit(world)
    erasers.delete(world)
