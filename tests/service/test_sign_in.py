"""The optional stack sign_in: deployed next to a service, and what its accounts may do there."""

from collections.abc import Iterator

import pytest

import operate.service
from dev.emulator import REGION
from dev.stack import Stack
from operate.delivery import Delivery
from tests.actors.client import Service
from tests.actors.members import PASSWORD, Member
from tests.actors.operators import operator, said
from tests.actors.sign_in import SignInPage, pair, settings
from tests.material import pictures

PAGE = "https://pictures.example.com/"
SETTINGS = ("--set", f"PageUrls={PAGE},http://localhost:3000/", "--set", "SignInName=example-company")


@pytest.fixture(scope="module")
def service(stack: Service) -> Service:
    """A service of its own, because the command changes its settings."""
    parameters = {"ApiGatewayAccount": "configured"}
    deployed = Stack(stack.deployed.endpoint, parameters, f"{stack.deployed.name}-members")
    deployed.deploy()
    return Service(deployed.api_url, deployed)


@pytest.fixture(scope="module")
def signing_in(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The outputs of the stack, after the command; at the end it is removed."""
    named = ("--stack-name", service.deployed.name, "--yes", "--pause", "0.1")
    operate = operator(service, tmp_path_factory.mktemp("operator"))
    said(operate("stack", "sign_in", "deploy", *named, *SETTINGS))
    found = service.deployed.client("cloudformation").describe_stacks(StackName=f"{service.deployed.name}-sign-in")
    yield {output["OutputKey"]: output["OutputValue"] for output in found["Stacks"][0]["Outputs"]}
    said(operate("stack", "sign_in", "remove", *named))
    assert settings(service) == ("", "")


@pytest.fixture(scope="module")
def page(service: Service, signing_in: dict[str, str]) -> SignInPage:
    """The sign-in page, at which Alice, Bob and an administrator have accounts."""
    cognito, pool = service.deployed.client("cognito-idp"), signing_in["UserPool"]
    for user in ("alice", "bob", "carol"):
        named = {"UserPoolId": pool, "Username": f"{user}@example.com"}
        cognito.admin_create_user(**named, MessageAction="SUPPRESS")
        cognito.admin_set_user_password(**named, Password=PASSWORD, Permanent=True)
    cognito.admin_add_user_to_group(UserPoolId=pool, Username="carol@example.com", GroupName="admins")
    return SignInPage(service.deployed.endpoint, signing_in["SignInClient"], PAGE)


def test_the_command_tells_the_service_who_identifies_callers(service: Service, signing_in: dict[str, str]) -> None:
    assert settings(service) == (signing_in["Authorizer"], "admins")
    assert signing_in["Authorizer"].endswith(f"userpool/{signing_in['UserPool']}")
    assert signing_in["SignInUrl"] == "https://example-company.auth.us-east-1.amazoncognito.com/"


def test_the_delivery_learns_where_people_sign_in(service: Service, signing_in: dict[str, str]) -> None:
    deployed = service.deployed
    parent = operate.service.Service(deployed.name, REGION, lambda aws, _: deployed.client(aws))

    found = Delivery(parent, say=lambda _: None).filled({})

    assert found["SignIn"].split()[:2] == [
        f"client={signing_in['SignInClient']}",
        f"authorize={signing_in['SignInUrl']}oauth2/authorize",
    ]
    assert found["SignInOrigins"] == signing_in["SignInUrl"].rstrip("/")


def test_people_who_sign_in_own_what_they_upload(stack: Service, signing_in: dict[str, str], page: SignInPage) -> None:
    # The emulator gives an updated API another address (test_gaps.py), so this is a new stack with the same settings.
    parameters = {"Authorizer": signing_in["Authorizer"], "AdminGroup": signing_in["AdminGroup"]}
    name = f"{stack.deployed.name}-signed-in"
    deployed = Stack(stack.deployed.endpoint, parameters | {"ApiGatewayAccount": "configured"}, name)
    deployed.deploy()
    service = Service(deployed.api_url, deployed)

    def member(user: str) -> Member:
        token = page.tokens(f"{user}@example.com", PASSWORD)["id_token"]
        return Member(service, {"Authorization": f"Bearer {token}"})

    alice = member("alice")
    form = alice.sign()
    assert form.post(pictures.jpeg()).status_code == 204
    assert alice.status(form.job).status_code in (200, 202)
    assert member("carol").status(form.job).status_code in (200, 202)
    assert member("bob").status(form.job).status_code == 404


def test_a_code_works_once_and_only_in_the_browser_that_asked_for_it(page: SignInPage) -> None:
    verifier, challenge = pair()
    code = page.code("alice@example.com", PASSWORD, challenge)
    assert code is not None

    assert page.exchange(code, pair()[0]).status_code == 400
    other = page.code("alice@example.com", PASSWORD, challenge)
    assert other is not None
    assert page.exchange(other, verifier).status_code == 200
    assert page.exchange(other, verifier).status_code == 400


def test_nobody_is_sent_to_another_page_or_in_with_a_wrong_password(page: SignInPage) -> None:
    _, challenge = pair()
    for elsewhere in ("https://evil.example.com/", f"{PAGE}other", "http://pictures.example.com/"):
        answer = page.open(challenge, redirect_uri=elsewhere)
        assert answer.status_code == 400
        assert "Location" not in answer.headers
    assert page.code("alice@example.com", "Wrong-password-7", challenge) is None
    assert page.open(challenge, response_type="token").status_code != 200, "no implicit grant"


def test_the_client_takes_no_password_itself(service: Service, page: SignInPage) -> None:
    cognito = service.deployed.client("cognito-idp")
    given = {"USERNAME": "alice@example.com", "PASSWORD": PASSWORD}

    with pytest.raises(cognito.exceptions.InvalidParameterException, match="USER_PASSWORD_AUTH"):
        cognito.initiate_auth(ClientId=page.client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given)


def test_people_cannot_create_accounts_by_default(service: Service, signing_in: dict[str, str]) -> None:
    """Cognito enforces this setting; the emulator only stores it."""
    cognito = service.deployed.client("cognito-idp")
    pool = cognito.describe_user_pool(UserPoolId=signing_in["UserPool"])["UserPool"]

    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
