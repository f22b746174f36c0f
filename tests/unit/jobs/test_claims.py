"""POST /uploads/{job}/claim: who may claim which job when, and what a claim changes."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

import claim
import convert
import get_upload
from tests.actors.uploader import AGAIN, JOB, KEY, A, Form, ended
from tests.material.invocation import Context
from tests.standins.wire import Sent, Wire, refused
from thumbs.aws.s3 import Refused
from thumbs.jobs import keys, ledger

BUCKET = "thumbnails-bucket"
PAGE = "https://a.example"


@pytest.fixture(autouse=True)
def _expected(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("UNCLAIMED_DAYS", "3")
    environment.setenv("ALLOWED_ORIGINS", PAGE)


def event(job: str | None, **caller: Any) -> dict[str, Any]:
    return {"pathParameters": {"job": job}, "headers": {"Origin": PAGE}, "requestContext": {"authorizer": caller}}


def ask(context: Context, job: str | None = JOB, **caller: Any) -> tuple[int, dict[str, str], str]:
    answer = claim.handler(event(job, **caller), context)
    return answer["statusCode"], answer["headers"], answer["body"]


def tagged(s3: Any) -> set[str]:
    found = [each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET).get("Contents", ())]
    return {key for key in found if s3.get_object_tagging(Bucket=BUCKET, Key=key)["TagSet"]}


@pytest.mark.parametrize("content", [A, b"no picture"], ids=["done", "rejected"])
def test_a_claim_takes_all_tags_away_and_is_idempotent(s3: Any, context: Context, content: bytes) -> None:
    convert.handler(Form(s3).post(content), context)
    before = ended()
    assert tagged(s3)

    for _ in range(2):
        status, headers, body = ask(context)
        assert (status, body) == (204, "")
        assert headers["Access-Control-Allow-Origin"] == PAGE

    assert ended() == {**before, "claimed": True}
    assert not tagged(s3)


def test_a_repeated_claim_writes_nothing(s3: Any, context: Context) -> None:
    convert.handler(Form(s3).post(A), context)
    ask(context)
    claimed = ledger.find(JOB)

    assert ask(context)[0] == 204

    assert ledger.find(JOB) == claimed


def test_a_job_that_nobody_has_to_claim_is_left_alone(
    s3: Any, context: Context, environment: pytest.MonkeyPatch
) -> None:
    """It was converted before UnclaimedDays was set."""
    environment.setenv("UNCLAIMED_DAYS", "0")
    convert.handler(Form(s3).post(A), context)
    environment.setenv("UNCLAIMED_DAYS", "3")
    before = ledger.find(JOB)

    assert ask(context)[0] == 204

    assert ledger.find(JOB) == before


def test_a_claimed_job_that_is_converted_again_stays_claimed(s3: Any, context: Context) -> None:
    convert.handler(Form(s3).post(A), context)
    first = {each["key"] for each in ended()["thumbnails"]}
    ask(context)

    convert.handler(AGAIN, context)

    assert ended()["claimed"] is True
    assert first.isdisjoint(each["key"] for each in ended()["thumbnails"]), "those were made to expire"
    assert not tagged(s3)


def test_a_job_that_is_still_converted_is_claimed_a_little_later(s3: Any, context: Context) -> None:
    posted = Form(s3).post(A)

    status, headers, body = ask(context)

    assert (status, headers["Retry-After"]) == (409, "1")
    assert headers["Access-Control-Expose-Headers"] == "Retry-After"
    assert headers["Content-Type"] == "application/problem+json"
    assert json.loads(body)["status"] == 409
    convert.handler(posted, context)
    assert ask(context)[0] == 204


@pytest.mark.parametrize(
    "job", [None, "", "../uploads", "..%2f" * 9, f"{JOB}/..", JOB.upper() + "A", "ä" * 32, "7" * 10_000, f"{JOB}\n"]
)
def test_a_job_that_is_none_is_not_claimed(s3: Any, context: Context, job: str | None) -> None:
    unknown = ask(context, "8" * 32)

    assert unknown[0] == 404
    assert ask(context, job) == unknown


def test_an_erased_job_is_not_claimed(s3: Any, context: Context) -> None:
    convert.handler(Form(s3).post(A), context)
    ledger.bury(JOB)
    buried = ledger.find(JOB)

    assert ask(context)[0] == 410

    assert ledger.find(JOB) == buried
    assert keys.manifest(JOB) in tagged(s3), "its tombstone would stay for ever"


@pytest.fixture
def owned(s3: Any, context: Context, environment: pytest.MonkeyPatch) -> str:
    """The job of Alice, which is done."""
    environment.setenv("HAS_OWNERS", "true")
    environment.setenv("ADMIN_GROUP", "admins")
    job = keys.new_job("alice")
    s3.put_object(Bucket="uploads-bucket", Key=keys.original(job), Body=A, Metadata={"owner": "alice"})
    posted = json.loads(json.dumps(Form(s3).post(A)).replace(KEY, keys.original(job)))
    convert.handler(posted, context)
    return job


def test_only_its_owner_and_administrators_claim_a_job(s3: Any, context: Context, owned: str) -> None:
    unknown = ask(context, keys.new_job("alice"), principalId="bob")
    found = ledger.find(owned)
    assert found
    assert found.manifest["status"] == "done"

    for stranger in ({"principalId": "bob"}, {"principalId": "bob", "groups": "readers"}, {}):
        assert ask(context, owned, **stranger) == unknown
    assert ledger.find(owned) == found

    assert ask(context, owned, principalId="alice")[0] == 204
    assert ask(context, owned, principalId="carol", groups="admins")[0] == 204


def test_a_stranger_is_answered_without_a_look_at_the_job(environment: pytest.MonkeyPatch, context: Context) -> None:
    """No S3 here: if the job were looked for, whether it exists would show in the time."""
    environment.setenv("HAS_OWNERS", "true")

    assert ask(context, keys.new_job("alice"), principalId="bob")[0] == 404


@pytest.mark.parametrize("stopped_at", range(6))
def test_a_claim_that_ends_halfway_can_be_repeated(s3: Any, wire: Wire, context: Context, stopped_at: int) -> None:
    """Its requests are: read, four times untag, write. What it has not untagged expires, and the manifest with it."""
    convert.handler(Form(s3).post(A), context)
    left = [stopped_at]

    def stop(_: Sent) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt

    wire.before("", stop)
    with pytest.raises(KeyboardInterrupt):
        claim.handler(event(JOB), context)
    wire.clear()
    assert ended()["claimed"] is False
    assert keys.manifest(JOB) in tagged(s3)

    assert ask(context)[0] == 204

    assert not tagged(s3)


def test_a_claim_that_s3_refuses_is_none(s3: Any, wire: Wire, context: Context) -> None:
    convert.handler(Form(s3).post(A), context)

    wire.before("PutObject", lambda _: refused("AccessDenied", 403))

    with pytest.raises(Refused, match="AccessDenied"):
        claim.handler(event(JOB), context)


def test_a_run_that_a_claim_overtakes_is_tried_again(s3: Any, wire: Wire, context: Context) -> None:
    """Even if an operator asked for it: the claim has replaced the manifest that the run has read."""
    convert.handler(Form(s3).post(A), context)
    first = ended()
    claims = [lambda: claim.handler(event(JOB), context)]

    def overtake(sent: Sent) -> None:
        if sent.path.endswith("/manifest.json") and claims:
            claims.pop()()

    wire.before("PutObject", overtake)

    with pytest.raises(ExceptionGroup) as raised:
        convert.handler(AGAIN, context)
    assert isinstance(raised.value.exceptions[0], ledger.Overtaken)
    assert ended() == {**first, "claimed": True}
    convert.handler(AGAIN, context)

    assert not {each["key"] for each in ended()["thumbnails"]} & {each["key"] for each in first["thumbnails"]}
    assert ended()["claimed"] is True


def test_what_is_over_is_neither_found_nor_claimed(s3: Any, context: Context) -> None:
    """Although S3 still has it, and the original too."""
    convert.handler(Form(s3).post(A), context)
    over = ended() | {"created": (datetime.now(UTC) - timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ")}
    boto3.client("s3").put_object(Bucket=BUCKET, Key=keys.manifest(JOB), Body=json.dumps(over))
    unknown = ask(context, "8" * 32)

    assert ask(context) == unknown

    for handler in (claim.handler, get_upload.handler):
        answer = handler(event(JOB), context)
        assert (answer["statusCode"], answer["body"]) == (unknown[0], unknown[2])
