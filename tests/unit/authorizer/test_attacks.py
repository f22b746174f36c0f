"""Tokens that the authorizer function refuses: each is good but for one thing, which a reason in the log names."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from stacks.authorizer.handler import Unauthorized
from stacks.authorizer.tokens import LONGEST
from tests.material import tokens
from tests.material.tokens import Ask
from tests.standins.openid_provider import AUDIENCE, JWKS, Provider, ec_key, rsa_key

RS256 = {"alg": "RS256", "kid": "rsa", "typ": "JWT"}
ES256 = {"alg": "ES256", "kid": "ec", "typ": "JWT"}
HUGE = 10**400

Attack = Callable[[Provider], str]


def bearer(token: str) -> str:
    return f"Bearer {token}"


def claiming(**changed: Any) -> Attack:
    """A token of the provider with other claims; None leaves one out."""
    return lambda provider: bearer(provider.token(**changed))


def writing(old: str, new: str) -> Attack:
    """A token of the provider, whose claims contain what json.dumps does not write."""

    def attack(provider: Provider) -> str:
        text = json.dumps(provider.claims(exp=1_999_999_999))
        assert old in text
        return bearer(tokens.token(RS256, text.replace(old, new), tokens.by(rsa_key("rsa"))))

    return attack


def heading(sign: tokens.Sign, header: dict[str, Any] | str) -> Attack:
    """A token with good claims, and another header or signature."""
    return lambda provider: bearer(tokens.token(header, provider.claims(), sign))


def pem(key: tokens.Private) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def nothing(_: bytes) -> bytes:
    return b""


def in_der(content: bytes) -> bytes:
    """As TLS has it, and JSON Web Signatures have not."""
    return ec_key("ec").sign(content, ec.ECDSA(hashes.SHA256()))


RSA, EC, OTHER = tokens.by(rsa_key("rsa")), tokens.by(ec_key("ec")), tokens.by(rsa_key("an attacker's"))
PEM, DER = pem(rsa_key("rsa")), pem(ec_key("ec"))
JWK = json.dumps(tokens.jwk(rsa_key("rsa"), "rsa")).encode()
ATTACKERS = tokens.jwk(rsa_key("an attacker's"), "rsa")

ATTACKS: dict[str, tuple[Attack, str]] = {
    # Who signs
    "alg none": (heading(nothing, RS256 | {"alg": "none"}), "algorithm"),
    "alg None": (heading(nothing, RS256 | {"alg": "NonE"}), "algorithm"),
    "alg none with a signature": (heading(RSA, RS256 | {"alg": "none"}), "algorithm"),
    "alg missing": (heading(RSA, {"kid": "rsa"}), "algorithm"),
    "alg null": (heading(RSA, RS256 | {"alg": None}), "algorithm"),
    "alg a list": (heading(RSA, RS256 | {"alg": ["RS256"]}), "malformed"),
    "alg in lower case": (heading(RSA, RS256 | {"alg": "rs256"}), "algorithm"),
    "HS256 by PEM": (heading(tokens.with_secret(PEM), RS256 | {"alg": "HS256"}), "algorithm"),
    "HS256 by PEM as RS256": (heading(tokens.with_secret(PEM), RS256), "signature"),
    "HS256 by JWK": (heading(tokens.with_secret(JWK), RS256 | {"alg": "HS256"}), "algorithm"),
    "HS256 by PEM of EC": (heading(tokens.with_secret(DER), ES256 | {"alg": "HS256"}), "algorithm"),
    "PS256": (heading(RSA, RS256 | {"alg": "PS256"}), "algorithm"),
    "RS512": (heading(RSA, RS256 | {"alg": "RS512"}), "algorithm"),
    "RS256 by another key": (heading(OTHER, RS256), "signature"),
    "RS256 with the id of EC": (heading(RSA, RS256 | {"kid": "ec"}), "key"),
    "ES256 with the id of RSA": (heading(EC, ES256 | {"kid": "rsa"}), "key"),
    "ES256 by RSA": (heading(RSA, ES256), "signature"),
    "RS256 by EC": (heading(EC, RS256), "signature"),
    "ES256 of zeros": (heading(lambda _: bytes(64), ES256), "signature"),
    "ES256 in DER": (heading(in_der, ES256), "signature"),
    "no signature": (heading(nothing, RS256), "signature"),
    "two algorithms": (heading(RSA, '{"alg": "RS256", "kid": "rsa", "alg": "none"}'), "algorithm"),
    # Which key
    "kid missing": (heading(RSA, {"alg": "RS256"}), "header"),
    "kid null": (heading(RSA, RS256 | {"kid": None}), "malformed"),
    "kid a number": (heading(RSA, RS256 | {"kid": 7}), "malformed"),
    "kid a path": (heading(tokens.with_secret(b""), RS256 | {"kid": "../../../../dev/null"}), "key"),
    "kid a URL": (heading(OTHER, RS256 | {"kid": "https://evil.example.com/key"}), "key"),
    "kid with a quote": (heading(OTHER, RS256 | {"kid": "rsa' OR 'a'='a"}), "key"),
    "kid empty": (heading(RSA, RS256 | {"kid": ""}), "key"),
    "jwk": (heading(OTHER, RS256 | {"jwk": ATTACKERS}), "signature"),
    "jwk with an id of its own": (heading(OTHER, RS256 | {"kid": "new", "jwk": ATTACKERS | {"kid": "new"}}), "key"),
    "jku": (heading(OTHER, RS256 | {"jku": "https://localhost/evil"}), "signature"),
    "x5u": (heading(OTHER, RS256 | {"x5u": "https://localhost/evil"}), "signature"),
    "x5c": (heading(OTHER, RS256 | {"x5c": ["MIIB"]}), "signature"),
    "crit": (heading(RSA, RS256 | {"crit": ["exp"], "exp": 1}), "malformed"),
    "b64 false": (heading(RSA, RS256 | {"b64": False}), "malformed"),
    "a logout token": (heading(RSA, RS256 | {"typ": "logout+jwt"}), "header"),
    "typ a list": (heading(RSA, RS256 | {"typ": ["JWT"]}), "malformed"),
    # By whom and for whom
    "another issuer": (claiming(iss="https://evil.example.com"), "issuer"),
    "issuer with a slash": (lambda provider: bearer(provider.token(iss=provider.url + "/")), "issuer"),
    "issuer in a list": (lambda provider: bearer(provider.token(iss=[provider.url])), "issuer"),
    "no issuer": (claiming(iss=None), "claims"),
    "another audience": (claiming(aud="another-client"), "audience"),
    "a part of the audience": (claiming(aud=AUDIENCE[:-1]), "audience"),
    "the audience in upper case": (claiming(aud=AUDIENCE.upper()), "audience"),
    "one audience too many": (claiming(aud=[AUDIENCE, "another-client"]), "audience"),
    "one audience too many, with azp": (claiming(aud=[AUDIENCE, "another-client"], azp=AUDIENCE), "audience"),
    "another audience, with azp": (claiming(aud="another-client", azp=AUDIENCE), "audience"),
    "an empty list of audiences": (claiming(aud=[]), "claims"),
    "a nested audience": (claiming(aud=[[AUDIENCE]]), "audience"),
    "no audience": (claiming(aud=None), "claims"),
    # When
    "expired": (lambda provider: bearer(provider.token(exp=int(time.time()) - 61)), "expired"),
    "no exp": (claiming(exp=None), "claims"),
    "exp null": (writing("1999999999", "null"), "claims"),
    "exp a text": (claiming(exp="1999999999"), "claims"),
    "exp true": (claiming(exp=True), "expired"),
    "exp a list": (claiming(exp=[1_999_999_999]), "malformed"),
    "exp NaN": (writing("1999999999", "NaN"), "malformed"),
    "exp infinite": (writing("1999999999", "Infinity"), "malformed"),
    "exp 1e999": (writing("1999999999", "1e999"), "malformed"),
    "exp huge": (claiming(exp=HUGE), "claims"),
    "exp of 5000 digits": (writing("1999999999", "9" * 5000), "malformed"),
    "exp in milliseconds": (claiming(exp=1_999_999_999_000), "claims"),
    "exp negative": (claiming(exp=-1), "expired"),
    "not yet valid": (lambda provider: bearer(provider.token(nbf=int(time.time()) + 3600)), "not_yet_valid"),
    "made later": (lambda provider: bearer(provider.token(iat=int(time.time()) + 3600)), "not_yet_valid"),
    "nbf a text": (claiming(nbf="1"), "claims"),
    "iat a text": (claiming(iat="1"), "claims"),
    # Who
    "no subject": (claiming(sub=None), "claims"),
    "an empty subject": (claiming(sub=""), "subject"),
    "a subject of 256 characters": (claiming(sub="s" * 256), "subject"),
    "a subject that is a number": (claiming(sub=7), "subject"),
    "a subject with a line break": (claiming(sub="alice\nx-amz-acl: public-read"), "subject"),
    "a subject with a space at its end": (claiming(sub="alice "), "subject"),
    "a subject outside ASCII": (claiming(sub="älice"), "subject"),
    "a subject with half a character": (claiming(sub="\ud800"), "subject"),
    # What is no token
    "a token in a token": (lambda provider: bearer(tokens.token(RS256, provider.token(), RSA)), "malformed"),
    "claims that are no object": (lambda _: bearer(tokens.token(RS256, '["alice"]', RSA)), "malformed"),
    "claims that are no JSON": (lambda _: bearer(tokens.token(RS256, "alice", RSA)), "malformed"),
    "a header that is no object": (heading(RSA, "[]"), "malformed"),
    "a header that is no JSON": (heading(RSA, "alg: RS256"), "malformed"),
    "a deep header": (heading(RSA, "[" * 3000), "malformed"),
    "deep claims": (lambda _: bearer(tokens.token(RS256, "[" * 2500 + "]" * 2500, RSA)), "malformed"),
    "too long": (lambda _: bearer("a" * LONGEST), "size"),
    "padded": (lambda provider: bearer(provider.token() + "="), "malformed"),
    "with a bit too many": (lambda provider: bearer(provider.token() + "a"), "malformed"),
    "with a plus": (lambda provider: bearer(provider.token()[:-1] + "+"), "malformed"),
    "with a line break": (lambda provider: bearer(provider.token() + "\n"), "malformed"),
    "with a null byte": (lambda provider: bearer(provider.token() + "\0"), "malformed"),
    "in bytes outside ASCII": (lambda provider: bearer(provider.token() + "é"), "malformed"),
    "twice": (lambda provider: f"{bearer(provider.token())}, {bearer(provider.token())}", "malformed"),
    "twice in one": (lambda provider: f"{bearer(provider.token())} {provider.token()}", "malformed"),
    "one part": (lambda _: bearer("a"), "malformed"),
    "four parts": (lambda provider: bearer(provider.token() + ".a"), "malformed"),
    "encrypted": (lambda provider: bearer(provider.token() + ".a.a"), "malformed"),
    "without its scheme": (lambda provider: provider.token(), "malformed"),
    "basic": (lambda _: "Basic " + base64.b64encode(b"alice:secret").decode(), "malformed"),
    "empty": (lambda _: "", "malformed"),
}  # fmt: skip


@pytest.mark.parametrize(("attack", "reason"), ATTACKS.values(), ids=ATTACKS)
def test_a_token_is_refused(
    provider: Provider, ask: Ask, logged: Callable[[], list[dict[str, Any]]], attack: Attack, reason: str
) -> None:
    authorization = attack(provider)

    with pytest.raises(Unauthorized, match=r"^Unauthorized$"):
        ask(authorization)

    lines = logged()
    assert [line["reason"] for line in lines if line.get("message") == "refused"] == [reason]
    assert {*provider.asked} <= {"/.well-known/openid-configuration", JWKS}, "no address in a token is asked"
    assert provider.asked[JWKS] <= 1
    text = json.dumps(lines)
    for part in authorization.split("."):
        assert len(part) < 8 or part not in text


@pytest.mark.parametrize("authorization", [None, 7, ["Bearer a.b.c"], {}])
def test_what_is_no_text_is_refused(ask: Ask, authorization: Any) -> None:
    with pytest.raises(Unauthorized):
        ask(authorization)


def test_what_the_attacks_change_is_accepted_unchanged(provider: Provider, ask: Ask) -> None:
    """Otherwise each of them could be refused for another reason."""
    good: list[Attack] = [claiming(), heading(RSA, RS256), heading(EC, ES256), writing("alice", "alice")]

    assert {ask(attack(provider))["principalId"] for attack in good} == {"alice"}
