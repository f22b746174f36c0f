"""Upkeep, which looks for a job without an outcome, each time a quarter of an hour later."""

from functools import partial
from typing import Any

import report_failure
import upkeep
from tests.lifecycle.actors import asynchronous, attempt, unobserved
from tests.lifecycle.world import Actor, World
from tests.material.invocation import Context

# After this many runs, every lost upload has ended: three conversions, a report, and one to see that.
RUNS = 6


def run(world: World, times: int = 1) -> None:
    """Each run is a new process. One that is killed holds the memory for less than a quarter of an hour."""

    def body(actor: Actor) -> None:
        for number in range(times):
            actor.begin(number)
            world.quarters += 1
            attempt(actor, partial(unobserved(upkeep.handler), {}, _context(actor)))

    world.spawn("upkeep", body)


def report_later(world: World, event: dict[str, Any]) -> None:
    """The run of report_failure that an asynchronous invocation starts."""

    def body(actor: Actor) -> None:
        asynchronous(actor, report_failure.handler, event)

    world.spawn("report_failure", body)


def _context(actor: Actor) -> Any:
    context = Context()
    context.aws_request_id = actor.token
    return context
