"""S3, SQS and Lambda in memory, as far as the handlers use them. Each rule cites AWS's documentation."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tests.lifecycle.stored import Letter, Object, etag
from tests.lifecycle.world import (
    CONFLICT,
    ERROR,
    KILL,
    LOST,
    REPEATED,
    UPLOADS,
    World,
    call,
    me,
    refusal,
)

_READ = (ERROR,)  # which ends the attempt, as a kill would
_WRITTEN = datetime(2026, 11, 20, 12, tzinfo=UTC)  # no rule depends on the time


class Body:
    def __init__(self, content: bytes):
        self._content = content

    def read(self) -> bytes:
        return self._content

    def close(self) -> None:
        pass


class Found(dict[str, Any]):
    """A response with an object. Its reader learns the ETag, and whether it has written the object itself."""

    def __repr__(self) -> str:
        return f"{self['ETag']} {self['Metadata'].get('commit') == me().token}"


def _world() -> World:
    return me().world


def _short(bucket: str, key: str) -> str:
    """Readable: of each run of 16 or more hexadecimal digits, the first four."""
    words = [word[:4] + "…" if len(word) >= 16 else word for word in key.split("/")]
    return f"{'original' if bucket == UPLOADS else 'thumbnails'} {'/'.join(words)}"


class S3:
    """Strong consistency: a read sees every write that has ended before it (Amazon S3 user guide, "What is Amazon S3?",
    "Amazon S3 data consistency model")."""

    def get_object(self, Bucket: str, Key: str, IfMatch: str | None = None) -> Any:  # noqa: N803
        """If-Match on a read: 412 if the ETag differs (API reference, GetObject)."""

        def effect() -> Found:
            found = self._found(Bucket, Key, "NoSuchKey")
            if IfMatch not in (None, found.etag):
                raise refusal("PreconditionFailed", 412, "GetObject")
            return Found(
                Body=Body(found.content),
                ETag=found.etag,
                ContentLength=len(found.content),
                Metadata=dict(found.metadata),
                LastModified=_WRITTEN,
            )

        constant = Bucket == UPLOADS and "originals stay" in _world().flags
        return call(f"GET {_short(Bucket, Key)}", effect, _READ, constant=constant)

    def head_object(self, Bucket: str, Key: str) -> Any:  # noqa: N803
        """Its errors have no body, so the code is the status (API reference, HeadObject)."""

        def effect() -> dict[str, Any]:
            found = self._found(Bucket, Key, "404")
            return {"ETag": found.etag, "Metadata": dict(found.metadata)}

        constant = Bucket == UPLOADS and "originals stay" in _world().flags
        return call(f"HEAD {_short(Bucket, Key)}", effect, _READ, constant=constant)

    def put_object(
        self,
        Bucket: str,  # noqa: N803
        Key: str,  # noqa: N803
        Body: bytes,  # noqa: N803
        IfMatch: str | None = None,  # noqa: N803
        IfNoneMatch: str | None = None,  # noqa: N803
        Metadata: dict[str, str] | None = None,  # noqa: N803
        Tagging: str = "",  # noqa: N803
        **_: str,
    ) -> Any:
        """If-None-Match: 412 if there is an object. If-Match: 412 if the ETag differs, 404 if there is none. Two
        conditional writes at the same time: 409 for one of them, which should be retried (user guide, "How to
        prevent object overwrites with conditional writes", "Conditional write behavior")."""

        begun = call("PUT begins", lambda: _world().writes) if self._is_slow(IfMatch or IfNoneMatch) else None

        def effect() -> dict[str, str]:
            world = _world()
            there = world.objects.get((Bucket, Key))
            if begun is not None and begun < world.writes:
                return {"ETag": etag(Body)}  # the other request has the later timestamp
            if IfNoneMatch and there:
                raise refusal("PreconditionFailed", 412, "PutObject")
            if IfMatch and there is None:
                raise refusal("NoSuchKey", 404, "PutObject")
            if IfMatch and there and there.etag != IfMatch:
                raise refusal("PreconditionFailed", 412, "PutObject")
            return {"ETag": world.put(Bucket, Key, Body, sorted((Metadata or {}).items()), Tagging).etag}

        what = f"PUT {_short(Bucket, Key)}"
        faults: tuple[str, ...] = (KILL, REPEATED)
        if Key.endswith("/manifest.json"):
            what += f" ({json.loads(Body)['status']})"
            faults = (KILL, REPEATED, LOST)
        if IfMatch or IfNoneMatch:
            what += ", if it is still the one that was read" if IfMatch else ", if there is none"
            faults = (*faults, CONFLICT)
        return call(what, effect, faults)

    def _is_slow(self, condition: str | None) -> bool:
        """Of two unconditional PUTs of one object, the one with the later timestamp wins, whichever ends first (user
        guide, "Amazon S3 data consistency model", "Concurrent applications")."""
        return condition is None and "writes are slow" in _world().flags

    def list_objects_v2(self, Bucket: str, Prefix: str = "", MaxKeys: int = 1000) -> Any:  # noqa: N803
        """In the order of keys, 1000 at most (API reference, ListObjectsV2)."""

        def effect() -> dict[str, Any]:
            objects = _world().objects
            keys = sorted(key for bucket, key in objects if bucket == Bucket and key.startswith(Prefix))
            found = [(key, objects[Bucket, key]) for key in keys[:MaxKeys]]
            listed = [
                {"Key": key, "Size": len(each.content), "LastModified": _world().on(each.day)} for key, each in found
            ]
            return {"IsTruncated": len(keys) > MaxKeys} | ({"Contents": listed} if keys else {})

        return call(f"LIST {_short(Bucket, Prefix)}", effect, _READ)

    def delete_object_tagging(self, Bucket: str, Key: str) -> Any:  # noqa: N803
        """The object itself, its ETag and its age stay (user guide, "Categorizing your objects using tags")."""

        def effect() -> None:
            world = _world()
            world.objects[Bucket, Key] = replace(self._found(Bucket, Key, "NoSuchKey"), tags="")

        return call(f"UNTAG {_short(Bucket, Key)}", effect, (KILL, REPEATED))

    def delete_object(self, Bucket: str, Key: str) -> Any:  # noqa: N803
        """Succeeds even if there is nothing (API reference, DeleteObject)."""
        return call(f"DELETE {_short(Bucket, Key)}", lambda: _world().delete(Bucket, Key), (KILL,))

    def delete_objects(self, Bucket: str, Delete: dict[str, Any]) -> Any:  # noqa: N803
        """Key by key: no document says that it is atomic (API reference, DeleteObjects)."""
        for each in Delete["Objects"]:
            self.delete_object(Bucket, each["Key"])
        return {}

    def _found(self, bucket: str, key: str, code: str) -> Object:
        found = _world().objects.get((bucket, key))
        if found is None:
            raise refusal(code, 404, "GetObject")
        return found


class SQS:
    """A received message is hidden, and visible again unless it is deleted (SQS developer guide, "Amazon SQS visibility
    timeout"). Here it is visible again when the process that received it has ended: the template's 120 s are longer
    than the function's timeout."""

    def receive_message(self, QueueUrl: str, MaxNumberOfMessages: int, WaitTimeSeconds: int) -> Any:  # noqa: N803
        def effect() -> dict[str, Any]:
            found = [letter for letter in _world().letters if not letter.hidden][:MaxNumberOfMessages]
            for letter in found:
                letter.hidden = True
                me().receipts.append(letter)
            return {"Messages": [self._message(letter) for letter in found]} if found else {}

        return call("receive a letter", effect, _READ)

    def _message(self, letter: Letter) -> dict[str, str]:
        return {"Body": letter.body, "ReceiptHandle": str(letter.number), "MessageId": str(letter.number)}

    def delete_message(self, QueueUrl: str, ReceiptHandle: str) -> Any:  # noqa: N803
        def effect() -> None:
            letters = _world().letters
            letters[:] = [letter for letter in letters if str(letter.number) != ReceiptHandle]

        return call("delete the letter", effect, (KILL,))

    def get_queue_attributes(self, QueueUrl: str, AttributeNames: list[str]) -> Any:  # noqa: N803
        def effect() -> dict[str, Any]:
            number = sum(not letter.hidden for letter in _world().letters)
            return {"Attributes": {"ApproximateNumberOfMessages": str(number)}}

        return call("count the letters", effect, constant=True)


class CloudFront:
    """Invalidated objects are not sent from a cache again (developer guide, "Invalidate files to remove content"). Here
    all caches are one, and forget at once."""

    def create_invalidation(self, DistributionId: str, InvalidationBatch: dict[str, Any]) -> Any:  # noqa: N803
        paths = [path.removesuffix("*") for path in InvalidationBatch["Paths"]["Items"]]

        def effect() -> None:
            world = _world()
            world.cached = {key for key in world.cached if not f"/t/{key}".startswith((*paths,))}

        return call("let the caches forget", effect, (ERROR, KILL))


class Lambda:
    """invoke: what starts an asynchronous run of the conversion."""

    def __init__(self, **starts: Callable[[World, dict[str, Any]], None]):
        self._starts = starts

    def invoke(self, FunctionName: str, InvocationType: str, Payload: bytes) -> Any:  # noqa: N803
        event, (function, *_) = json.loads(Payload), FunctionName.split(":")
        return call(f"hand over to {function}", lambda: self._starts[function](_world(), event), (KILL, REPEATED))

    def get_paginator(self, _operation: str) -> Any:
        """No function has versions."""
        return self

    def paginate(self, FunctionName: str) -> Any:  # noqa: N803
        return [{"Versions": [], "Aliases": []}]


class CloudWatch:
    """No metric has values."""

    def get_metric_data(self, **_: Any) -> Any:
        return {"MetricDataResults": []}
