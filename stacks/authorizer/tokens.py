"""What a token must be: a JSON Web Token (RFC 7519) of the provider, for this audience, valid now.

PyJWT checks signature, issuer, audience and times. The rest is stricter than PyJWT, or is not its task.
"""

import re
from dataclasses import dataclass
from typing import Any

import jwt

from stacks.authorizer.keys import ALGORITHMS
from stacks.authorizer.provider import Provider, Unknown

LONGEST = 8192  # characters; API Gateway accepts 10240 bytes of headers
SKEW = 60  # seconds by which the provider's clock may differ
_LAST = 253_402_300_799  # the end of the year 9999, the last that Python's dates have

_BEARER = re.compile(r"(?i:bearer) +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*)")  # RFC 6750, 2.1; RFC 7515, 3.1
# An ID token or an access token (RFC 9068, 2.1), and not another message of the provider, such as a logout token.
_TYPES = {None, "jwt", "at+jwt", "application/at+jwt"}
_SUBJECT = re.compile(r"[!-~]([ -~]{0,253}[!-~])?")  # OpenID Connect Core 1.0, section 2: at most 255 ASCII characters
_GROUP = re.compile(r"[A-Za-z0-9_-]{1,16}")  # as AdminGroup in template.yaml; API Gateway passes a list on as one text

_REASONS = {
    jwt.InvalidSignatureError: "signature",
    jwt.ExpiredSignatureError: "expired",
    jwt.ImmatureSignatureError: "not_yet_valid",
    jwt.InvalidIssuerError: "issuer",
    jwt.InvalidAudienceError: "audience",
    jwt.MissingRequiredClaimError: "claims",
    jwt.exceptions.InvalidSubjectError: "subject",
}


class Refused(Exception):
    """The token is not accepted. reason: a code for the log, which contains nothing of the token."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Caller:
    """subject: 1 to 255 printable ASCII characters. groups: only such as can be AdminGroup."""

    subject: str
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Verifier:
    """Accepts the tokens of one provider for one audience. groups_claim: the name of the claim with a user's groups."""

    provider: Provider
    audience: str
    groups_claim: str

    def caller(self, authorization: Any) -> Caller:
        """Whom the header Authorization identifies. Raises Refused; raises Unreachable if it cannot be decided."""
        if not isinstance(authorization, str) or len(authorization) > LONGEST:
            raise Refused("size")
        bearer = _BEARER.fullmatch(authorization)
        if bearer is None:
            raise Refused("malformed")
        try:
            return self._caller(bearer[1])
        except jwt.PyJWTError as error:
            reason = next((text for kind, text in _REASONS.items() if isinstance(error, kind)), "malformed")
            raise Refused(reason) from None
        except (ValueError, TypeError, OverflowError, RecursionError):  # of JSON that no provider writes
            raise Refused("malformed") from None

    def _caller(self, token: str) -> Caller:
        header = jwt.get_unverified_header(token)
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in ALGORITHMS:
            raise Refused("algorithm")
        if not _is_type(header.get("typ")) or "crit" in header or not isinstance(kid, str):
            raise Refused("header")
        try:
            key = self.provider.key(kid, algorithm)
        except Unknown:
            raise Refused("key") from None
        claims = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=self.audience,
            issuer=self.provider.issuer,
            leeway=SKEW,
            options={"require": ["exp", "iss", "aud", "sub"]},
        )
        # Each audience of a token could use it elsewhere. `azp` says who asked for the token, not for whom it is.
        if claims["aud"] not in (self.audience, [self.audience]):
            raise Refused("audience")
        if not all(_is_time(claims[name]) for name in ("exp", "nbf", "iat") if name in claims):
            raise Refused("claims")
        if not isinstance(claims["sub"], str) or not _SUBJECT.fullmatch(claims["sub"]):
            raise Refused("subject")
        return Caller(claims["sub"], _groups(claims.get(self.groups_claim)))


def _is_type(named: Any) -> bool:
    return (named.lower() if isinstance(named, str) else named) in _TYPES


def _is_time(value: Any) -> bool:
    """Whether it is a NumericDate (RFC 7519, section 2) of a year that exists. PyJWT also converts texts."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _LAST


def _groups(claim: Any) -> tuple[str, ...]:
    """The groups of a claim: a list of names, or one name. Others are left out: as one text, they could be read as
    several groups."""
    names = claim if isinstance(claim, list) else [claim]
    return tuple(name for name in names if isinstance(name, str) and _GROUP.fullmatch(name))
