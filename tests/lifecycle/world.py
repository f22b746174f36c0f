"""A small world around the real handlers: each actor stops before each call to AWS, and the explorer chooses which one
continues, and whether the call fails.

Each actor is a greenlet. Its own state is a function of what it has seen since its process began, so a state of the
world consists of what is stored, what each actor has seen, and the faults that may still happen.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar

from botocore.exceptions import ClientError, ReadTimeoutError
from greenlet import GreenletExit, getcurrent, greenlet

from tests.lifecycle.stored import Letter, Object, Write, etag

T = TypeVar("T")

UPLOADS, THUMBNAILS = "uploads-bucket", "thumbnails-bucket"

# The faults of a call. botocore's own retries are inside of one: "error" is what remains after all of them.
ERROR = "error"  # it had no effect, and returns an error
LOST = "answer lost"  # it had its effect, and returns no response
REPEATED = "answer lost, asked again"  # the same, and botocore's retry gets a response
CONFLICT = "409"  # S3: another write of this object is in progress, which may still fail
KILL = "killed"  # the process dies before the call


class Killed(BaseException):
    """The end of a process. Not an Exception, so that no handler catches it."""


def refusal(code: str, status: int, operation: str) -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, operation)


class Actor(greenlet):  # type: ignore[misc]
    """A caller of AWS. role: its kind; actors of one role that have seen the same are interchangeable."""

    def __init__(self, world: "World", role: str, name: str, body: Callable[["Actor"], None]):
        super().__init__(parent=world.hub)
        self.world, self.role, self.name, self._body = world, role, name, body
        self.pending = ""
        self.faults: tuple[str, ...] = ()
        self.constant = False
        self.ready: Callable[[], bool] = lambda: True
        self.killed = False
        self.version: int | None = None
        self.seen = 0
        self.attempt = 0
        self.counts: list[tuple[str, float]] = []
        self.event: dict[str, Any] = {}
        self.receipts: list[Letter] = []

    def run(self) -> None:
        self._body(self)

    def begin(self, attempt: int = 0) -> None:
        """A new process, which remembers nothing."""
        self.killed, self.version, self.counts, self.attempt = False, None, [], attempt
        self.seen = hash((self.role, attempt))

    def sees(self, *what: object) -> None:
        self.seen = hash((self.seen, *what))

    @property
    def token(self) -> str:
        return f"{self.name}/{self.attempt}"


@dataclass
class World:
    hub: greenlet
    objects: dict[tuple[str, str], Object] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)
    parked: int = 0  # letters, ever
    writes: int = 0  # of objects
    actors: list[Actor] = field(default_factory=list)
    fresh: list[Actor] = field(default_factory=list)
    broken: bool = False  # whether the conversion always raises
    version: int = 1  # of the deployed settings
    days: int = 0  # that have gone by
    quarters: int = 0  # of an hour, between runs of upkeep
    outlived: set[str] = field(default_factory=set)  # keys of an erased job that no run can sweep any more
    cached: set[str] = field(default_factory=set)  # the thumbnails in the caches of the delivery
    posted: list[bytes] = field(default_factory=list)  # the uploads of the job, in order
    converted: set[str] = field(default_factory=set)  # the writes that were converted without `again`
    counts: Counter[str] = field(default_factory=Counter)
    pictures: set[str] = field(default_factory=set)  # the originals of done manifests
    statuses: list[str] = field(default_factory=list)  # of each manifest that was written
    flags: set[str] = field(default_factory=set)
    steps: list[str] = field(default_factory=list)
    violation: tuple[str, str] | None = None
    on_write: Callable[["World", Write], None] = lambda _world, _write: None
    endings: list[dict[str, Any]] = field(default_factory=list)  # of a setup's actors, as an earlier run has seen them
    ended: int = 0  # of these, in this run

    def spawn(self, role: str, body: Callable[[Actor], None], name: str = "") -> Actor:
        number = sum(actor.role == role for actor in self.actors) + 1
        actor = Actor(self, role, name or (f"{role} (no. {number})" if number > 1 else role), body)
        actor.begin()
        self.actors.append(actor)
        self.fresh.append(actor)
        return actor

    def start(self) -> None:
        """Bring new actors to their first call."""
        while self.fresh:
            self.fresh.pop(0).switch()

    def end(self) -> None:
        """Let all actors finish. A setup always does the same, so another run of it takes over the result."""
        if self.ended == len(self.endings):
            self.start()
            while able := [actor for actor in self.actors if not actor.dead]:
                able[0].switch(None)
                self.start()
            self.endings.append(self._copied(vars(self)))
        vars(self).update(self._copied(self.endings[self.ended]))
        self.ended += 1

    @staticmethod
    def _copied(data: dict[str, Any]) -> dict[str, Any]:
        """Its collections are new. What they hold is immutable, except for letters; and the actors are all dead."""
        shared = ("hub", "on_write", "endings", "ended")
        kept = {name: copy(value) for name, value in data.items() if name not in shared}
        return kept | {"letters": [*map(copy, data["letters"])]}

    def now(self) -> datetime:
        """All within a second, except for whole days: manifests of two runs have the same ETag if they say the same."""
        return self.on(self.days)

    def on(self, day: int) -> datetime:
        return datetime(2026, 11, 26, tzinfo=UTC) + timedelta(day)

    def park(self, body: str) -> None:
        self.letters.append(Letter(self.parked, body))
        self.parked += 1

    def put(self, bucket: str, key: str, content: bytes, data: Iterable[tuple[str, str]] = (), tag: str = "") -> Object:
        after = Object(content, etag(content), tuple(data), tag, self.days)
        before = self.objects.get((bucket, key))
        self.objects[bucket, key] = after
        self.writes += 1
        self.on_write(self, Write(bucket, key, before, after))
        return after

    def delete(self, bucket: str, key: str) -> None:
        if before := self.objects.pop((bucket, key), None):
            self.on_write(self, Write(bucket, key, before, None))

    def violated(self, invariant: str, text: str) -> None:
        self.violation = self.violation or (invariant, text)

    def leave(self) -> None:
        """End actors in the middle of something: a suspended greenlet holds its frames, and is never collected."""
        for actor in self.actors:
            if not actor.dead:
                actor.throw(GreenletExit)
        self.actors.clear()

    def state(self) -> int:
        at_work = {actor.token for actor in self.actors if not actor.dead}
        return hash(
            (
                frozenset((place, *self._said(each, at_work)) for place, each in self.objects.items()),
                tuple((letter.body, letter.hidden) for letter in self.letters),
                tuple(sorted(actor.seen for actor in self.actors if not actor.dead)),
                (self.broken, self.version, self.days, self.quarters, len(self.posted)),
                frozenset(self.counts.items()),
                (*map(frozenset, (self.converted, self.pictures, self.flags, self.outlived, self.cached)),),
                (*self.statuses[-1:], "failed" in self.statuses),
            )
        )

    @staticmethod
    def _said(stored: Object, at_work: set[str]) -> tuple[object, ...]:
        """The mark of a commit matters only to the process that wrote it."""
        return stored.etag, stored.tags, stored.day, *(item for item in stored.metadata if item[1] in at_work)


def me() -> Actor:
    actor: Actor = getcurrent()
    return actor


def call(what: str, effect: Callable[[], T], faults: tuple[str, ...] = (), *, constant: bool = False) -> T:
    """One call to AWS by the running actor. It waits until it is chosen, then does what was decided.

    constant: what it reads does not change in this scenario, so waiting gains nothing.
    """
    actor = me()
    if actor.killed:
        raise Killed
    actor.pending, actor.faults, actor.constant = what, faults, constant
    actor.sees(what)
    fault = actor.parent.switch()
    if actor.version is None:
        actor.version = actor.world.version
        actor.sees(actor.version)
    actor.world.steps.append(f"{actor.name}: {what}{f' — {fault}' if fault else ''}")
    if fault == KILL:
        actor.killed = True
        raise Killed
    if fault == ERROR:
        raise _seen(actor, refusal("SlowDown", 503, what))
    if fault == CONFLICT:
        raise _seen(actor, refusal("ConditionalRequestConflict", 409, what))
    if fault in (LOST, REPEATED):
        try:
            effect()
        except ClientError as error:
            _said(actor, error)
        if fault == LOST:
            actor.sees(LOST)
            raise ReadTimeoutError(endpoint_url=what)
    try:
        answer = effect()
    except ClientError as error:
        _said(actor, error)
        raise _seen(actor, error) from None
    actor.sees(repr(answer))
    return answer


def _seen(actor: Actor, error: ClientError) -> ClientError:
    actor.sees(error.response["Error"]["Code"])
    return error


def _said(actor: Actor, error: ClientError) -> None:
    actor.world.steps[-1] += f" → {error.response['Error']['Code']}"


def manifest_of(world: World, key: str) -> dict[str, Any] | None:
    stored = world.objects.get((THUMBNAILS, key))
    return parsed(stored.content) if stored else None


@lru_cache(1000)
def parsed(content: bytes) -> dict[str, Any]:
    """A manifest, to read only: the same one comes back for the same content."""
    return dict(json.loads(content))
