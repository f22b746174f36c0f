"""A stack whose callers are identified by IAM, or by an authorizer function, and that also has a firewall."""

import json
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from dev.emulator import REGION
from dev.stack import Stack
from operate import door
from tests.actors.client import CALLS, PAGE, PATIENCE, Service, wait_for
from tests.actors.members import Member
from tests.material import pictures
from thumbs.jobs import keys

SECRET = "of-the-distribution"
FROM_DELIVERY = {"Referer": SECRET}

# As in API Gateway's documentation: a token is the name of the caller.
AUTHORIZER = """
def handler(event, context):
    token = event["authorizationToken"]
    if token == "unknown":
        raise Exception("Unauthorized")
    if token == "broken":
        raise Exception("the keys cannot be read")
    effect = "Deny" if token == "denied" else "Allow"
    resource = event["methodArn"].split("/")[0] + ("/*" if token != "elsewhere" else "/v1/GET/elsewhere")
    statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": resource}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": token, "policyDocument": policy, "context": {"groups": "admins" if token == "root" else ""}}
"""


def deployed(stack: Service, suffix: str, authorizer: str) -> Service:
    """Another stack of the same account, which responds only to callers with the delivery's secret."""
    name = f"{stack.deployed.name}-{suffix}"
    ssm = stack.deployed.client("ssm")
    ssm.put_parameter(Name=door.parameter(name), Value=SECRET, Type="String")
    parameters = {"Authorizer": authorizer, "AdminGroup": "admins", "DeliverySecrets": "1"}
    made = Stack(stack.deployed.endpoint, parameters | {"ApiGatewayAccount": "configured"}, name)
    made.deploy()
    return Service(made.api_url, made)


@pytest.fixture(scope="module")
def asked(stack: Service) -> Service:
    """A stack with an authorizer function."""
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        archive.writestr("authorizer.py", AUTHORIZER)
    trusted = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [trusted]})
    role = stack.deployed.client("iam").create_role(RoleName="who-calls", AssumeRolePolicyDocument=trust)["Role"]
    function = stack.deployed.client("lambda").create_function(
        FunctionName="who-calls",
        Runtime="python3.13",
        Handler="authorizer.handler",
        Role=role["Arn"],
        Code={"ZipFile": content.getvalue()},
    )
    return deployed(stack, "asked", function["FunctionArn"])


def by(service: Service, token: str, **headers: str) -> Member:
    return Member(service, {"Authorization": token} | FROM_DELIVERY | headers, token)


def test_a_function_identifies_owners_and_admins(asked: Service) -> None:
    form = by(asked, "alice").sign(reference="7")
    assert form.post(pictures.jpeg()).status_code == 204
    manifest = wait_for(lambda: asked.manifest(form.job), "a manifest")

    assert (manifest["owner"], manifest["reference"]) == ("alice", "7")
    assert by(asked, "alice").status(form.job).status_code == 200
    assert by(asked, "root").status(form.job).status_code == 200
    unknown = by(asked, "bob").status(keys.new_job("bob"))
    assert (unknown.status_code, by(asked, "bob").status(form.job).content) == (404, unknown.content)


@pytest.mark.parametrize(
    ("token", "status"), [("", 401), ("unknown", 401), ("denied", 403), ("elsewhere", 403), ("broken", 503)]
)
@pytest.mark.parametrize(("method", "path"), CALLS)
def test_what_a_function_refuses_is_a_problem_that_a_page_can_read(
    asked: Service, method: str, path: str, token: str, status: int
) -> None:
    answer = by(asked, token).call(method, path, json={}, headers={"Origin": PAGE})

    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.json()["status"] == status
    assert bool(answer.headers.get("Retry-After")) == (status == 503)


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_good_token_opens_no_way_around_the_firewall(asked: Service, method: str, path: str) -> None:
    for referer in ({"Referer": "https://www.example.com/"}, {"Referer": ""}):
        assert by(asked, "alice", **referer).call(method, path, json={}).status_code == 403
    assert by(asked, "alice").call(method, path, json={}).status_code not in (401, 403)

    preflight = {"Origin": PAGE, "Access-Control-Request-Method": method}
    assert requests.options(asked.page_url + path, headers=preflight, timeout=PATIENCE).status_code == 403
    through = requests.options(asked.page_url + path, headers=preflight | FROM_DELIVERY, timeout=PATIENCE)
    assert through.status_code == 204


@pytest.fixture(scope="module")
def users(stack: Service) -> dict[str, tuple[str, Credentials]]:
    """By name: the unique id and the key of IAM users, of whom only alice and bob may call APIs."""
    iam, found = stack.deployed.client("iam"), {}
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}
    for name in ("alice", "bob", "nobody"):
        unique = iam.create_user(UserName=name)["User"]["UserId"]
        key = iam.create_access_key(UserName=name)["AccessKey"]
        if name != "nobody":
            policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            iam.put_user_policy(UserName=name, PolicyName="call", PolicyDocument=policy)
        found[name] = (unique, Credentials(key["AccessKeyId"], key["SecretAccessKey"]))
    return found


@pytest.fixture(scope="module")
def signing(stack: Service) -> Service:
    """A stack whose callers sign as IAM principals."""
    return deployed(stack, "signing", "iam")


def signed(service: Service, credentials: Credentials, method: str, path: str, body: Any = None) -> requests.Response:
    content = json.dumps(body).encode() if body else b""
    request = AWSRequest(method, service.page_url + path, data=content, headers=FROM_DELIVERY)
    SigV4Auth(credentials, "execute-api", REGION).add_auth(request)
    return requests.request(
        method, service.page_url + path, data=content, headers=dict(request.headers), timeout=PATIENCE
    )


def test_an_iam_principal_owns_what_it_uploads(signing: Service, users: dict[str, tuple[str, Credentials]]) -> None:
    (unique, alice), (_, bob) = users["alice"], users["bob"]
    answer = signed(signing, alice, "POST", "uploads", {"files": [{"name": "a", "type": "image/jpeg", "size": 9}]})
    (upload,) = answer.json()["uploads"]

    assert upload["upload"]["fields"]["x-amz-meta-owner"] == unique
    files = {"file": ("a", pictures.jpeg())}
    requests.post(upload["upload"]["url"], data=upload["upload"]["fields"], files=files, timeout=PATIENCE)
    wait_for(lambda: signing.manifest(upload["job"]), "a manifest")
    assert signed(signing, alice, "GET", f"uploads/{upload['job']}").json()["owner"] == unique
    assert signed(signing, bob, "GET", f"uploads/{upload['job']}").status_code == 404


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_only_a_principal_that_may_call_is_answered(
    signing: Service, users: dict[str, tuple[str, Credentials]], method: str, path: str
) -> None:
    _, nobody = users["nobody"]
    unsigned = requests.request(method, signing.page_url + path, headers=FROM_DELIVERY, json={}, timeout=PATIENCE)
    assert unsigned.status_code == 401
    assert unsigned.headers["Content-Type"] == "application/problem+json"
    assert unsigned.headers["Access-Control-Allow-Origin"] == "*"
    # Here the emulator answers in its own words; on AWS this is the gateway response ACCESS_DENIED.
    assert signed(signing, nobody, method, path).status_code == 403
