"""JSON Web Tokens, good ones and such as no provider makes: any header and any claims, signed in any way."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
Sign = Callable[[bytes], bytes]

# How API Gateway asks an authorizer function: what is called, and a function of the header Authorization.
METHOD = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3/v1/GET/uploads/0123"
Ask = Callable[[Any], dict[str, Any]]


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def number(value: int) -> str:
    """A number as in a JSON Web Key."""
    return encoded(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def by(key: Private) -> Sign:
    """Signs as RS256 or ES256."""

    def sign(content: bytes) -> bytes:
        if isinstance(key, rsa.RSAPrivateKey):
            return key.sign(content, padding.PKCS1v15(), hashes.SHA256())
        r, s = decode_dss_signature(key.sign(content, ec.ECDSA(hashes.SHA256())))
        size = (key.key_size + 7) // 8
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    return sign


def with_secret(secret: bytes) -> Sign:
    """Signs as HS256."""
    return lambda content: hmac.digest(secret, content, hashlib.sha256)


def token(header: dict[str, Any] | str, claims: dict[str, Any] | str, sign: Sign) -> str:
    """header, claims: as texts, they may be no JSON."""
    texts = (part if isinstance(part, str) else json.dumps(part) for part in (header, claims))
    content = ".".join(encoded(text.encode()) for text in texts)
    return f"{content}.{encoded(sign(content.encode()))}"


def jwk(key: Private, kid: str | None, **members: Any) -> dict[str, Any]:
    """The public half of a key as a JSON Web Key (RFC 7517). members: further or other ones."""
    named = {} if kid is None else {"kid": kid}
    if isinstance(key, rsa.RSAPrivateKey):
        public = key.public_key().public_numbers()
        return named | {"kty": "RSA", "n": number(public.n), "e": number(public.e)} | members
    point, size = key.public_key().public_numbers(), (key.key_size + 7) // 8
    x, y = (encoded(value.to_bytes(size, "big")) for value in (point.x, point.y))
    return (
        named
        | {"kty": "EC", "crv": {"secp256r1": "P-256", "secp384r1": "P-384"}[key.curve.name], "x": x, "y": y}
        | members
    )
