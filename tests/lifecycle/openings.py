"""The beginnings of scenarios: what has happened to the job before the orders are explored."""

from typing import Any

from tests.lifecycle import actors
from tests.lifecycle.actors import convert_later, posted
from tests.lifecycle.laboratory import A
from tests.lifecycle.world import World


def uploaded(world: World, content: bytes = A, *, stays: bool = True) -> None:
    """The form was posted, and S3 has sent its event. stays: nobody changes the original in this scenario."""
    if stays:
        world.flags.add("originals stay")
    convert_later(world, posted(world, content))


def ended(world: World) -> None:
    """All existing actors finish first."""
    world.end()
    world.steps.append("that is over")


def done(world: World, content: bytes = A, *, stays: bool = True) -> None:
    uploaded(world, content, stays=stays)
    ended(world)


def failed(world: World, *, stays: bool = True) -> None:
    world.broken = True
    uploaded(world, stays=stays)
    ended(world)
    world.broken = False


def again(world: World, *, by_version_0_1: bool = False) -> None:
    """Requested by an operator. Version 0.1 did not say when the original was stored."""
    world.flags.add("asked again")
    convert_later(world, actors.again(None if by_version_0_1 else world.now()))


def posted_before(world: World) -> dict[str, Any]:
    """The event of the current upload, again."""
    content = world.posted.pop()
    return posted(world, content)
