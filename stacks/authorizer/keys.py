"""Which keys of a JSON Web Key Set (RFC 7517) verify tokens."""

from typing import Any, TypeAlias

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

PublicKey: TypeAlias = RSAPublicKey | EllipticCurvePublicKey
Keys: TypeAlias = dict[tuple[str, str], PublicKey]

# The algorithms that are accepted (RFC 7518, 3.1), with the members that a key for each must have.
ALGORITHMS = {"RS256": {"kty": "RSA"}, "ES256": {"kty": "EC", "crv": "P-256"}}
_RSA_BITS = range(2048, 8192 + 1)  # at least as RFC 7518, 3.3 requires; larger ones would only cost time
_MOST = 100  # keys of one set that are read


def usable(document: dict[str, Any]) -> Keys:
    """The keys that may verify signatures, by id and algorithm. Others are left out: another use or algorithm, weak,
    symmetric, private, malformed, without an id."""
    listed = document.get("keys")
    found: Keys = {}
    for jwk in listed[:_MOST] if isinstance(listed, list) else ():
        if isinstance(jwk, dict) and (algorithm := _algorithm(jwk)) and (key := _key(jwk, algorithm)):
            found.setdefault((jwk["kid"], algorithm), key)
    return found


def _algorithm(jwk: dict[str, Any]) -> str | None:
    """The accepted algorithm of a key, from its type and from what it says about its use."""
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(jwk.get("kid"), str) or jwk.get("use", "sig") != "sig":
        return None
    if not isinstance(operations, list) or "verify" not in operations:
        return None
    for algorithm, members in ALGORITHMS.items():
        if jwk.get("alg", algorithm) == algorithm and members.items() <= jwk.items():
            return algorithm
    return None


def _key(jwk: dict[str, Any], algorithm: str) -> PublicKey | None:
    try:
        key = jwt.PyJWK(jwk, algorithm).key
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return None
    if isinstance(key, RSAPublicKey):  # a private key is of another class
        return key if key.key_size in _RSA_BITS else None
    return key if isinstance(key, EllipticCurvePublicKey) else None
