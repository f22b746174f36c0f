"""Which keys of a provider verify tokens, and which are left out."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from stacks.authorizer import keys
from stacks.authorizer.handler import Unauthorized
from tests.material import tokens
from tests.material.tokens import Ask
from tests.standins.openid_provider import Provider, ec_key, rsa_key

RSA, EC = rsa_key("rsa"), ec_key("ec")
UNUSABLE: dict[str, Any] = {
    "1024 bits": tokens.jwk(rsa_key("weak", 1024), "k"),
    "2047 bits": tokens.jwk(RSA, "k", n=tokens.number(RSA.public_key().public_numbers().n >> 1)),
    "too many bits": tokens.jwk(RSA, "k", n=tokens.number(RSA.public_key().public_numbers().n ** 5)),
    "exponent 1": tokens.jwk(RSA, "k", e=tokens.number(1)),
    "even exponent": tokens.jwk(RSA, "k", e=tokens.number(65536)),
    "no modulus": {"kty": "RSA", "kid": "k", "e": "AQAB"},
    "no base64": tokens.jwk(RSA, "k", n="!"),
    "a number as modulus": tokens.jwk(RSA, "k", n=7),
    "a point off the curve": tokens.jwk(EC, "k", y=tokens.number(1)),
    "P-384": tokens.jwk(ec.generate_private_key(ec.SECP384R1()), "k"),
    "EC for RS256": tokens.jwk(EC, "k", alg="RS256"),
    "RSA for ES256": tokens.jwk(RSA, "k", alg="ES256"),
    "PS256": tokens.jwk(RSA, "k", alg="PS256"),
    "RSA-OAEP": tokens.jwk(RSA, "k", alg="RSA-OAEP"),
    "alg a list": tokens.jwk(RSA, "k", alg=["RS256"]),
    "for encryption": tokens.jwk(RSA, "k", use="enc"),
    "for encryption by key_ops": tokens.jwk(RSA, "k", key_ops=["encrypt"]),
    "key_ops a text": tokens.jwk(RSA, "k", key_ops="verify"),
    "symmetric": {"kty": "oct", "kid": "k", "k": tokens.encoded(b"secret"), "alg": "HS256"},
    "symmetric for RS256": {"kty": "oct", "kid": "k", "k": tokens.encoded(b"secret"), "alg": "RS256"},
    "Ed25519": {"kty": "OKP", "kid": "k", "crv": "Ed25519", "x": tokens.encoded(bytes(32))},
    "private": tokens.jwk(RSA, "k", d=tokens.number(RSA.private_numbers().d)),
    "no id": tokens.jwk(RSA, None),
    "a number as id": tokens.jwk(RSA, None) | {"kid": 7},
    "no object": "rsa",
    "nothing": None,
}


@pytest.mark.parametrize("key", UNUSABLE.values(), ids=UNUSABLE)
def test_a_key_is_left_out_and_those_beside_it_are_used(key: Any) -> None:
    assert {*keys.usable({"keys": [key, tokens.jwk(EC, "good")]})} == {("good", "ES256")}


def test_a_token_by_a_weak_key_is_refused(provider: Provider, ask: Ask) -> None:
    weak = rsa_key("weak", 1024)
    provider.keys.append(tokens.jwk(weak, "weak"))

    with pytest.raises(Unauthorized):
        ask("Bearer " + tokens.token({"alg": "RS256", "kid": "weak"}, provider.claims(), tokens.by(weak)))


def test_further_members_of_a_key_do_no_harm() -> None:
    more = {"use": "sig", "alg": "RS256", "key_ops": ["verify"], "x5c": ["MIIB"], "x5t": "t", "exp": 1}

    assert {*keys.usable({"keys": [tokens.jwk(RSA, "k", **more)]})} == {("k", "RS256")}


def test_only_so_many_keys_are_read() -> None:
    many = [tokens.jwk(EC, str(number)) for number in range(150)]

    assert len(keys.usable({"keys": many})) == 100
