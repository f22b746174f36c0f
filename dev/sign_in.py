"""Sign-in for `make run USERS="anna ben"`: stacks/sign_in.yaml on the emulator, with an account for each name.

The emulator has Cognito's sign-in page, but its port refuses what a page sends (dev/emulator.py), and should: with the
emulator's public key a page could run code. So this page has a port of its own, which forwards what a sign-in needs
and nothing else. The emulator has no revocation endpoint; once it has one, tests/service/test_hosted_page.py fails.
"""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from dev.deployed import NAME, Deployed
from dev.emulator import ROOT
from dev.isolation import Scope, answer
from dev.listener import Headers, Listener
from dev.server import PageIsolation
from operate.provider import of_cognito

_TEMPLATE = ROOT / "stacks" / "sign_in.yaml"
_PASSED_ON = {("GET", "/oauth2/authorize"), ("POST", "/login"), ("POST", "/oauth2/token"), ("GET", "/logout")}
_REVOKE = ("POST", "/oauth2/revoke")  # RFC 7009; the emulator has only the action RevokeToken of Cognito's API
_RESPONSE_HEADERS = ("cache-control", "content-type", "location")


class SignIn(Deployed):
    """The stack sign_in on the emulator. page: the address of the upload page. port: of the sign-in page. accounts:
    passwords by address."""

    def __init__(self, endpoint: str, page: str, port: int, name: str = f"{NAME}-sign-in"):
        super().__init__(endpoint, name, {"PageUrls": page, "SignInName": name, "ServiceName": NAME})
        self.page, self.port = page, port
        self.accounts: dict[str, str] = {}

    def deploy(self) -> None:
        """Create the stack. Raises RuntimeError."""
        self.make(TemplateBody=_TEMPLATE.read_text())

    @property
    def identifying(self) -> dict[str, str]:
        """The settings of the service with which these accounts identify callers."""
        return {name: self.outputs[name] for name in ("Authorizer", "AdminGroup")}

    @property
    def line(self) -> str:
        """What the upload page says about the sign-in, see provider.py."""
        return of_cognito(f"http://localhost:{self.port}/", self.outputs["SignInClient"])

    def add(self, user: str) -> None:
        """An account. user: the first part of the e-mail address."""
        address, password = f"{user}@example.com", f"Thumbnails-of-{user}-1"
        named = {"UserPoolId": self.outputs["UserPool"], "Username": address}
        cognito = self.client("cognito-idp")
        attributes = [{"Name": "email", "Value": address}, {"Name": "email_verified", "Value": "true"}]
        cognito.admin_create_user(**named, MessageAction="SUPPRESS", UserAttributes=attributes)
        cognito.admin_set_user_password(**named, Password=password, Permanent=True)
        self.accounts[address] = password

    def revoke(self, token: str, client: str) -> None:
        self.client("cognito-idp").revoke_token(Token=token, ClientId=client)


class HostedPage(Listener):
    """Cognito's sign-in page on localhost, until stop()."""

    def __init__(self, sign_in: SignIn):
        self._sign_in = sign_in
        self._emulator = urlsplit(sign_in.endpoint)
        self._page = sign_in.page.rstrip("/")
        super().__init__(sign_in.port, PageIsolation((f"http://localhost:{sign_in.port}", self._page)).refusal)

    async def answer(self, scope: Scope, receive: Any, send: Any) -> None:
        wanted = (scope["method"], scope["path"])
        if wanted == _REVOKE:
            await self._revoke(receive, send)
        elif wanted in _PASSED_ON:
            headers = {"Content-Type": "application/x-www-form-urlencoded"} if scope["method"] == "POST" else {}
            await self.forward(scope, receive, send, self._emulator, headers, self._kept)
        else:
            await answer(send, 404, b"Here is only a sign-in page.\n")

    async def _revoke(self, receive: Any, send: Any) -> None:
        body = await self.body(receive, send)
        if body is None:
            return
        form = {name: values[0] for name, values in parse_qs(body.decode("latin-1")).items()}
        await self.run(self._sign_in.revoke, form.get("token", ""), form.get("client_id", ""))
        await answer(send, 200, b"", self._kept([]))

    def _kept(self, received: Headers) -> Headers:
        """Also lets the upload page read the response, and forbids framing of the form, whose styles are inline."""
        policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
        return [
            *((name, value) for name, value in received if name.lower() in _RESPONSE_HEADERS),
            ("access-control-allow-origin", self._page),
            ("content-security-policy", policy),
        ]
