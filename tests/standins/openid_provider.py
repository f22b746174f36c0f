"""An OpenID Connect provider on this machine: a discovery document and keys, over TLS, by an authority of its own.

Only a process whose SSL_CERT_FILE names that authority trusts it, as Lambda trusts the public authorities.
"""

import json
import threading
import time
from collections import Counter
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.material import tokens
from tests.material.certificates import Authority, outdated, served

DISCOVERY, JWKS = "/.well-known/openid-configuration", "/keys"
AUDIENCE = "the-client"


@cache
def rsa_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """A key, the same for each name. Generating one takes a tenth of a second."""
    return rsa.generate_private_key(65537, bits)


@cache
def ec_key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


class Provider:
    """A provider, with a key for each algorithm.

    url: the issuer. trust: its authority's certificate. keys: the JSON Web Keys that it publishes. answers: bytes that
    it answers to a path, instead of a document; None closes the connection. status, headers: of every answer. pause:
    seconds before each byte of a body. asked: counts the requests by path.
    """

    def __init__(self, folder: Path):
        authority = Authority(folder)
        self.trust = authority.path
        handler = type("Handler", (_Handler,), {"provider": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._certificate = authority.issue("localhost")
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients that do not trust it
        self.url = f"https://localhost:{self._server.server_port}"
        self.asked: Counter[str] = Counter()
        self.reset()
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def reset(self) -> None:
        """As a well-behaved provider that nobody has asked yet."""
        self.keys = [tokens.jwk(rsa_key("rsa"), "rsa"), tokens.jwk(ec_key("ec"), "ec")]
        self.answers: dict[str, bytes | None] = {}
        self.status, self.pause, self.headers = 200, 0.0, {"Content-Type": "application/json"}
        self.tls = served(self._certificate)
        self.asked.clear()

    def speak_outdated_tls(self) -> None:
        self.tls = outdated(self._certificate)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def encrypted(self, plain: Any) -> Any:
        return self.tls.wrap_socket(plain, server_side=True)

    def document(self, path: str) -> dict[str, Any] | None:
        documents: dict[str, dict[str, Any]] = {
            DISCOVERY: {"issuer": self.url, "jwks_uri": self.url + JWKS},
            JWKS: {"keys": self.keys},
        }
        return documents.get(path)

    def claims(self, **changed: Any) -> dict[str, Any]:
        """The claims of an ID token for Alice. changed: other values; None leaves a claim out."""
        now = int(time.time())
        claims = {"iss": self.url, "aud": AUDIENCE, "sub": "alice", "iat": now, "exp": now + 600} | changed
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, kid: str = "rsa", **changed: Any) -> str:
        """A token that this provider has made. kid: rsa or ec."""
        key, algorithm = (rsa_key("rsa"), "RS256") if kid == "rsa" else (ec_key("ec"), "ES256")
        header = {"alg": algorithm, "kid": kid, "typ": "JWT"}
        return tokens.token(header, self.claims(**changed), tokens.by(key))


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def setup(self) -> None:
        self.request = self.provider.encrypted(self.request)
        super().setup()

    def finish(self) -> None:
        super().finish()
        self.request.close()

    def do_GET(self) -> None:
        provider = self.provider
        provider.asked[self.path] += 1
        document = provider.document(self.path)
        content = provider.answers.get(self.path, json.dumps(document).encode())
        if content is None:
            return
        self.send_response(provider.status if document or self.path in provider.answers else 404)
        for name, value in provider.headers.items():
            self.send_header(name, value)
        self.end_headers()
        for part in [content[at : at + 1] for at in range(len(content))] if provider.pause else [content]:
            time.sleep(provider.pause)
            self.wfile.write(part)

    def log_message(self, *_: Any) -> None:
        pass
