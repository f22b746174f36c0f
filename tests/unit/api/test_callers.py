"""Who a caller is by API Gateway's event, and which jobs each may see."""

import json
from typing import Any

import pytest

import convert
import get_upload
import report_failure
import sign_upload
from tests.actors.invoker import event, put
from tests.material import pictures
from tests.material.invocation import Context
from thumbs.api import callers
from thumbs.api.callers import Caller
from thumbs.jobs import keys, ledger

ALICE, BOB = "alice-subject", "bob-subject"
FILE = {"name": "a.jpg", "type": "image/jpeg", "size": 1000}


@pytest.fixture
def owned(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("HAS_OWNERS", "true")
    environment.setenv("ADMIN_GROUP", "admins")


def by(subject: str, groups: str = "") -> dict[str, Any]:
    return {"authorizer": {"claims": {"sub": subject, "cognito:groups": groups}}}


def sign(context: Context, who: dict[str, Any] | None, **members: Any) -> dict[str, Any]:
    body = json.dumps({"files": [FILE | members]})
    called = {"httpMethod": "POST", "resource": "/uploads", "headers": {}, "body": body, "requestContext": who}
    answer: dict[str, Any] = sign_upload.handler(called, context)
    return answer


def signed(context: Context, who: dict[str, Any] | None, **members: Any) -> dict[str, Any]:
    (upload,) = json.loads(sign(context, who, **members)["body"])["uploads"]
    found: dict[str, Any] = upload
    return found


def ask(context: Context, job: str, who: dict[str, Any] | None, **members: Any) -> dict[str, Any]:
    called = {"httpMethod": "GET", "pathParameters": {"job": job}, "headers": {}, "requestContext": who, **members}
    answer: dict[str, Any] = get_upload.handler(called, context)
    return answer


def store(s3: Any, upload: dict[str, Any], content: bytes) -> str:
    """The upload as S3 stores it for a form; returns its job."""
    prefix = "x-amz-meta-"
    fields = upload["upload"]["fields"].items()
    metadata = {name.removeprefix(prefix): value for name, value in fields if name.startswith(prefix)}
    s3.put_object(Bucket="uploads-bucket", Key=f"uploads/{upload['job']}", Body=content, Metadata=metadata)
    job: str = upload["job"]
    return job


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        (None, Caller(None)),
        ({}, Caller(None)),
        ({"authorizer": None, "identity": None}, Caller(None)),
        ({"identity": {"caller": None, "sourceIp": "192.0.2.1"}}, Caller(None)),
        (by("s", "admins,staff"), Caller("s", frozenset({"admins", "staff"}))),
        (by("s", "[admins staff]"), Caller("s", frozenset({"admins", "staff"}))),
        (by(""), Caller(None)),
        ({"authorizer": {"claims": {"email": "a@example.com"}}}, Caller(None)),
        ({"authorizer": {"principalId": "p", "groups": "a, b"}}, Caller("p", frozenset({"a", "b"}))),
        # A part of a group's name is no group.
        (
            {"authorizer": {"principalId": "p", "groups": "web admins,[admins],\tstaff"}},
            Caller("p", frozenset({"web admins", "[admins]", "staff"})),
        ),
        (by("s", "[admins],staff)"), Caller("s", frozenset({"[admins]", "staff)"}))),
        (by("s", ",[],"), Caller("s", frozenset({"[]"}))),
        (by("s", "[]"), Caller("s")),
        # The context of a function's answer contains texts, under any name.
        ({"authorizer": {"principalId": "p", "claims": '{"sub": "s"}'}}, Caller("p")),
        ({"authorizer": {"claims": "admins"}, "identity": {"caller": None}}, Caller(None)),
        ({"identity": {"caller": "AROAEXAMPLE:worker"}}, Caller("AROAEXAMPLE:worker")),
        # Every user of an identity pool has the same role and session name.
        (
            {"identity": {"caller": "AROAEXAMPLE:CognitoIdentityCredentials", "cognitoIdentityId": "eu-1:7"}},
            Caller("eu-1:7"),
        ),
    ],
)
def test_a_caller_is_who_api_gateway_names(context: Any, expected: Caller) -> None:
    assert callers.caller({"requestContext": context}) == expected


@pytest.mark.usefixtures("owned")
def test_a_job_answers_its_owner_and_admins_only(s3: Any, context: Context) -> None:
    job = store(s3, signed(context, by(ALICE), reference="order 7"), pictures.jpeg())
    unknown = ask(context, keys.new_job(BOB), by(BOB))

    for stage, status in (("processing", 202), ("done", 200)):
        assert ask(context, job, by(ALICE))["statusCode"] == status, stage
        assert ask(context, job, by(BOB, "admins"))["statusCode"] == status, stage
        for other in (by(BOB), by(BOB, "admin"), None, {}):
            assert ask(context, job, other) == unknown, stage
        convert.handler(event(job), context)
    manifest = json.loads(ask(context, job, by(ALICE))["body"])
    assert (manifest["owner"], manifest["reference"]) == (ALICE, "order 7")


@pytest.mark.usefixtures("owned")
def test_a_stranger_is_answered_without_a_look_at_the_job(context: Context) -> None:
    """No S3 here: if the job were looked for, whether it exists would show in the time."""
    assert ask(context, keys.new_job(ALICE), by(BOB))["statusCode"] == 404


@pytest.mark.usefixtures("owned")
def test_the_manifest_has_the_last_word(s3: Any, context: Context) -> None:
    """A job that looks like the caller's, but is not: the manifest of another's original."""
    job = keys.new_job(BOB)
    s3.put_object(Bucket="uploads-bucket", Key=f"uploads/{job}", Body=pictures.jpeg(), Metadata={"owner": ALICE})
    convert.handler(event(job), context)

    assert ask(context, job, by(BOB))["statusCode"] == 404


