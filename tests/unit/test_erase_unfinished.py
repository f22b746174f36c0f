"""DELETE /uploads/{job} that fails, takes too long, or meets others; and the caches that forget what was erased."""

from collections.abc import Callable
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

import convert
import erase
from tests.actors.eraser import THUMBNAILS, UPLOADS, answer, at_the_same_time, done, left, request, status
from tests.actors.invoker import event
from tests.material import pictures
from tests.material.invocation import Context
from tests.material.responses import answered
from tests.standins.wire import Response, Sent, Wire, refused
from thumbs import settings
from thumbs.aws import clients, functions
from thumbs.jobs import erasure, keys


@pytest.fixture(autouse=True)
def owners(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("HAS_OWNERS", "true")
    environment.setenv("ADMIN_GROUP", "admins")
    settings.current.cache_clear()


@pytest.fixture(autouse=True)
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds for which the eraser waited. Its clock goes on only while it waits."""
    waits: list[float] = []
    monkeypatch.setattr(erasure, "time", SimpleNamespace(monotonic=lambda: sum(waits), sleep=waits.append))
    return waits


@pytest.fixture
def handed_over(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The events with which the eraser was started, asynchronously."""
    events: list[Any] = []
    monkeypatch.setattr(functions, "start", lambda name, event: events.append((name, event)))
    return events


def fails(wire: Wire, operation: str, times: int) -> None:
    """S3 refuses the next calls of this operation."""
    remaining = [times]

    def refuse(_: Sent) -> Response | None:
        if not remaining[0]:
            return None
        remaining[0] -= 1
        return refused("AccessDenied", 403)

    wire.before(operation, refuse)


@pytest.mark.parametrize("operation", ["PutObject", "DeleteObjects", "ListObjectsV2"])
def test_a_failure_is_answered_with_503_and_a_repetition_finishes(
    s3: Any, wire: Wire, context: Context, handed_over: list[Any], operation: str
) -> None:
    job = done(s3)
    fails(wire, operation, 1)

    said = erase.handler(request(job), context)

    assert (said["statusCode"], said["headers"]["Content-Type"]) == (503, "application/problem+json")
    assert said["headers"]["Retry-After"] == "5"
    assert said["headers"]["Access-Control-Expose-Headers"] == "Retry-After"
    ((name, started),) = handed_over
    assert name == "erase:live"
    assert erase.handler(started, context)["erased"] == 1
    assert left(s3) == {keys.manifest(job)}
    assert answer(job, context) == (204, "")


def test_a_sweep_that_takes_too_long_is_handed_over(
    s3: Any, context: Context, handed_over: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = done(s3)
    monkeypatch.setattr(erase, "_SECONDS", -1.0)

    assert answer(job, context)[0] == 503

    assert len(handed_over) == 1
    with pytest.raises(erasure.Unfinished):
        erasure.erase(job, seconds=-1)
    erase.handler(handed_over[0][1], context)
    assert answer(job, context) == (204, ""), "there is nothing left to sweep"


def test_a_failure_that_cannot_even_be_handed_over_is_raised(
    s3: Any, wire: Wire, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """API Gateway answers 502, and the alarms of the function see it."""
    job = done(s3)
    fails(wire, "DeleteObjects", 1)

    def refuse(name: str, event: Any) -> None:
        raise ClientError({"Error": {"Code": "ServiceException"}}, "Invoke")

    monkeypatch.setattr(functions, "start", refuse)

    with pytest.raises(ClientError, match="ServiceException"):
        erase.handler(request(job), context)


def test_a_job_is_erased_twice_at_once(s3: Any, wire: Wire, context: Context) -> None:
    """The second request comes while the first one has buried the job and swept nothing."""
    job = done(s3)
    second: list[tuple[int, str]] = []

    def interrupt(_: Sent) -> None:
        if not second:
            second.append((0, ""))
            second.append(at_the_same_time(job, context))

    wire.before("DeleteObjects", interrupt)

    assert answer(job, context) == (204, "")
    assert second[1:] == [(204, "")]
    assert left(s3) == {keys.manifest(job)}


def test_a_conversion_between_its_start_and_its_commit_hands_over(
    s3: Any, wire: Wire, context: Context, handed_over: list[Any]
) -> None:
    job = keys.new_job("alice")
    s3.put_object(Bucket=UPLOADS, Key=keys.original(job), Body=pictures.jpeg())
    erased: list[tuple[int, str]] = []

    def interrupt(sent: Sent) -> None:
        if sent.path.endswith(".webp") and not erased:
            erased.append(at_the_same_time(job, context))

    wire.before("PutObject", interrupt)
    convert.handler(event(job), context)

    assert erased == [(204, "")]
    assert len(left(s3)) > 1, "the run has stored something after the sweep"
    ((_, started),) = handed_over
    erase.handler(started, context)
    assert left(s3) == {keys.manifest(job)}


def test_a_redriven_conversion_of_an_erased_job_hands_over(s3: Any, context: Context, handed_over: list[Any]) -> None:
    job = done(s3)
    assert answer(job, context) == (204, "")

    convert.handler(event(job), context)
    assert len(handed_over) == 1

    assert answer(job, context) == (204, "")
    assert status(job, context) == 410


class Caches:
    """A delivery whose distribution is asked to forget. paths: of each time."""

    def __init__(self, environment: pytest.MonkeyPatch) -> None:
        environment.setenv("DELIVERY_DISTRIBUTION", "E1A2B3C4D5E6F7")
        settings.current.cache_clear()
        self._client = clients.client("cloudfront")
        self.paths: list[list[str]] = []
        self.references: set[str] = set()
        self.refused: list[str] = []
        self.when_asked: Callable[[], object] = lambda: None
        self._client.meta.events.register("provide-client-params.cloudfront.CreateInvalidation", self._asked)
        self._client.meta.events.register("before-call.cloudfront.CreateInvalidation", self._answer)

    def _asked(self, params: dict[str, Any], **_: Any) -> None:
        assert params["DistributionId"] == "E1A2B3C4D5E6F7"
        self.when_asked()
        batch = params["InvalidationBatch"]
        assert batch["Paths"]["Quantity"] == len(batch["Paths"]["Items"])
        self.references.add(batch["CallerReference"])
        self.paths.append(batch["Paths"]["Items"])

    def _answer(self, **_: Any) -> Any:
        if self.refused:
            raise ClientError({"Error": {"Code": self.refused.pop()}}, "CreateInvalidation")
        return answered({}, HTTPStatus.CREATED)


def test_caches_forget_after_each_sweep_that_found_something(
    environment: pytest.MonkeyPatch, s3: Any, context: Context
) -> None:
    caches, job = Caches(environment), done(s3)
    of_job = [f"/t/{keys.folder(job)}/*", f"/{keys.folder(job)}/*"]

    assert answer(job, context) == (204, "")
    assert caches.paths == [of_job]
    assert answer(job, context) == (204, "")
    assert caches.paths == [of_job], "each path may cost something"
    s3.put_object(Bucket=THUMBNAILS, Key=keys.thumbnail(job, "small", "webp", b"late"), Body=b"late")
    s3.put_object(Bucket=THUMBNAILS, Key=f"{job}/small.webp", Body=b"as in 0.1")
    assert erase.handler(event(job), context)["deleted"] == 2
    assert caches.paths == [of_job, [*of_job, f"/t/{job}/*", f"/{job}/*"]]
    assert len(caches.references) == 2


@pytest.mark.parametrize(("code", "times"), [("ServiceUnavailable", 1), ("TooManyInvalidationsInProgress", 1000)])
def test_a_repetition_lets_caches_forget_what_an_attempt_swept_that_failed(
    environment: pytest.MonkeyPatch, s3: Any, context: Context, handed_over: list[Any], code: str, times: int
) -> None:
    caches, job = Caches(environment), done(s3)
    caches.refused = [code] * times

    assert answer(job, context)[0] == 503
    assert left(s3) == {keys.manifest(job), keys.binding(job)}, "the binding shows that it is not over"
    caches.refused.clear()
    caches.paths.clear()
    assert answer(job, context) == (204, "")

    assert len(caches.paths) == 1
    assert left(s3) == {keys.manifest(job)}


def test_the_caches_are_asked_until_they_have_room(environment: pytest.MonkeyPatch, s3: Any, context: Context) -> None:
    caches, job = Caches(environment), done(s3)
    caches.refused = ["TooManyInvalidationsInProgress"] * 3

    assert erase.handler(event(job), context)["erased"] == 1

    assert len(caches.paths) == 4


def test_nothing_is_forgotten_before_it_is_deleted(environment: pytest.MonkeyPatch, s3: Any, context: Context) -> None:
    """Otherwise a visitor between the two would bring it back into the caches."""
    caches, job = Caches(environment), done(s3)
    seen: list[set[str]] = []
    caches.when_asked = lambda: seen.append(left(s3))

    assert answer(job, context) == (204, "")

    assert caches.paths
    assert seen == [{keys.manifest(job), keys.binding(job)}]
