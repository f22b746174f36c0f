"""A stack whose callers are identified by a Cognito user pool: who gets in, whose an upload is, and who may see it."""

import base64
import json
from collections.abc import Iterator

import pytest
import requests

from dev.stack import Stack
from tests.actors.client import CALLS, PAGE, PATIENCE, Service, wait_for
from tests.actors.members import Member, Pool
from tests.material import pictures
from thumbs.jobs import keys

UNKNOWN = f"uploads/{'0' * 32}"
GUARDED = [*CALLS, ("DELETE", UNKNOWN), ("POST", f"{UNKNOWN}/claim")]


@pytest.fixture(scope="module")
def pool(stack: Service) -> Pool:
    return Pool(stack.deployed.client("cognito-idp"), "people")


@pytest.fixture(scope="module")
def owned(stack: Service, pool: Pool) -> Iterator[Service]:
    parameters = {
        "Authorizer": pool.arn,
        "AdminGroup": "admins",
        "ApiGatewayAccount": "configured",
        "UnclaimedDays": "1",
    }
    deployed = Stack(stack.deployed.endpoint, parameters, f"{stack.deployed.name}-owned")
    deployed.deploy()
    yield Service(deployed.api_url, deployed)
    assert not token_in_logs(deployed), "a token, or the subject of one, was logged"


def token_in_logs(deployed: Stack) -> list[str]:
    logs = deployed.client("logs")
    said = [
        event["message"]
        for group in logs.describe_log_groups()["logGroups"]
        for event in logs.filter_log_events(logGroupName=group["logGroupName"])["events"]
    ]
    assert said
    return [line for line in said if "eyJ" in line or "Bearer" in line]


@pytest.fixture(scope="module")
def alice(owned: Service, pool: Pool) -> Member:
    return Member(owned, {"Authorization": f"Bearer {pool.token('alice')}"}, pool.subject("alice"))


@pytest.fixture(scope="module")
def bob(owned: Service, pool: Pool) -> Member:
    return Member(owned, {"Authorization": pool.token("bob")}, pool.subject("bob"))


@pytest.fixture(scope="module")
def admin(owned: Service, pool: Pool) -> Member:
    return Member(owned, {"Authorization": pool.token("carol", group="admins")}, pool.subject("carol"))


def unsigned(token: str) -> str:
    """The same claims by `alg: none`."""
    _, claims, _ = token.split(".")
    header = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    return f"{header}.{claims}."


