"""The real handlers with the model in place of AWS: the only changes are their clients, their clock and their random
numbers."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

import upkeep
from tests.lifecycle import days
from tests.lifecycle.actors import Broken, convert_later
from tests.lifecycle.erasers import BY_API, erase_later
from tests.lifecycle.model import SQS, CloudFront, CloudWatch, Lambda
from tests.lifecycle.rest import send
from tests.lifecycle.upkeepers import report_later
from tests.lifecycle.world import THUMBNAILS, UPLOADS, me
from tests.material import pictures
from tests.material.invocation import ENVIRONMENT
from thumbs import observe, pipeline, settings
from thumbs.aws import clients, rest
from thumbs.jobs import ledger, manifest, retention

# Two pictures, one file that is none, and one picture that the second version of the settings rejects.
A, B, BAD = pictures.jpeg(8, 6), pictures.jpeg(6, 8), b"no picture"
BIG = pictures.jpeg(1600, 900)

_ONE = {"UPLOAD_BUCKET": UPLOADS, "THUMBNAIL_BUCKET": THUMBNAILS, "DELIVERY_DOMAIN": "d1.cloudfront.net"}
_ONE |= {"PATIENCE_MINUTES": "0"}
_SIZES = {1: "small=4", 2: "small=3"}
_MEGAPIXELS = {1: "50", 2: "1"}


class _Silence:
    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: None


@cache
def _settings(version: int, has_owners: bool, is_delivered: bool, expects_claims: bool) -> settings.Settings:
    changed = {"THUMBNAIL_SIZES": _SIZES[version], "MAX_MEGAPIXELS": _MEGAPIXELS[version]}
    changed |= {"HAS_OWNERS": "true"} if has_owners else {}
    changed |= {"DELIVERY_DISTRIBUTION": "E1A2B3C4D5E6F7"} if is_delivered else {}
    changed |= {"UNCLAIMED_DAYS": str(days.UNCLAIMED)} if expects_claims else {}
    return settings.Settings(ENVIRONMENT | _ONE | changed)


def _current() -> settings.Settings:
    """Whether a stack has owners matters only to who calls its API."""
    actor = me()
    flags = actor.world.flags
    is_owned, is_delivered, is_claimed = (
        actor.role.startswith(BY_API),
        "with a delivery" in flags,
        days.EXPECTS_CLAIMS in flags,
    )
    return _settings(actor.version or 1, is_owned, is_delivered, is_claimed)


def _converted(run: Any) -> Any:
    """The pipeline, which is a function of the picture and the settings: each is converted once, and cached."""
    outcomes: dict[Any, Any] = {}

    def remembered(original: bytes, wanted: pipeline.Wanted, limits: pipeline.Limits) -> pipeline.Conversion:
        actor = me()
        actor.sees(actor.world.broken)
        if not actor.event.get("again"):
            # An event of upkeep names no write: it is about the upload that the job is bound to.
            actor.world.converted |= {*filter(None, [actor.event["Records"][0]["s3"]["object"].get("sequencer")])}
        if actor.world.broken:
            raise Broken
        key = (original, wanted.sizes, wanted.max_megapixels)
        if key not in outcomes:
            try:
                outcomes[key] = run(original, wanted, limits)
            except Exception as refusal:
                outcomes[key] = refusal
        outcome = outcomes[key]
        if isinstance(outcome, Exception):
            raise outcome
        conversion: pipeline.Conversion = outcome
        return conversion

    return remembered


def _quarter() -> datetime:
    world = me().world
    return world.now() + timedelta(minutes=15 * world.quarters)


@cache
def _pipeline() -> Any:
    return _converted(pipeline.run)


@contextmanager
def laboratory() -> Iterator[None]:
    lambda_ = Lambda(convert=convert_later, erase=erase_later, report_failure=report_later)
    fakes = {"sqs": SQS(), "lambda": lambda_, "cloudfront": CloudFront(), "cloudwatch": CloudWatch()}
    clock = SimpleNamespace(now=lambda _: me().world.now(), fromisoformat=datetime.fromisoformat)
    silence = _Silence()
    with pytest.MonkeyPatch.context() as patch:
        clients.client.cache_clear()
        patch.setattr(boto3, "client", lambda service, **_: fakes[service])
        patch.setattr(rest, "send", send)
        patch.setattr(settings, "current", _current)
        patch.setattr(manifest, "datetime", clock)
        patch.setattr(retention, "datetime", clock)
        patch.setattr(upkeep, "datetime", SimpleNamespace(now=lambda _: _quarter()))
        patch.setattr(ledger, "os", SimpleNamespace(urandom=lambda _: SimpleNamespace(hex=lambda: me().token)))
        patch.setattr(observe, "log", lambda: silence)
        patch.setattr(observe, "count", lambda name, value=1: me().counts.append((name, float(value))))
        patch.setattr(observe, "measure", lambda *_: None)
        patch.setattr(pipeline, "run", _pipeline())
        yield
    clients.client.cache_clear()
