"""Cognito's sign-in page of `make run USERS=…`: what it lets through to the emulator, and from whom."""

from collections.abc import Iterator

import pytest
import requests

from dev.sign_in import HostedPage, SignIn
from tests.actors.client import PAGE, PATIENCE, Service
from tests.actors.sign_in import SignInPage, pair
from tests.standins.ports import free_port

ADDRESS = "anna@example.com"


@pytest.fixture(scope="module")
def signing(stack: Service) -> Iterator[SignIn]:
    made = SignIn(stack.deployed.endpoint, f"{PAGE}/", free_port(), "hosted-page")
    made.deploy()
    made.add("anna")
    page = HostedPage(made)
    yield made
    page.stop()


@pytest.fixture
def visitor(signing: SignIn) -> SignInPage:
    return SignInPage(f"http://localhost:{signing.port}", signing.outputs["SignInClient"], signing.page)


def test_a_code_is_exchanged_only_with_its_verifier_and_once(signing: SignIn, visitor: SignInPage) -> None:
    verifier, challenge = pair()
    first, second = (visitor.code(ADDRESS, signing.accounts[ADDRESS], challenge) for _ in range(2))
    assert first is not None
    assert second is not None

    assert visitor.exchange(first, pair()[0]).status_code == 400
    exchanged = visitor.exchange(second, verifier)
    assert exchanged.json()["id_token"]
    assert exchanged.headers["Access-Control-Allow-Origin"] == PAGE
    assert visitor.exchange(second, verifier).status_code == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/login"),
        ("POST", "/"),
        ("POST", "/oauth2/authorize"),
        ("GET", "/oauth2/userInfo"),
        ("GET", "/_ministack/health"),
        ("GET", "/artifacts/image-thumbnails.json"),
        ("POST", "/login/../?Action=CreateUser"),
        ("PUT", "/oauth2/token"),
    ],
)
def test_only_what_a_sign_in_needs_is_passed_on(signing: SignIn, method: str, path: str) -> None:
    answer = requests.request(method, f"http://localhost:{signing.port}{path}", timeout=PATIENCE)

    assert (answer.status_code, answer.text) == (404, "Here is only a sign-in page.\n")


def test_nobodys_key_is_passed_on(signing: SignIn, stack: Service) -> None:
    """The emulator takes any Authorization for its root key."""
    headers = {
        "Authorization": "AWS4-HMAC-SHA256 Credential=test/20261126/us-east-1/cognito-idp/aws4_request",
        "X-Amz-Target": "AWSCognitoIdentityProviderService.ListUserPools",
        "Content-Type": "application/x-amz-json-1.1",
    }
    body = '{"MaxResults": 10}'
    assert requests.post(stack.deployed.endpoint, body, headers=headers, timeout=PATIENCE).status_code == 200

    answer = requests.post(f"http://localhost:{signing.port}/login", body, headers=headers, timeout=PATIENCE)

    assert answer.json()["error"] == "invalid_client"


@pytest.mark.parametrize(
    ("headers", "refusal"),
    [
        ({"Origin": "https://evil.example.com"}, "may not call this server"),
        ({"Origin": "http://localhost:1"}, "may not call this server"),
        ({"Origin": "null"}, "may not call this server"),
        ({"Sec-Fetch-Site": "cross-site"}, "may not call this server"),
        ({"Sec-Fetch-Site": "same-site"}, "may not call this server"),
        ({"Host": "rebound.example.com"}, "This machine is not called"),
    ],
)
def test_a_foreign_page_is_refused(signing: SignIn, headers: dict[str, str], refusal: str) -> None:
    for path in ("login", "oauth2/token", "oauth2/revoke"):
        answer = requests.post(f"http://localhost:{signing.port}/{path}", {}, headers=headers, timeout=PATIENCE)
        assert answer.status_code == 403
        assert refusal in answer.text


def test_the_emulator_itself_still_refuses_its_own_sign_in_page(stack: Service) -> None:
    """So this page is needed: an emulator that served pages would let one call everything."""
    answer = requests.post(
        f"{stack.deployed.endpoint}/login", {}, headers={"Origin": stack.deployed.endpoint}, timeout=PATIENCE
    )

    assert answer.status_code == 403


def test_the_emulator_has_no_revocation_endpoint(stack: Service, signing: SignIn, visitor: SignInPage) -> None:
    """If this fails, forward /oauth2/revoke as well, and delete HostedPage._revoke."""
    token = visitor.tokens(ADDRESS, signing.accounts[ADDRESS])["refresh_token"]
    form = {"token": token, "client_id": visitor.client}
    renewal = {"grant_type": "refresh_token", "refresh_token": token, "client_id": visitor.client}

    requests.post(f"{stack.deployed.endpoint}/oauth2/revoke", form, timeout=PATIENCE)
    assert requests.post(f"{visitor.endpoint}/oauth2/token", renewal, timeout=PATIENCE).status_code == 200

    assert requests.post(f"{visitor.endpoint}/oauth2/revoke", form, timeout=PATIENCE).status_code == 200
    assert requests.post(f"{visitor.endpoint}/oauth2/token", renewal, timeout=PATIENCE).status_code == 400
