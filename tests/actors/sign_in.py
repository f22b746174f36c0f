"""A browser at Cognito's sign-in page: authorization code with PKCE (RFC 7636)."""

import base64
import hashlib
import re
import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from tests.actors.client import PATIENCE, Service


class SignInPage:
    """The sign-in page of the emulator. endpoint: the emulator's. client: of the pool. page: where people return to."""

    def __init__(self, endpoint: str, client: str, page: str):
        self.endpoint, self.client, self.page = endpoint, client, page

    def open(self, challenge: str, **changed: str) -> requests.Response:
        query = {"response_type": "code", "client_id": self.client, "redirect_uri": self.page, "scope": "openid"}
        pkce = {"code_challenge": challenge, "code_challenge_method": "S256", "state": "s"}
        url = f"{self.endpoint}/oauth2/authorize"
        return requests.get(url, params=query | pkce | changed, timeout=PATIENCE, allow_redirects=False)

    def code(self, user: str, password: str, challenge: str) -> str | None:
        """The code with which the page sends the browser back, or None if the password is wrong."""
        form = self.open(challenge)
        assert form.status_code == 200, form.text
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form.text))
        filled = hidden | {"username": user, "password": password}
        answer = requests.post(f"{self.endpoint}/login", data=filled, timeout=PATIENCE, allow_redirects=False)
        location = answer.headers.get("Location", "")
        if not location.startswith(self.page):
            return None
        return parse_qs(urlsplit(location).query)["code"][0]

    def exchange(self, code: str, verifier: str) -> requests.Response:
        given = {"grant_type": "authorization_code", "client_id": self.client, "redirect_uri": self.page}
        proof = {"code": code, "code_verifier": verifier}
        return requests.post(f"{self.endpoint}/oauth2/token", data=given | proof, timeout=PATIENCE)

    def tokens(self, user: str, password: str) -> dict[str, Any]:
        verifier, challenge = pair()
        code = self.code(user, password, challenge)
        assert code is not None
        answer = self.exchange(code, verifier)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


def pair() -> tuple[str, str]:
    """A verifier and its challenge."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    return verifier, base64.urlsafe_b64encode(digest).decode().rstrip("=")


def settings(service: Service) -> tuple[str, str]:
    """Authorizer and AdminGroup of a service's stack."""
    (found,) = service.deployed.client("cloudformation").describe_stacks(StackName=service.deployed.name)["Stacks"]
    values = {each["ParameterKey"]: each["ParameterValue"] for each in found["Parameters"]}
    return values["Authorizer"], values["AdminGroup"]
