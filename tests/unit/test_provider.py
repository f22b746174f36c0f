"""What the upload page's head says about where people sign in."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from operate import provider
from tests.actors.web_server import serving

PAGE = "https://example-company.auth.eu-central-1.amazoncognito.com/"
COGNITO = (
    f"client=2f0k authorize={PAGE}oauth2/authorize token={PAGE}oauth2/token logout={PAGE}logout "
    f"revoke={PAGE}oauth2/revoke"
)
OWN = "client=a=b authorize=https://id.example.com/a?b=c token=https://token.example.com:8443/t"


def test_a_user_pool_has_its_endpoints_on_its_sign_in_page() -> None:
    assert provider.of_cognito(PAGE, "2f0k") == COGNITO
    assert provider.resolved(COGNITO) == COGNITO


def test_the_page_calls_the_token_and_revocation_endpoints_only() -> None:
    assert provider.origins_of(COGNITO) == [PAGE.rstrip("/")]
    assert provider.origins_of(f"{OWN} revoke=https://r.example.com/") == [
        "https://r.example.com",
        "https://token.example.com:8443",
    ]
    assert provider.origins_of("") == []


def test_words_of_ones_own_are_taken_in_any_order() -> None:
    assert provider.resolved(f"  {' '.join(reversed(OWN.split()))} ") == OWN
    assert provider.resolved("  ") == ""


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("client=a", "A sign-in needs authorize, token"),
        ("authorize=https://a/ token=https://a/", "A sign-in needs client"),
        (f"{OWN} secret=x", "A sign-in has no secret"),
        (OWN.replace("token=https", "token=http"), "is not an address that begins with https://"),
        (f"{OWN} logout=javascript:alert(1)", "is not an address that begins with https://"),
        (f"{OWN};script-src", "is not an address that begins with https://"),
        ("client=a issuer=http://a", "is not an address that begins with https://"),
        ("client=a issuer=https://nowhere.invalid", "cannot be read"),
    ],
)
def test_what_is_wrong_is_a_sentence(line: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        provider.resolved(line)


class Issuer(BaseHTTPRequestHandler):
    """Answers with its path's last word as the content of the discovery document."""

    def do_GET(self) -> None:
        tenant, _, document = self.path.strip("/").partition("/")
        found = document == ".well-known/openid-configuration"
        content = {"authorization_endpoint": "https://a/a", "token_endpoint": "https://a/t", "issuer": "https://a"}
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(b"<html>" if tenant == "broken" else json.dumps(content).encode())


@pytest.fixture
def issuer() -> Iterator[str]:
    with serving(Issuer) as server:
        yield f"http://127.0.0.1:{server.server_port}"


def test_endpoints_come_from_the_discovery_document(issuer: str) -> None:
    for address in (f"{issuer}/tenant", f"{issuer}/tenant/"):
        assert dict(provider.discovered(address)) == {"authorize": "https://a/a", "token": "https://a/t"}
    for address in (f"{issuer}/broken", issuer):
        with pytest.raises(ValueError, match="cannot be read"):
            provider.discovered(address)
