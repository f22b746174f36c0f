"""DELETE /uploads/{job}: who may erase what, and what everybody else is answered."""

import json
from typing import Any

import pytest

import erase
import get_upload
from tests.actors.eraser import THUMBNAILS, TOKEN, UPLOADS, answer, done, left, request, status
from tests.actors.invoker import counted
from tests.material import pictures
from tests.material.invocation import Context
from tests.standins.wire import Wire
from thumbs import settings
from thumbs.jobs import keys, ledger

MALFORMED = ["", "..", "../../uploads", "%2e%2e%2f", "a/b", "a" * 31, "A" * 32, "a" * 10_240, "ä" * 32, "\0" * 32]


@pytest.fixture(autouse=True)
def owners(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("HAS_OWNERS", "true")
    environment.setenv("ADMIN_GROUP", "admins")
    settings.current.cache_clear()


@pytest.fixture
def calls(s3: Any, wire: Wire) -> list[str]:
    """The calls of S3 that the functions make."""
    return wire.operations


@pytest.mark.parametrize(("subject", "groups"), [("alice", ""), ("carol", "users,admins")])
def test_a_job_is_erased_by_its_owner_and_by_admins(s3: Any, context: Context, subject: str, groups: str) -> None:
    job = done(s3)

    assert answer(job, context, subject, groups) == (204, "")

    assert left(s3) == {keys.manifest(job)}
    assert status(job, context) == 410


def test_a_repetition_is_answered_alike_and_sweeps_again(s3: Any, context: Context) -> None:
    job = done(s3)
    assert answer(job, context)[0] == 204
    s3.put_object(Bucket=UPLOADS, Key=keys.original(job), Body=b"late")
    s3.put_object(Bucket=THUMBNAILS, Key=keys.thumbnail(job, "small", "webp", b"late"), Body=b"late")

    assert answer(job, context) == (204, "")
    assert answer(job, context, "carol", "admins") == (204, ""), "by the tombstone"

    assert left(s3) == {keys.manifest(job)}


def test_a_job_is_its_owners_before_anything_was_uploaded(s3: Any, context: Context) -> None:
    """Its upload may be on its way: it is buried, and the upload is swept when it arrives."""
    job = keys.new_job("alice")

    assert answer(job, context) == (204, "")

    assert left(s3) == {keys.manifest(job)}


def test_a_job_that_was_uploaded_is_erased_before_it_is_converted(s3: Any, context: Context) -> None:
    job = keys.new_job("alice")
    s3.put_object(Bucket=UPLOADS, Key=keys.original(job), Body=pictures.jpeg())

    assert answer(job, context, "carol", "admins") == (204, "")

    assert left(s3) == {keys.manifest(job)}


def test_what_is_left_of_a_job_without_a_manifest_is_known(s3: Any, context: Context) -> None:
    job = keys.new_job()
    s3.put_object(Bucket=THUMBNAILS, Key=keys.thumbnail(job, "small", "webp", b"x"), Body=b"x")

    assert answer(job, context, "carol", "admins") == (204, "")

    assert left(s3) == {keys.manifest(job)}


def test_for_others_no_job_exists_and_the_answer_takes_no_call(s3: Any, context: Context, calls: list[str]) -> None:
    job, buried = done(s3), keys.new_job("alice")
    ledger.bury(buried)
    s3.put_object(Bucket=UPLOADS, Key=keys.original(waiting := keys.new_job("alice")), Body=b"x")
    before = left(s3)
    unknown = get_upload.handler(request(keys.new_job("alice"), "bob", method="GET"), context)["body"]
    calls.clear()

    for named in (job, buried, waiting, keys.new_job("alice"), keys.new_job(), "0" * 32, *MALFORMED):
        for subject, groups in (("bob", ""), ("bob", "admin"), (None, "admins")):
            assert answer(named, context, subject, groups) == (404, unknown), named
    assert calls == []
    assert left(s3) == before


def test_for_admins_a_job_of_which_nothing_exists_is_unknown(s3: Any, context: Context) -> None:
    for named in (keys.new_job("alice"), keys.new_job(), *MALFORMED):
        assert answer(named, context, "carol", "admins")[0] == 404

    assert left(s3) == set()


def test_a_job_whose_manifest_names_another_owner_is_not_erased(s3: Any, context: Context) -> None:
    """A caller who finds a subject with the same 64 bits is still not its owner."""
    job = keys.new_job("alice")
    other = {"job": job, "status": "done", "owner": "mallory", "thumbnails": []}
    s3.put_object(Bucket=THUMBNAILS, Key=keys.manifest(job), Body=json.dumps(other))

    assert answer(job, context)[0] == 404

    assert ledger.find(job).manifest == other  # type: ignore[union-attr]


def test_without_an_authorizer_nobody_is_an_owner(environment: pytest.MonkeyPatch, s3: Any, context: Context) -> None:
    job = done(s3, owner=None)
    environment.setenv("HAS_OWNERS", "false")
    settings.current.cache_clear()

    assert answer(job, context, None)[0] == 404
    assert answer(job, context, "alice", "admins")[0] == 404
    assert len(left(s3)) > 1


def test_no_token_is_logged_and_each_erased_job_is_counted(
    s3: Any, context: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    job = done(s3)
    capsys.readouterr()
    answer(keys.new_job("alice"), context, "bob")
    answer("../" + TOKEN, context)
    answer(job, context)

    said = capsys.readouterr().out
    assert job in said
    assert '"correlation_id":"r1"' in said
    assert "eyJ" not in said
    assert "Bearer" not in said
    answer(job, context)
    assert counted(capsys, "Erased") == [1.0]


def test_the_answer_can_be_read_on_other_origins(environment: pytest.MonkeyPatch, s3: Any, context: Context) -> None:
    environment.setenv("ALLOWED_ORIGINS", "https://photos.example.com")
    settings.current.cache_clear()
    asked = request(keys.new_job("alice")) | {"headers": {"origin": "https://photos.example.com"}}

    assert erase.handler(asked, context)["headers"] == {
        "Cache-Control": "no-store",
        "Vary": "Origin",
        "Access-Control-Allow-Origin": "https://photos.example.com",
    }
