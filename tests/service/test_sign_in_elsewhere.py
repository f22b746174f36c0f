"""The optional stack sign_in with another provider: deployed next to a service, whose API asks its function."""

import http.client
import itertools
import json
import platform
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from botocore.exceptions import ClientError

from dev import bridges
from dev.stack import Stack
from tests.actors.client import CALLS, PAGE, PATIENCE, Service, wait_for
from tests.actors.members import Member
from tests.actors.operators import Operate, operator, said
from tests.actors.sign_in import settings
from tests.material import pictures, tokens
from tests.standins.openid_provider import AUDIENCE, Provider, rsa_key
from thumbs.jobs import keys

# The package is a real one, for this machine's processor. Its wheels fit any Python but for cffi, whose module for this
# one is among the tests' packages.
ARCHITECTURE = {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    with Provider(tmp_path_factory.mktemp("provider")) as provider:
        yield provider


@pytest.fixture(scope="module")
def before(stack: Service) -> Service:
    """A service of its own, because the command changes its settings. Nobody signs in yet."""
    parameters = {"ApiGatewayAccount": "configured", "Architecture": ARCHITECTURE, "LogRetentionDays": "7"}
    deployed = Stack(stack.deployed.endpoint, parameters, f"{stack.deployed.name}-elsewhere")
    deployed.deploy()
    return Service(deployed.api_url, deployed)


@pytest.fixture(scope="module")
def command(before: Service, tmp_path_factory: pytest.TempPathFactory) -> Operate:
    operate = operator(before, tmp_path_factory.mktemp("operator"))
    named = ("--stack-name", before.deployed.name, "--yes", "--pause", "0.1")
    return lambda action, *settings: operate("stack", "sign_in", action, *named, *settings)


@pytest.fixture(scope="module")
def signing_in(before: Service, provider: Provider, command: Operate) -> Iterator[Stack]:
    """The sign-in stack, after the command; at the end it is removed."""
    issuer = (f"Issuer={provider.url}", f"Audience={AUDIENCE}", "AdminGroup=admins")
    said(command("deploy", *(part for each in issuer for part in ("--set", each))))
    deployed = Stack(before.deployed.endpoint, {}, f"{before.deployed.name}-sign-in")
    yield deployed
    bucket = deployed.resources["PackageBucket"]
    said(command("remove"))
    assert settings(before) == ("", "")
    with pytest.raises(ClientError):
        before.s3.head_bucket(Bucket=bucket)


def trust(stack: Stack, provider: Provider) -> None:
    """The function trusts the provider's certificate, as it trusts the public authorities. A cold start takes longer on
    a busy machine."""
    aws, name = stack.client("lambda"), stack.resources["AuthorizerFunction"]
    variables = aws.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    environment = {"Variables": variables | {"SSL_CERT_FILE": str(provider.trust)}}
    aws.update_function_configuration(FunctionName=name, Environment=environment, Timeout=PATIENCE)


@pytest.fixture(scope="module")
def service(before: Service, signing_in: Stack, provider: Provider) -> Service:
    """The service after the command. The emulator gives an updated API another address, and not all of its document."""
    trust(signing_in, provider)
    parameters = before.deployed.parameters | {"Authorizer": signing_in.outputs["Authorizer"], "AdminGroup": "admins"}
    deployed = Stack(before.deployed.endpoint, parameters, before.deployed.name)
    deployed.template = before.deployed.template
    bridges.open_api(deployed)
    return Service(deployed.api_url, deployed)


Sign = Callable[..., Member]


@pytest.fixture
def member(service: Service, provider: Provider) -> Sign:
    """Somebody with a token of the provider. kid: the key that it is signed with."""
    provider.reset()

    def member(subject: str, kid: str = "rsa", **claims: Any) -> Member:
        token = provider.token(kid, sub=subject, **claims)
        found = Member(service, {"Authorization": f"Bearer {token}"}, subject)
        wait_for(lambda: found.call("GET", "limits").status_code != 503 or None, "the provider's keys")
        return found

    return member


def test_the_command_brings_the_function_and_tells_the_service(before: Service, signing_in: Stack) -> None:
    arn = signing_in.outputs["Authorizer"]
    assert settings(before) == (arn, "admins")

    function = signing_in.client("lambda").get_function_configuration(FunctionName=arn)
    assert function["Architectures"] == [ARCHITECTURE]
    assert function["Environment"]["Variables"]["POWERTOOLS_METRICS_NAMESPACE"] == before.deployed.name
    (group,) = signing_in.client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{signing_in.name}")[
        "logGroups"
    ]
    assert group["retentionInDays"] == 7, "as in the service's stack"
    (package,) = before.s3.list_objects_v2(Bucket=signing_in.outputs["PackageBucket"])["Contents"]
    assert package["Key"].startswith("authorizer-")


def test_people_with_accounts_elsewhere_own_what_they_upload(service: Service, member: Sign) -> None:
    alice, bob = member("auth0|alice"), member("auth0|bob", groups=["staff", "x,admins"])
    form = alice.sign(reference="7")
    assert form.post(pictures.jpeg()).status_code == 204
    manifest = wait_for(lambda: service.manifest(form.job), "a manifest")

    assert (manifest["owner"], manifest["reference"]) == ("auth0|alice", "7")
    assert member("auth0|alice", "ec").status(form.job).status_code == 200
    assert member("auth0|root", groups=["admins"]).status(form.job).status_code == 200
    unknown = bob.status(keys.new_job("auth0|bob"))
    assert (unknown.status_code, bob.status(form.job).content) == (404, unknown.content)


