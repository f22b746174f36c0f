"""Runs upkeep over the uploads of a stack by moto, in which time goes by: everything that is stored becomes older."""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.s3.models import s3_backends

import upkeep
from tests.material.invocation import ENVIRONMENT, Context
from thumbs.jobs import keys, notices
from thumbs.upkeep import memory

UPLOADS, THUMBNAILS = ENVIRONMENT["UPLOAD_BUCKET"], ENVIRONMENT["THUMBNAIL_BUCKET"]


def job(number: int) -> str:
    return f"a{number:030x}f"  # not of a probe


@dataclass
class Account:
    """calls: the function and the event of each invocation. requests: to S3, by operation. ages: milliseconds, of the
    events that wait for convert. metrics: what CloudWatch was asked for."""

    s3: Any
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    requests: Counter[str] = field(default_factory=Counter)
    ages: list[float] = field(default_factory=list)
    metrics: list[dict[str, Any]] = field(default_factory=list)
    runs: int = 0

    def upload(self, *numbers: int, minutes: float = 20) -> None:
        for number in numbers:
            self.put(keys.original(job(number)), minutes=minutes)

    def put(self, key: str, content: bytes = b"picture", minutes: float = 20) -> None:
        self.s3.put_object(Bucket=UPLOADS, Key=key, Body=content)
        _stored(key).last_modified = datetime.now(UTC).replace(tzinfo=None) - timedelta(minutes=minutes)

    def fill(self, number: int) -> None:
        """Put this many objects that are no originals."""
        backend = s3_backends["123456789012"]["aws"]
        for each in range(number):
            backend.put_object(UPLOADS, f"elsewhere/{each:05}", b"")

    def clear(self) -> None:
        """A new stack."""
        backend = s3_backends["123456789012"]["aws"]
        for bucket in (UPLOADS, THUMBNAILS):
            backend.buckets[bucket].keys.clear()

    def end(self, *numbers: int, status: str = "done") -> None:
        for number in numbers:
            self.s3.put_object(
                Bucket=THUMBNAILS, Key=keys.manifest(job(number)), Body=json.dumps({"status": status}).encode()
            )

    def wait(self, minutes: float = 15) -> None:
        """Let time go by."""
        for key in s3_backends["123456789012"]["aws"].buckets[UPLOADS].keys.values():
            key.last_modified -= timedelta(minutes=minutes)
        known = self.memory
        for each in (known, *known["lost"].values()):
            for name in ("held_until", "since", "until", "stored", "due"):
                if each.get(name):
                    each[name] = (datetime.fromisoformat(each[name]) - timedelta(minutes=minutes)).isoformat()
        self.s3.put_object(Bucket=UPLOADS, Key=memory.KEY, Body=json.dumps(known))

    @property
    def memory(self) -> dict[str, Any]:
        found: dict[str, Any] = json.load(self.s3.get_object(Bucket=UPLOADS, Key=memory.KEY)["Body"])
        return found

    @property
    def lost(self) -> dict[str, int]:
        """The attempts of each lost upload, by job."""
        return {name: each["attempts"] for name, each in self.memory["lost"].items()}

    def run(self) -> list[tuple[str, str]]:
        """The function and the job of each invocation of one run."""
        self.calls.clear()
        self.requests.clear()
        self.runs += 1
        context = Context()
        context.aws_request_id = f"request-{self.runs}"
        upkeep.handler({}, context)
        return [(function, self.uploads(event)[0].job or "") for function, event in self.calls]

    @staticmethod
    def uploads(event: dict[str, Any]) -> list[notices.Upload]:
        given_up = "Sns" in event["Records"][0]
        (inner,) = notices.given_up(event) if given_up else (event,)
        return notices.uploads(inner, UPLOADS)


def _stored(key: str) -> Any:
    return s3_backends["123456789012"]["aws"].buckets[UPLOADS].keys[key]


class Killed(BaseException):
    """The end of a process, which no handler catches."""
