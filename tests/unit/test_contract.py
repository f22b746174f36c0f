"""Clients depend on the responses of earlier versions: members may neither disappear nor change their type. New ones
may be added.

contract/ has the responses of each released version. Add a file with each release, and never change one. During a
release, both versions run: what one has signed or written, the other must accept.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import claim
import convert
import erase
import get_upload
import report_failure
import sign_upload
from dev.emulator import ROOT
from tests.actors import eraser
from tests.material import pictures
from tests.material.contract import SINCE_0_2, VERSIONS, missing
from tests.material.invocation import Context
from thumbs import errors
from thumbs.jobs import keys, ledger, notices
from thumbs.jobs.notices import Upload

JOB = "3f0c9a52d1b84c6e9a7d5e2f80b1c4d7"
EVENT = notices.event([Upload("uploads-bucket", f"uploads/{JOB}", JOB, time=datetime.now(UTC))])


@pytest.fixture(params=VERSIONS, ids=lambda path: path.stem)
def then(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The responses of an earlier version."""
    answers: dict[str, Any] = json.loads(request.param.read_text())
    return answers


def called(context: Context, **changed: Any) -> dict[str, Any]:
    body = json.dumps({"files": [{"name": "a", "type": "image/jpeg", "size": 1} | changed]})
    event = {"httpMethod": "POST", "resource": "/uploads", "headers": {}, "body": body}
    answer: dict[str, Any] = sign_upload.handler(event, context)
    return answer


def ask(context: Context, content_type: str) -> Any:
    return json.loads(called(context, type=content_type)["body"])


def get(context: Context) -> Any:
    return json.loads(get_upload.handler({"pathParameters": {"job": JOB}, "headers": {}}, context)["body"])


def put(s3: Any, content: bytes) -> None:
    s3.put_object(Bucket="uploads-bucket", Key=f"uploads/{JOB}", Body=content)


def test_a_signature_has_all_that_it_had(then: dict[str, Any], context: Context) -> None:
    assert missing(then["signed"], ask(context, "image/jpeg")) == []


def test_a_problem_has_all_that_it_had(then: dict[str, Any], context: Context) -> None:
    assert missing(then["problem"], ask(context, "application/pdf")) == []


@pytest.mark.parametrize("version", SINCE_0_2, ids=lambda path: path.stem)
def test_a_bad_file_is_refused_for_the_same_reason(version: Path, context: Context) -> None:
    for then in json.loads(version.read_text())["refused"]:
        answer = called(context, **then["changed"])
        (error,) = json.loads(answer["body"])["errors"]

        assert (answer["statusCode"], error["code"], error["pointer"]) == (
            then["status"],
            then["code"],
            then["pointer"],
        )


@pytest.mark.parametrize("version", SINCE_0_2, ids=lambda path: path.stem)
def test_the_limits_have_all_that_they_had(version: Path, environment: pytest.MonkeyPatch, context: Context) -> None:
    """GET /limits, with every setting that adds a member."""
    days = {"KEEP_THUMBNAILS_DAYS": "90", "UNCLAIMED_DAYS": "3"}
    sizes = {"THUMBNAIL_SIZES": "small=160x160:pad:ffffff", "PROFILES": "avatar:face=160x160:pad:ffffff"}
    for name, value in {"HAS_OWNERS": "true", "METADATA": "copyright", **days, **sizes}.items():
        environment.setenv(name, value)
    answer = sign_upload.handler({"httpMethod": "GET", "resource": "/limits", "headers": {}}, context)

    assert missing(json.loads(version.read_text())["limits"], json.loads(answer["body"])) == []


def test_a_result_has_all_that_it_had(then: dict[str, Any], s3: Any, context: Context) -> None:
    put(s3, pictures.jpeg())
    assert missing(then["processing"], get(context)) == []
    report_failure.handler({"Records": [{"Sns": {"Message": json.dumps(EVENT)}}]}, context)
    assert missing(then["failed"], get(context)) == []
    convert.handler(EVENT, context)
    assert missing(then["done"], get(context)) == []


def test_a_rejection_has_all_that_it_had(then: dict[str, Any], s3: Any, context: Context) -> None:
    put(s3, b"not a picture")
    convert.handler(EVENT, context)

    assert missing(then["rejected"], get(context)) == []


def answered(handler: Any, job: str, subject: str, context: Context) -> dict[str, Any]:
    said = handler(eraser.request(job, subject), context)
    return {"status": said["statusCode"], "body": said["body"] and json.loads(said["body"])}


@pytest.mark.parametrize("version", SINCE_0_2, ids=lambda path: path.stem)
def test_erasing_is_answered_as_it_was(
    version: Path, environment: pytest.MonkeyPatch, s3: Any, context: Context
) -> None:
    """DELETE /uploads/{job}, with an authorizer."""
    environment.setenv("HAS_OWNERS", "true")
    then, job = json.loads(version.read_text()), keys.new_job("alice")

    assert answered(erase.handler, job, "bob", context) == then["erasing"]["other"]
    assert answered(erase.handler, job, "alice", context) == then["erasing"]["owner"]
    assert answered(get_upload.handler, job, "alice", context) == then["erasing"]["gone"]
    found = ledger.find(job)
    assert found
    assert missing(then["erased"], found.manifest) == []