def other_subject(token: str, subject: str) -> str:
    """The same signature below other claims."""
    header, claims, signature = token.split(".")
    read = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    forged = base64.urlsafe_b64encode(json.dumps(read | {"sub": subject}).encode()).decode().rstrip("=")
    return f"{header}.{forged}.{signature}"


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_a_call_without_a_valid_token_is_refused_readably(
    owned: Service, stack: Service, bob: Member, alice: Member, method: str, path: str
) -> None:
    token = bob.headers["Authorization"]
    strangers = Pool(stack.deployed.client("cognito-idp"), f"strangers-{method}-{path[:7]}")
    for wrong in (None, "", "x", unsigned(token), other_subject(token, alice.subject), strangers.token("bob")):
        headers = {} if wrong is None else {"Authorization": wrong}
        answer = Member(owned, headers).call(method, path, headers={"Origin": PAGE}, json={})

        assert answer.status_code == 401
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.json()["status"] == 401
    assert bob.call(method, path, json={}).status_code not in (401, 403)


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_a_preflight_needs_no_token(owned: Service, method: str, path: str) -> None:
    asked = {"Origin": PAGE, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": "authorization"}

    answer = requests.options(owned.page_url + path, headers=asked, timeout=PATIENCE)

    assert answer.status_code == 204
    assert "authorization" in answer.headers["Access-Control-Allow-Headers"].lower().split(",")
    assert method in answer.headers["Access-Control-Allow-Methods"].split(",")


def test_an_upload_is_its_owners_from_the_signature_to_the_manifest(
    owned: Service, alice: Member, bob: Member, admin: Member
) -> None:
    signed = alice.sign(reference="order 7 ${filename}")
    unknown = bob.status(keys.new_job(bob.subject))
    assert unknown.status_code == 404
    assert signed.post(pictures.jpeg()).status_code == 204

    def other(answer: requests.Response) -> None:
        assert (answer.status_code, answer.content) == (404, unknown.content)

    other(bob.status(signed.job))
    assert alice.status(signed.job).status_code in (200, 202)
    manifest = wait_for(lambda: owned.manifest(signed.job), "a manifest")
    assert (manifest["owner"], manifest["reference"]) == (alice.subject, "order 7 ${filename}")
    other(bob.status(signed.job))
    assert alice.status(signed.job).json()["reference"] == manifest["reference"]
    assert admin.status(signed.job).json()["owner"] == alice.subject


def test_an_upload_is_claimed_by_its_owner_only(owned: Service, alice: Member, bob: Member, admin: Member) -> None:
    signed = alice.sign()
    assert signed.post(pictures.jpeg()).status_code == 204
    wait_for(lambda: owned.manifest(signed.job), "a manifest")

    assert bob.claim(signed.job).content == bob.claim(keys.new_job(bob.subject)).content
    assert Member(owned, {}).claim(signed.job).status_code == 401
    for no_job in ("..%2F..%2Fuploads", f"{signed.job}%2F..", "a" * 10_000, "%20", "%00"):
        assert alice.claim(no_job).status_code in (404, 414)
    assert [member.claim(signed.job).status_code for member in (bob, alice, admin)] == [404, 204, 204]
    assert alice.status(signed.job).json()["claimed"] is True


@pytest.mark.parametrize("job", ["..%2F..%2Fuploads", "%2e%2e%2f", "%00", "a" * 10_000, "%20"])
def test_a_job_that_is_none_does_not_exist(alice: Member, job: str) -> None:
    answer = alice.status(job)

    assert answer.status_code in (404, 414), answer.text


def test_nobody_uploads_in_anothers_name(stack: Service, alice: Member, bob: Member) -> None:
    form = bob.sign()
    for forged in ({"x_amz_meta_owner": alice.subject}, {"x_amz_meta_owner": None}, {"x_amz_meta_reference": "r"}):
        assert form.post(pictures.jpeg(), **forged).status_code == 403
    assert form.post(pictures.jpeg()).status_code == 204

    assert stack.sign().post(pictures.jpeg(), x_amz_meta_owner=alice.subject).status_code == 403, "nor where nobody has"


def test_a_form_is_a_capability_and_what_it_uploads_is_its_owners(owned: Service, alice: Member, bob: Member) -> None:
    """S3 does not identify who posts a form: anyone to whom Alice gives it uploads for her."""
    form = alice.sign()
    posted = requests.post(
        form.url, data=form.fields, files={"file": ("x", pictures.jpeg())}, headers={"Origin": PAGE}, timeout=PATIENCE
    )
    assert posted.status_code == 204

    manifest = wait_for(lambda: owned.manifest(form.job), "a manifest")
    assert manifest["owner"] == alice.subject
    assert bob.status(form.job).status_code == 404


def test_a_failed_conversion_is_its_owners_too(owned: Service, alice: Member) -> None:
    form = alice.sign(reference="r")
    assert form.post(b"x").status_code == 204
    wait_for(lambda: owned.manifest(form.job), "a manifest")
    owned.s3.delete_object(Bucket=owned.thumbnails, Key=keys.manifest(form.job))

    message = json.dumps(owned.event(keys.original(form.job)))
    assert "error" not in owned.call("ReportFailureFunction", {"Records": [{"Sns": {"Message": message}}]})

    manifest = alice.status(form.job).json()
    assert (manifest["status"], manifest["owner"], manifest["reference"]) == ("failed", alice.subject, "r")
    gone = json.dumps(owned.event(keys.original(job := keys.new_job(alice.subject))))
    assert "error" not in owned.call("ReportFailureFunction", {"Records": [{"Sns": {"Message": gone}}]})
    assert alice.status(job).json()["status"] == "failed"


def test_an_upload_is_erased_by_its_owner_only(owned: Service, alice: Member, bob: Member) -> None:
    signed = alice.sign()
    assert signed.post(pictures.jpeg()).status_code == 204
    wait_for(lambda: owned.manifest(signed.job), "a manifest")
    foreign, unknown = bob.erase(signed.job), bob.erase(keys.new_job(alice.subject))

    assert (foreign.status_code, foreign.content) == (404, unknown.content)
    assert bob.status(signed.job).content == unknown.content
    assert alice.status(signed.job).json()["status"] == "done"
    for _ in range(2):
        answer = alice.erase(signed.job)
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert owned.keys(signed.job) == {keys.manifest(signed.job)}
    assert not owned.s3.list_objects_v2(Bucket=owned.uploads, Prefix=keys.original(signed.job)).get("Contents")
    assert alice.status(signed.job).status_code == 410
    assert requests.get(signed.result, timeout=PATIENCE).json()["status"] == "erased"


def test_an_upload_that_arrives_after_its_job_was_erased_is_swept(owned: Service, alice: Member, admin: Member) -> None:
    signed = alice.sign()
    assert admin.erase(signed.job).status_code == 404, "nothing of it exists yet"
    assert alice.erase(signed.job).status_code == 204
    assert signed.post(pictures.jpeg()).status_code == 204

    def is_swept() -> bool:
        originals = owned.s3.list_objects_v2(Bucket=owned.uploads, Prefix=keys.original(signed.job))
        return "Contents" not in originals and owned.keys(signed.job) == {keys.manifest(signed.job)}

    wait_for(lambda: is_swept() or None, "sweep")
    assert admin.erase(signed.job).status_code == 204, "its tombstone exists"


@pytest.mark.parametrize("example", ["curl/erase.sh", "python/erase.py", "python/claim.py"])
def test_an_owner_ends_an_upload_with_the_examples(alice: Member, example: str) -> None:
    signed, erases = alice.sign(), "erase" in example
    assert signed.post(pictures.jpeg()).status_code == 204

    said, refused = alice.run(example, signed.job), alice.run(example, "0" * 32)

    told, outcome = "was erased" if erases else "is kept", alice.status(signed.job)
    assert (said.returncode, said.stdout) == (0, f"{signed.job} {told}.\n"), said.stderr
    assert outcome.status_code == 410 if erases else outcome.json()["claimed"] is True
    assert refused.returncode != 0
    assert "404" in refused.stderr


@pytest.mark.parametrize("job", ["..%2F..%2Fuploads", "%2e%2e%2f", "%00", "a" * 10_000, "%20", "%C3%A4" * 32])
def test_a_job_that_is_none_is_not_erased(alice: Member, job: str) -> None:
    assert alice.erase(job).status_code in (403, 404, 414)


def test_there_is_no_such_route_without_an_authorizer(stack: Service, alice: Member) -> None:
    address = f"{stack.deployed.api_url}/uploads/{keys.new_job()}"

    answer = requests.delete(address, headers=alice.headers, timeout=PATIENCE)

    assert (answer.status_code, answer.json()["detail"]) == (404, "There is nothing here.")