FORGED: dict[str, Callable[[Provider], str]] = {
    "none": lambda provider: tokens.token({"alg": "none", "kid": "rsa"}, provider.claims(), lambda _: b""),
    "another key": lambda provider: tokens.token(
        {"alg": "RS256", "kid": "rsa"}, provider.claims(), tokens.by(rsa_key("an attacker's"))
    ),
    "expired": lambda provider: provider.token(exp=1),
    "audience": lambda provider: provider.token(aud="another-client"),
    "unknown key": lambda provider: tokens.token(
        {"alg": "RS256", "kid": "unknown"}, provider.claims(), tokens.by(rsa_key("rsa"))
    ),
}


@pytest.mark.parametrize(("forged", "call"), [*zip(FORGED, itertools.cycle(CALLS), strict=False)], ids=str)
def test_a_token_that_is_not_good_is_a_problem_that_a_page_can_read(
    service: Service, provider: Provider, member: Sign, forged: str, call: tuple[str, str]
) -> None:
    """The emulator starts a function anew after each of its errors, so not every call is tried with every token."""
    member("alice")
    bearer = Member(service, {"Authorization": f"Bearer {FORGED[forged](provider)}", "Origin": PAGE})
    answer = bearer.call(*call, json={})

    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["status"] == 401


def test_of_two_tokens_the_one_that_was_checked_decides(service: Service, provider: Provider, member: Sign) -> None:
    """API Gateway passes on who was identified, not a header that the functions would read again."""
    good, bad = member("alice").headers["Authorization"], f"Bearer {FORGED['another key'](provider)}"
    body = json.dumps({"files": [{"name": "a.jpg", "type": "image/jpeg", "size": 9}]})
    place = urlsplit(f"{service.page_url}uploads")
    for first, second in ((good, bad), (bad, good), (good, good)):
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=PATIENCE)
        connection.putrequest("POST", place.path)
        for name, value in (("Content-Type", "application/json"), ("Content-Length", str(len(body)))):
            connection.putheader(name, value)
        connection.putheader("Authorization", first)
        connection.putheader("authorization", second)
        connection.endheaders(body.encode())
        answer = connection.getresponse()
        content = json.loads(answer.read())
        connection.close()

        assert answer.status in (201, 401)
        if answer.status == 201:
            assert content["uploads"][0]["upload"]["fields"]["x-amz-meta-owner"] == "alice"


def test_an_outage_of_the_provider_is_a_busy_service_and_then_over(
    service: Service, provider: Provider, member: Sign
) -> None:
    alice = member("alice")
    provider.status = 500
    unknown = Member(service, {"Authorization": f"Bearer {FORGED['unknown key'](provider)}", "Origin": PAGE})

    def ask() -> requests.Response | None:
        """The function refuses an unknown key for up to a minute without asking the provider."""
        answer = unknown.call("GET", "limits")
        assert answer.status_code in (401, 503)
        return answer if answer.status_code == 503 else None

    answer = wait_for(ask, "outage")
    assert answer.json()["status"] == 503
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Retry-After"]
    provider.status = 200
    wait_for(lambda: alice.call("GET", "limits").status_code == 200 or None, "end of the outage")
    wait_for(lambda: unknown.call("GET", "limits").status_code == 401 or None, "end of the outage")


def test_no_token_and_no_subject_is_logged(service: Service, provider: Provider, member: Sign) -> None:
    good, bad = provider.token(sub="alice-subject"), provider.token(sub="alice-subject", aud="other")
    member("alice")
    for token in (good, bad, provider.token(nonce="last")):  # lines may arrive with the next call
        Member(service, {"Authorization": f"Bearer {token}"}).call("GET", "limits")

    name = "sign-in-authorizer"
    wait_for(lambda: {"audience"} & {line.get("reason") for line in service.log(name)} or None, "a line")
    logs = service.deployed.client("logs")
    group = f"/aws/lambda/{service.deployed.name}-{name}"
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
    text = "".join(event["message"] for page in pages for event in page["events"])
    assert '"accepted"' in text
    assert [part for token in (good, bad) for part in token.split(".") if part in text] == []
    assert "alice" not in text
    assert f"{service.deployed.name}/TokensRefused" in service.metrics(name)


def test_a_setting_changes_and_the_package_stays(signing_in: Stack, command: Operate) -> None:
    answer = said(command("update", "--set", "GroupsClaim=roles", "--dry-run"))

    package = signing_in.client("cloudformation").describe_stacks(StackName=signing_in.name)["Stacks"][0]["Parameters"]
    (key,) = (each["ParameterValue"] for each in package if each["ParameterKey"] == "AuthorizerPackage")
    assert f"package {key}, " in answer
    assert "modify AuthorizerFunction" in answer
    assert answer.count("nothing to change") == 2, "neither the package nor the service"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--set", "AuthorizerPackage=authorizer-0123456789abcdef.zip"), "AuthorizerPackage is built here."),
        (("--set", "Issuer=", "--set", "Audience="), "cannot change from one to the other"),
    ],
)
def test_what_the_command_refuses(
    signing_in: Stack, command: Operate, arguments: tuple[str, ...], problem: str
) -> None:
    answer = command("deploy", *arguments)

    assert answer.returncode == 1
    assert problem in answer.stderr
