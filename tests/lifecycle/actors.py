"""The actors: the handlers inside a model of Lambda, SNS and SQS, and the people on either side."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import convert
import get_upload
import redrive
import report_failure
from tests.lifecycle import days
from tests.lifecycle.stored import Object, etag
from tests.lifecycle.world import (
    KILL,
    THUMBNAILS,
    UPLOADS,
    Actor,
    Killed,
    World,
    call,
    manifest_of,
)
from thumbs import observe
from thumbs.aws import clients, s3
from thumbs.jobs import bindings, keys, ledger, notices
from thumbs.jobs.notices import Upload

OWNER = "owner"
JOB = "a" * 16 + hashlib.sha256(f"{'a' * 16} {OWNER}".encode()).hexdigest()[:16]  # one of the owner's (keys.py)
ORIGINAL, MANIFEST = keys.original(JOB), keys.manifest(JOB)

# The invariants that actors check themselves.
NO_MISTAKE = "No handler raises what no call that went wrong explains."
NAMES = "A manifest names only thumbnails that are there, each with its own content."
FINDS = (
    "`GET /uploads/{job}` finds every job that has ended until its time is over, and says of an erased one only that "
    "it is gone."
)

_ATTEMPTS = 3  # of an asynchronous event (Lambda developer guide, "Asynchronous invocation", error handling)
_CONTEXT: Any = None


def posted(world: World, content: bytes) -> dict[str, Any]:
    """The original, and the event that S3 sends about it. A further write has a larger sequencer, a duplicate of an
    event the same (AWS re:Post, "Why do I see duplicate messages in Amazon SQS for the same Amazon S3 event?")."""
    world.put(UPLOADS, ORIGINAL, content)
    world.posted.append(content)
    number = f"{len(world.posted):016X}"
    upload = Upload(UPLOADS, ORIGINAL, JOB, etag=etag(content).strip('"'), sequencer=number, time=world.now())
    return notices.event([upload])


def again(time: datetime | None) -> dict[str, Any]:
    return notices.event([Upload(UPLOADS, ORIGINAL, JOB, again=True, time=time)])


class Broken(Exception):
    """The conversion has a bug, or a dependency has an outage."""


def _mistake(error: Exception) -> bool:
    """Whether a handler raises an error that no failed call explains."""
    if isinstance(error, ExceptionGroup):
        return any(_mistake(each) for each in error.exceptions)
    return not isinstance(error, (*clients.ERRORS, *s3.ERRORS, ledger.Overtaken, bindings.Withdrawn, Broken))


def attempt(actor: Actor, run: Callable[[], object]) -> bool:
    """Whether it ends well. Its metrics are written when it ends, even if it fails; a killed one writes nothing."""
    try:
        run()
        call("returns", lambda: None, (KILL,), constant=True)
    except Killed:
        return False
    except Exception as error:
        if _mistake(error):
            actor.world.violated(NO_MISTAKE, repr(error))
        actor.world.steps.append(f"{actor.name}: ends badly")
        actor.world.counts.update(dict(_sums(actor)))
        return False
    actor.world.counts.update(dict(_sums(actor)))
    return True


def _sums(actor: Actor) -> list[tuple[str, int]]:
    return [(name, int(sum(value for each, value in actor.counts if each == name))) for name, _ in actor.counts]


def unobserved(handler: Any) -> observe.Handler:
    """A handler without the logs and metrics around it."""
    inner: observe.Handler = handler.__wrapped__
    return inner


def asynchronous(actor: Actor, handler: Any, event: dict[str, Any]) -> bool:
    """Lambda's asynchronous invocation: three attempts, each a new process."""
    first = _ATTEMPTS - 1 if actor.role.startswith("convert") and "one attempt is left" in actor.world.flags else 0
    for number in range(first, _ATTEMPTS):
        actor.begin(number)
        actor.event = event
        if number:
            actor.world.steps.append(f"{actor.name}: attempt {number + 1} of {_ATTEMPTS}")
        if attempt(actor, lambda: unobserved(handler)(event, _CONTEXT)):
            return True
    actor.begin(_ATTEMPTS)
    return False


def convert_later(world: World, event: dict[str, Any]) -> None:
    """The run that S3's notification or an asynchronous invocation starts."""

    def body(actor: Actor) -> None:
        if "conversions vanish" in world.flags or asynchronous(actor, convert.handler, event):
            return
        if "letters are lost" in world.flags:
            return  # the alarm LostFailures reports it
        # Lambda publishes the event; SNS parks it, and calls report_failure.
        world.steps.append(f"{actor.name}: is given up, parked and reported")
        world.park(json.dumps(event))
        _report(world, event)

    upload = event["Records"][0]["s3"]["object"].get("sequencer", "").lstrip("0")
    world.spawn(f"convert, of upload {upload}" if upload else "convert, asked again", body)