@pytest.mark.parametrize("version", SINCE_0_2, ids=lambda path: path.stem)
def test_claiming_is_answered_as_it_was(
    version: Path, environment: pytest.MonkeyPatch, s3: Any, context: Context
) -> None:
    """POST /uploads/{job}/claim, with UnclaimedDays and an authorizer."""
    environment.setenv("HAS_OWNERS", "true")
    environment.setenv("UNCLAIMED_DAYS", "3")
    then, job = json.loads(version.read_text())["claiming"], keys.new_job("alice")
    uploaded = Upload("uploads-bucket", keys.original(job), job, time=datetime.now(UTC))
    s3.put_object(Bucket=uploaded.bucket, Key=uploaded.key, Body=pictures.jpeg(), Metadata={"owner": "alice"})

    assert answered(claim.handler, job, "alice", context) == then["early"]
    convert.handler(notices.event([uploaded]), context)
    assert answered(claim.handler, job, "bob", context) == then["other"]
    for _ in range(2):
        assert answered(claim.handler, job, "alice", context) == then["owner"]
    found = ledger.find(job)
    assert found
    assert found.manifest["claimed"] is True
    assert answered(erase.handler, job, "alice", context)["status"] == 204
    assert answered(claim.handler, job, "alice", context) == then["gone"]


def test_every_code_that_was_ever_answered_still_exists(then: dict[str, Any]) -> None:
    codes = [then[name]["reason"]["code"] for name in ("rejected", "failed")]

    assert {*codes, *(error["code"] for error in then["problem"]["errors"])} <= set(errors.Reason)


@pytest.mark.parametrize(("status", "stays"), [("done", True), ("rejected", True), ("failed", False)])
def test_a_manifest_of_an_earlier_version_is_read_and_honoured(
    then: dict[str, Any], s3: Any, context: Context, status: str, stays: bool
) -> None:
    s3.put_object(Bucket="thumbnails-bucket", Key=f"{JOB}/manifest.json", Body=json.dumps(then[status]))
    put(s3, pictures.jpeg())

    assert get(context)["status"] == status
    convert.handler(EVENT, context)

    found = ledger.find(JOB)
    assert found is not None
    assert (found.manifest == then[status]) is stays


def test_thumbnails_of_an_earlier_version_are_shown_where_they_lie(
    then: dict[str, Any], s3: Any, context: Context
) -> None:
    """In the job's folder, in 0.1. A conversion again moves it to an address that reveals nothing; old links stay
    valid."""
    s3.put_object(Bucket="thumbnails-bucket", Key=f"{JOB}/manifest.json", Body=json.dumps(then["done"]))
    old = [thumbnail["key"] for thumbnail in then["done"]["thumbnails"]]
    for key in old:
        s3.put_object(Bucket="thumbnails-bucket", Key=key, Body=b"thumbnail")
    put(s3, pictures.jpeg())

    shown = get(context)["thumbnails"]
    convert.handler(EVENT | {"again": True}, context)
    moved = get(context)["thumbnails"]

    assert [thumbnail["key"] for thumbnail in shown] == old
    assert all(thumbnail["key"] in thumbnail["url"] for thumbnail in shown)
    assert not any(JOB in thumbnail["url"] for thumbnail in moved)
    for key in old:
        assert s3.get_object(Bucket="thumbnails-bucket", Key=key)["Body"].read() == b"thumbnail"


def test_a_form_of_an_earlier_version_leads_where_it_led(then: dict[str, Any], context: Context) -> None:
    """Its upload arrives after the release: the key must mean the same job, and the link the same manifest."""
    new = ask(context, "image/jpeg")["uploads"][0]
    old = json.loads(json.dumps(then["signed"]["uploads"][0]).replace(JOB, new["job"]))

    assert new["result"].split("?")[0] == old["result"]
    assert new["upload"]["url"] == old["upload"]["url"]
    assert new["upload"]["fields"]["key"] == old["upload"]["fields"]["key"]


def test_a_missing_member_is_found() -> None:
    """Otherwise the tests above could not fail."""
    assert missing({"a": [{"b": 1}]}, {"a": [{"b": "1"}]}) == ["/a/0/b"]
    assert missing({"a": {"b": 1}}, {"a": {}}) == ["/a/b"]
    assert missing({"a": [1]}, {"a": []}) == ["/a"]


def test_the_manifest_of_the_document_has_the_members_of_a_real_one(s3: Any, context: Context) -> None:
    example = (ROOT / "docs" / "api.md").read_text().split("## The manifest\n\n")[1].split("\n\n")[0]
    put(s3, pictures.jpeg())
    convert.handler(EVENT, context)
    real = json.loads(s3.get_object(Bucket="thumbnails-bucket", Key=f"{JOB}/manifest.json")["Body"].read())

    assert names(json.loads(example)) == names(real)


def names(value: Any) -> Any:
    """The members of each object, and those of the first item of each list."""
    if isinstance(value, list):
        return names(value[0]) if value else None
    return {name: names(each) for name, each in value.items()} if isinstance(value, dict) else None