@pytest.mark.usefixtures("owned")
def test_every_outcome_names_its_owner(s3: Any, context: Context) -> None:
    rejected = store(s3, signed(context, by(ALICE), reference="r"), b"not a picture")
    failed = store(s3, signed(context, by(ALICE), reference="r"), pictures.jpeg())
    replaced = store(s3, upload := signed(context, by(ALICE), reference="r"), pictures.jpeg())
    stale = event(replaced)
    stale["Records"][0]["s3"]["object"] |= {"eTag": "0" * 32, "sequencer": "1"}
    assert store(s3, upload, b"another") == replaced

    convert.handler(event(rejected), context)
    convert.handler(stale, context)
    report_failure.handler({"Records": [{"Sns": {"Message": json.dumps(event(failed))}}]}, context)

    for job, status in ((rejected, "rejected"), (replaced, "rejected"), (failed, "failed")):
        found = ledger.find(job)
        assert found is not None
        assert (found.manifest["status"], found.manifest["owner"], found.manifest["reference"]) == (status, ALICE, "r")


@pytest.mark.usefixtures("owned")
def test_nobody_unknown_gets_a_form(context: Context) -> None:
    assert [sign(context, who)["statusCode"] for who in (None, {}, by(""))] == [401] * 3
    assert sign(context, by("x" * 256))["statusCode"] == 403
    assert sign(context, by("ü" * 128))["statusCode"] == 403
    assert sign(context, by("x" * 255))["statusCode"] == 201


def test_an_open_stack_ignores_identities(s3: Any, context: Context) -> None:
    upload = signed(context, by(ALICE))
    put(s3, upload["job"], pictures.jpeg())

    assert not [name for name in upload["upload"]["fields"] if name.startswith("x-amz-meta-")]
    assert ask(context, upload["job"], None)["statusCode"] == 202


@pytest.mark.usefixtures("owned")
def test_a_probe_needs_no_caller_and_opens_no_other_job(s3: Any, context: Context) -> None:
    job, probe = keys.new_job(ALICE), keys.new_probe()
    for each in (job, probe):
        put(s3, each, b"x")

    assert ask(context, probe, None, probe=True)["statusCode"] == 202
    assert ask(context, job, None, probe=True)["statusCode"] == 404
    assert ask(context, probe, by(BOB))["statusCode"] == 404


@pytest.mark.parametrize("job", ["", "..", "../../etc/passwd", "%2e%2e%2f", "a" * 10_000, "\r\nSet-Cookie: a=b"])
@pytest.mark.usefixtures("owned")
def test_what_is_no_job_does_not_exist(context: Context, job: str) -> None:
    assert ask(context, job, by(ALICE)) == ask(context, keys.new_job(BOB), by(ALICE))


@pytest.mark.parametrize(
    ("owner", "reference"),
    [
        ("${filename}", "${filename}"),
        ("=?UTF-8?B?dmljdGlt?=", "=?UTF-8?Q?a?="),
        ("a\r\nx-amz-acl: public-read", " spaces at both ends "),
        ("Zoë\u202e\0", '"\\,;%41&#'),
        ("é" * 127, "~" * 128),
        ("\x01" * 255, "%" * 128),
    ],
)
@pytest.mark.usefixtures("owned")
def test_what_s3_would_read_otherwise_arrives_as_it_was(s3: Any, context: Context, owner: str, reference: str) -> None:
    upload = signed(context, by(owner), reference=reference)
    attributes = {name: text for name, text in upload["upload"]["fields"].items() if "x-amz-meta-" in name}
    assert all(text.isascii() and text.isprintable() and not {*text} & {*" $?="} for text in attributes.values())
    assert sum(len(name.removeprefix("x-amz-meta-")) + len(text) for name, text in attributes.items()) <= 2048

    job = store(s3, upload, b"not a picture")
    convert.handler(event(job), context)

    found = ledger.find(job)
    assert found is not None
    assert (found.manifest["owner"], found.manifest["reference"]) == (owner, reference)


@pytest.mark.usefixtures("owned")
def test_no_token_and_no_subject_is_logged(s3: Any, context: Context, capsys: pytest.CaptureFixture[str]) -> None:
    token = {"Authorization": "Bearer SECRET-TOKEN"}
    body = json.dumps({"files": [FILE]})
    called: dict[str, Any] = {"httpMethod": "POST", "resource": "/uploads", "headers": token}
    for text in (body, "x"):
        called = {"httpMethod": "POST", "resource": "/uploads", "headers": token, "body": text}
        sign_upload.handler(called | {"requestContext": by(ALICE)}, context)
    for job in (keys.new_job(ALICE), keys.new_job(BOB), "x"):
        ask(context, job, by(ALICE), headers=token)
    called["body"] = 7
    with pytest.raises(TypeError):  # a failure is logged with its traceback
        sign_upload.handler(called | {"requestContext": by(ALICE)}, context)

    logged = capsys.readouterr().out
    assert "signed" in logged
    assert "TypeError" in logged
    assert "SECRET-TOKEN" not in logged
    assert ALICE not in logged


def test_a_preflight_allows_authorization_where_it_is_needed(
    environment: pytest.MonkeyPatch, context: Context, owned: None
) -> None:
    answer = sign_upload.handler({"httpMethod": "OPTIONS", "resource": "/uploads", "headers": {}}, context)
    assert "Authorization" in answer["headers"]["Access-Control-Allow-Headers"].split(",")
