"""What AWS keeps: objects and letters, and a change of a bucket."""

from dataclasses import dataclass
from functools import cache
from hashlib import md5


@cache
def etag(content: bytes) -> str:
    """The ETag of an object that was written in one piece is its MD5 (Amazon S3 API reference, "Object")."""
    return f'"{md5(content, usedforsecurity=False).hexdigest()}"'


@dataclass(frozen=True)
class Object:
    """day: when it was written, as World.days."""

    content: bytes
    etag: str
    metadata: tuple[tuple[str, str], ...] = ()
    tags: str = ""
    day: int = 0


@dataclass
class Letter:
    """A message of the dead-letter queue. hidden: whether a consumer holds it."""

    number: int
    body: str
    hidden: bool = False


@dataclass(frozen=True)
class Write:
    """One change of a bucket. before, after: None if there was, or is, nothing."""

    bucket: str
    key: str
    before: Object | None
    after: Object | None
