"""An OpenID Connect provider on this machine: a discovery document and keys, over TLS with a certificate of its own.

Only a process whose SSL_CERT_FILE names that certificate trusts it, as Lambda trusts the public authorities.
"""

import json
import ssl
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from tests.material import tokens

DISCOVERY, JWKS = "/.well-known/openid-configuration", "/keys"
AUDIENCE = "the-client"


@cache
def rsa_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """A key, the same for each name. Generating one takes a tenth of a second."""
    return rsa.generate_private_key(65537, bits)


@cache
def ec_key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def certificate(folder: Path) -> tuple[Path, Path]:
    """A new certificate for localhost, which is its own authority, and its key."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]),
    )
    now, identifier = datetime.now(UTC), x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "crl_sign"), False
    )
    extensions: dict[Any, bool] = {
        x509.SubjectAlternativeName([x509.DNSName("localhost")]): False,
        x509.BasicConstraints(ca=True, path_length=0): True,
        x509.KeyUsage(
            digital_signature=True, key_cert_sign=True, encipher_only=False, decipher_only=False, **usage
        ): True,
        identifier: False,
        x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier): False,
    }
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    for extension, critical in extensions.items():
        builder = builder.add_extension(extension, critical)
    public, private = folder / "certificate.pem", folder / "key.pem"
    public.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return public, private


class Provider:
    """A provider, with a key for each algorithm.

    url: the issuer. trust: the certificate. keys: the JSON Web Keys that it publishes. answers: bytes that it answers
    to a path, instead of a document; None closes the connection. status, headers: of every answer. pause: seconds
    before each byte of a body. asked: counts the requests by path.
    """

    def __init__(self, folder: Path):
        self.trust, private = certificate(folder)
        handler = type("Handler", (_Handler,), {"provider": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.trust, private)
        self._context = context
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
        self.asked.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def encrypted(self, plain: Any) -> Any:
        return self._context.wrap_socket(plain, server_side=True)

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
