"""What may meet in the life of a job that is claimed or expires, each as a sentence."""

from collections.abc import Callable

from tests.lifecycle import actors, claimers, days, erasers
from tests.lifecycle.actors import convert_later
from tests.lifecycle.explorer import Scenario, Setup, scenario
from tests.lifecycle.laboratory import BAD, A, B
from tests.lifecycle.openings import again, done, ended, failed, posted_before, uploaded
from tests.lifecycle.world import World

CLAIMINGS: dict[str, Scenario] = {}


def _scenario(name: str, faults: int = 1) -> Callable[[Setup], Setup]:
    """Like explorer.scenario, in a service that expects claims."""

    def add(setup: Setup) -> Setup:
        def expecting_claims(world: World) -> None:
            world.flags.add(days.EXPECTS_CLAIMS)
            setup(world)

        return scenario(CLAIMINGS, name, faults)(expecting_claims)

    return add


def _again(world: World) -> None:
    """Requested by an operator, with the original's date."""
    world.flags.add("asked again")
    convert_later(world, actors.again(world.on(0)))


@_scenario("an upload is claimed while it is converted")
def _(world: World) -> None:
    uploaded(world)
    claimers.request(world)


@_scenario("a done job is claimed by two callers while its page waits")
def _(world: World) -> None:
    done(world)
    claimers.request(world)
    claimers.request(world)
    actors.page(world)


@_scenario("a claim of a done job may end halfway for good")
def _(world: World) -> None:
    done(world)
    claimers.request(world, repetitions=0)
    claimers.days_go_by(world, 4, then=actors.program)


@_scenario("a done job is claimed while it is converted again with other sizes")
def _(world: World) -> None:
    done(world)
    world.version = 2
    again(world)
    claimers.request(world)


@_scenario("a failed job is claimed while its letter is redriven")
def _(world: World) -> None:
    failed(world)
    claimers.request(world)
    actors.operator_redrives(world)


@_scenario("a rejected job is claimed", faults=3)
def _(world: World) -> None:
    done(world, BAD)
    claimers.request(world)


@_scenario("a done job is claimed while it is erased")
def _(world: World) -> None:
    done(world, stays=False)
    claimers.request(world)
    erasers.request(world)


@_scenario("a claimed job is converted again on another day, and its time goes by")
def _(world: World) -> None:
    done(world)
    claimers.request(world)
    ended(world)
    world.days = 1
    again(world)
    claimers.days_go_by(world, 4, then=actors.program)


@_scenario("nobody claims a job: its time goes by while a program asks, and its event comes once more")
def _(world: World) -> None:
    done(world)
    event = posted_before(world)
    claimers.days_go_by(world, 4, then=actors.program)
    actors.once(world, "S3 tells once more", lambda: convert_later(world, event), "S3")


@_scenario("nobody claims a failed job: its manifest goes first, and its letter is redriven")
def _(world: World) -> None:
    failed(world)
    claimers.days_go_by(world, 4, then=actors.program, manifest_first=True)
    actors.operator_redrives(world)


@_scenario("a job is claimed too late")
def _(world: World) -> None:
    done(world)
    claimers.days_go_by(world, 4, then=claimers.request)


@_scenario("an unclaimed job is converted again days later, and what is older expires while a program asks")
def _(world: World) -> None:
    done(world)
    world.days = 2
    _again(world)
    ended(world)
    claimers.days_go_by(world, 2, then=actors.program)


@_scenario("an unclaimed job got another picture by its form, and is converted again when its time is over")
def _(world: World) -> None:
    done(world, stays=False)
    actors.upload(world, B, "B")
    ended(world)
    claimers.days_go_by(world, 4, then=_again)


@_scenario("an unclaimed job is converted again while it is claimed on its last day")
def _(world: World) -> None:
    done(world, A)
    world.days = 2
    _again(world)
    claimers.request(world)
    claimers.days_go_by(world, 5)
