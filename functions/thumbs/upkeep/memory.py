"""What one run remembers for the next: one object in the upload bucket, which only one run at a time may write.

Each write replaces the object that the run has read or written itself (S3's conditional writes), so of two runs the
second one stops. A run that was killed holds the memory until its timeout. What it had not saved is done again.
"""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from thumbs import observe, settings
from thumbs.aws import s3

KEY = "upkeep/memory.json"  # outside uploads/, so it is neither converted nor deleted by the lifecycle

_VERSION = 1


class Busy(Exception):
    """Another run is at work."""


@dataclass(frozen=True)
class Lost:
    """An upload without an outcome. stored: when. attempts: how often it was handed over. due: when the next one is."""

    stored: datetime
    attempts: int
    due: datetime


@dataclass(frozen=True)
class Tally:
    """What a search has seen so far. bytes: of the originals. strangers: objects that are no original of a job."""

    originals: int = 0
    bytes: int = 0
    strangers: int = 0


@dataclass
class Memory:
    """run: the id of the run that holds it, until a time. lost: by job. day: the last one with a line, as 2026-11-26.
    tidied: the last day on which old versions were deleted.

    A search looks at uploads from before `until`, in the order of their keys. after: the last key that it has seen.
    since: the earlier ones were seen by the search before. last: the tally of the last complete search.
    """

    run: str | None = None
    held_until: datetime | None = None
    after: str = ""
    since: datetime | None = None
    until: datetime | None = None
    seen: Tally = Tally()
    last: Tally | None = None
    day: str | None = None
    tidied: str | None = None
    lost: dict[str, Lost] = field(default_factory=dict)
    _etag: str | None = field(default=None, repr=False)

    def save(self) -> None:
        """Raises Busy if another run has written it in the meantime, and S3's errors."""
        bucket, content = settings.current().upload_bucket, _written(self)
        condition: Any = {"IfMatch": self._etag} if self._etag else {"IfNoneMatch": "*"}
        try:
            self._etag = s3.write(bucket, KEY, content, ContentType="application/json", **condition)
        except s3.ERRORS as error:
            # rest.send has repeated a write whose response was lost. The content names the run, so it is this one's.
            found = s3.read(bucket, KEY)
            if found and found.content == content:
                self._etag = found.etag
            elif s3.condition_failed(error):
                raise Busy from error
            else:
                raise

    def release(self) -> None:
        """Save it for the next run. Raises like save."""
        self.run = self.held_until = None
        self.save()


def hold(run: str, now: datetime, until: datetime) -> Memory:
    """The memory, held for this run until a time. Raises Busy, and S3's errors."""
    found = s3.read(settings.current().upload_bucket, KEY)
    memory = _read(found.content) if found else Memory()
    memory._etag = found.etag if found else None
    if memory.held_until and memory.held_until > now:
        raise Busy
    memory.run, memory.held_until = run, until
    memory.save()
    return memory


def _written(memory: Memory) -> bytes:
    members = {name: value for name, value in asdict(memory).items() if not name.startswith("_")}
    return json.dumps({"version": _VERSION, **members}, separators=(",", ":"), default=datetime.isoformat).encode()


def _read(content: bytes) -> Memory:
    """A new memory if this version cannot read it: then the search begins again, and nothing is lost but counts."""
    try:
        return _parsed(json.loads(content))
    except (ValueError, TypeError, KeyError, AttributeError):
        observe.log().error("the memory cannot be read: begins again")
        return Memory()


def _parsed(members: dict[str, Any]) -> Memory:
    if members.pop("version") != _VERSION:
        raise ValueError("of another version")
    if not isinstance(members["after"], str):
        raise TypeError("the last key is no text")
    times = {name: _time(text) if (text := members[name]) else None for name in ("held_until", "since", "until")}
    tallies = {"seen": Tally(**members["seen"]), "last": Tally(**members["last"]) if members["last"] else None}
    lost = {
        job: Lost(_time(each["stored"]), int(each["attempts"]), _time(each["due"]))
        for job, each in members["lost"].items()
    }
    return Memory(**{**members, **times, **tallies, "lost": lost})


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("a time without a time zone")
    return time
