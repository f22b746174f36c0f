"""Erases a job: the caller that requests it, and the eraser when a run hands a job over. And days that go by."""

import json
from typing import Any

import erase
from tests.lifecycle.actors import JOB, MANIFEST, ORIGINAL, OWNER, asynchronous, attempt, once, unobserved
from tests.lifecycle.invariants import NOT_SWEPT
from tests.lifecycle.world import THUMBNAILS, UPLOADS, Actor, World, call, manifest_of
from thumbs.jobs import notices
from thumbs.jobs.notices import Upload

BY_API = "DELETE"  # the role of who erases with an authorizer
_REPETITIONS = 2  # by the caller, who repeats a request that was not answered well
_CONTEXT: Any = None
_AT_WORK = ("convert", "erase", BY_API, "the eraser", "report_failure", "redrive", "visitor", "get_upload", "claim")


def request(world: World, times: int = 1) -> None:
    """Somebody erases the job, this many times, each until it is answered well."""
    event = notices.event([Upload(UPLOADS, ORIGINAL, JOB)])

    def body(actor: Actor) -> None:
        for number in range(times):
            for repetition in range(1 + _REPETITIONS):
                actor.begin(number * (1 + _REPETITIONS) + repetition)
                if attempt(actor, lambda: unobserved(erase.handler)(event, _CONTEXT)):
                    world.flags.add("answered: erased")
                    break

    world.spawn("erase", body)


def delete(world: World, repetitions: int = _REPETITIONS) -> None:
    """The owner calls DELETE /uploads/{job} until the answer is 204, or has been something else too often."""
    request = {
        "httpMethod": "DELETE",
        "pathParameters": {"job": JOB},
        "requestContext": {"authorizer": {"principalId": OWNER}},
    }
    answers: list[int] = []

    def ask() -> None:
        answers.append(unobserved(erase.handler)(request, _CONTEXT)["statusCode"])

    def body(actor: Actor) -> None:
        for repetition in range(1 + repetitions):
            actor.begin(repetition)
            if attempt(actor, ask):
                world.flags.add("answered: erased" if answers[-1] == 204 else "answered: being erased")
            if answers[-1:] == [204]:
                break

    world.spawn(BY_API, body)


def erase_later(world: World, event: dict[str, Any]) -> None:
    """The eraser, as an asynchronous invocation starts it."""

    def body(actor: Actor) -> None:
        if "the eraser is out of order" not in world.flags and asynchronous(actor, erase.handler, event):
            return
        call("the eraser gives up, and the job is parked", lambda: world.park(json.dumps(event)))
        world.flags.add("the eraser gave up")

    world.spawn("the eraser", body)


def repair(world: World) -> None:
    once(world, "the eraser is repaired", lambda: world.flags.discard("the eraser is out of order"), "developer")


def days_go_by(world: World) -> None:
    """More than the life of a tombstone. What Lambda has begun, and forms, do not last that long; what is parked or
    waits for SNS may."""

    def effect() -> None:
        world.days += 25
        found = manifest_of(world, MANIFEST)
        if found and found["status"] == "erased":
            world.flags.add("the tombstone has expired")
            world.delete(THUMBNAILS, MANIFEST)
            if NOT_SWEPT & world.flags or any(_is_at_sns(actor) for actor in world.actors):
                world.outlived = {key for bucket, key in world.objects if bucket == THUMBNAILS}
        world.delete(UPLOADS, ORIGINAL)

    days = once(world, "25 days go by", effect, "time")
    days.ready = lambda: not any(is_at_work(actor) for actor in world.actors)


def _is_at_sns(actor: Actor) -> bool:
    return not actor.dead and actor.pending == "SNS delivers"


def is_at_work(actor: Actor) -> bool:
    if actor.dead or not actor.role.startswith(_AT_WORK):
        return False
    return not _is_at_sns(actor) and actor.pending != "receive a letter"