def _report(world: World, event: dict[str, Any]) -> None:
    message = {"Records": [{"Sns": {"Message": json.dumps(event)}}]}

    def body(actor: Actor) -> None:
        if "reports are lost" in world.flags:
            call("report_failure fails for good", lambda: None, constant=True)
            return
        call("SNS delivers", lambda: None)
        if not asynchronous(actor, report_failure.handler, message):
            world.flags.add("a report was given up")

    world.spawn("report_failure", body)


def upload(world: World, content: bytes, name: str, duplicates: int = 0) -> None:
    """Somebody posts the form."""

    def effect() -> None:
        event = posted(world, content)
        for _ in range(1 + duplicates):
            convert_later(world, event)

    once(world, f"POST original {name}", effect, f"visitor with {name}")


def once(world: World, what: str, effect: Callable[[], None], role: str) -> Actor:
    return world.spawn(role, lambda _: call(what, effect))


def fix(world: World) -> None:
    def effect() -> None:
        world.broken = False

    once(world, "the cause is fixed", effect, "developer")


def deploy(world: World) -> None:
    def effect() -> None:
        world.version = 2

    once(world, "other sizes and lower limits are deployed", effect, "deployment")


def expire(world: World) -> None:
    """The lifecycle deletes the original; after a redrive, that can happen at any moment."""
    once(world, "the lifecycle deletes the original", lambda: world.delete(UPLOADS, ORIGINAL), "lifecycle")


def operator_redrives(world: World, times: int = 1, most: int = 1) -> None:
    def body(actor: Actor) -> None:
        for time in range(times):
            actor.begin(time)
            actor.receipts = []
            attempt(actor, lambda: unobserved(redrive.handler)({"max": most}, _CONTEXT))
            for letter in actor.receipts:
                letter.hidden = False

    world.spawn("redrive", body)


def page(world: World, looks: int = 2) -> None:
    """A browser that polls for the result through its signed link, and shows the thumbnails."""

    def body(actor: Actor) -> None:
        for _ in range(looks):
            found = call("GET the result", lambda: manifest_of(world, MANIFEST))
            if not found or found["status"] != "done":
                continue
            for thumbnail in found["thumbnails"]:
                place = (THUMBNAILS, thumbnail["key"])
                there = call("GET a thumbnail", partial(_sent, world, place))
                if there is None and "erased" not in world.statuses:  # a page that has read an earlier manifest
                    world.violated(NAMES, "the page finds none")
            return

    world.spawn("page", body)


def visit(world: World) -> None:
    """A browser that knows the address of a thumbnail of a done job, and asks the delivery for it."""
    found = manifest_of(world, MANIFEST) or {}
    place = (THUMBNAILS, found["thumbnails"][0]["key"])

    def effect() -> None:
        _sent(world, place)

    once(world, "GET a thumbnail", effect, "visitor")


def _sent(world: World, place: tuple[str, str]) -> Object | None:
    """What the delivery sends, from its caches or from the bucket."""
    if found := world.objects.get(place):
        world.cached.add(place[1])
    return found


def program(world: World) -> None:
    """A caller of GET /uploads/{job} that retries until there is a result."""

    def body(actor: Actor) -> None:
        known = (UPLOADS, ORIGINAL) in world.objects or (THUMBNAILS, MANIFEST) in world.objects
        request = {"pathParameters": {"job": JOB}, "headers": {}}
        try:
            answer = unobserved(get_upload.handler)(request, _CONTEXT)
        except (Killed, *s3.ERRORS):
            return  # 502: it retries
        found = manifest_of(world, MANIFEST)
        is_over = days.is_over(world, found)
        if known and found and not is_over and answer["statusCode"] == 404:
            world.violated(FINDS, "404")
        if is_over and answer["statusCode"] != 404:
            world.violated(FINDS, f"{answer['statusCode']} for what is over")
        if found and found["status"] == "erased" and '"erased"' in answer["body"]:
            world.violated(FINDS, "a tombstone")
        for thumbnail in json.loads(answer["body"]).get("thumbnails", ()):
            if (THUMBNAILS, thumbnail["key"]) not in world.objects and "erased" not in world.statuses:
                world.violated(NAMES, "a program finds none")

    world.spawn("get_upload", body)
