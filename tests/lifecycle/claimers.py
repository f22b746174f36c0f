"""Claims a job, or lets its time go by: the caller, and S3's lifecycle."""

from collections.abc import Callable
from functools import partial
from typing import Any

import claim
from tests.lifecycle import days
from tests.lifecycle.actors import JOB, MANIFEST, attempt, once, unobserved
from tests.lifecycle.erasers import is_at_work
from tests.lifecycle.world import THUMBNAILS, Actor, World, call

_REPETITIONS = 2  # by the caller, who repeats a request that was not answered well
_CONTEXT: Any = None


def request(world: World, repetitions: int = _REPETITIONS) -> None:
    """Somebody claims the job, until it is answered well."""

    def body(actor: Actor) -> None:
        answers: list[int] = []
        for repetition in range(1 + repetitions):
            actor.begin(repetition)
            if attempt(actor, lambda: answers.append(_ask())) and answers[-1] != 409:
                break
        if answers[-1:] == [204]:
            world.flags.add("answered: claimed")
        elif answers[-1:] != [404]:
            world.flags.add("a claim was given up")

    world.spawn("claim", body)


def _ask() -> int:
    status: int = unobserved(claim.handler)({"pathParameters": {"job": JOB}, "headers": {}}, _CONTEXT)["statusCode"]
    return status


def days_go_by(
    world: World, number: int, then: Callable[[World], None] = lambda _: None, manifest_first: bool = False
) -> None:
    """Whole days, in which nothing of AWS's lasts but what waits. Then S3 deletes what is tagged, each object by its
    own age, in any order, and while others call. then: what else begins on that day."""

    def effect() -> None:
        world.days += number
        world.spawn("lifecycle", lambda _: _look(world, manifest_first))
        then(world)

    time = once(world, f"{number} days go by", effect, "time")
    time.ready = lambda: not any(is_at_work(actor) for actor in world.actors)


def _look(world: World, manifest_first: bool) -> None:
    found = {key for bucket, key in world.objects if bucket == THUMBNAILS}
    for key in sorted(found, key=lambda each: ((each == MANIFEST) != manifest_first, each)):
        call(f"S3 lets {key[:4]}…/{key.rpartition('/')[2]} expire", partial(_expire, world, key))
    world.flags.add("S3 has looked")


def _expire(world: World, key: str) -> None:
    """S3 rounds the end of the days up to the next midnight."""
    found = world.objects.get((THUMBNAILS, key))
    if found and found.tags == "status=unclaimed" and world.days - found.day > days.UNCLAIMED:
        if key == MANIFEST:
            world.flags.add("the manifest has expired")
        world.delete(THUMBNAILS, key)
