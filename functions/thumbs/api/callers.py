"""The caller of an API event. With an authorizer (template.yaml, Authorizer), API Gateway has checked the identity."""

import re
from dataclasses import dataclass
from typing import Any

LONGEST_SUBJECT = 255  # bytes (OpenID Connect Core 1.0, section 2, "sub"); escaped, S3's 2 KB of metadata hold them


@dataclass(frozen=True)
class Caller:
    """An identity. subject: its unique, permanent id, None without one. groups: the groups that it is a member of."""

    subject: str | None
    groups: frozenset[str] = frozenset()


def caller(event: dict[str, Any]) -> Caller:
    """The caller of an API event.

    The subject is `sub` of Cognito's token, `principalId` of a Lambda authorizer, or IAM's unique id of the principal
    (aws:userid). All users of a Cognito identity pool share one role, so the subject of a user is their identity id.
    Source: API Gateway developer guide, "Input format of a Lambda function for proxy integration".
    """
    context = event.get("requestContext") or {}
    authorizer, identity = context.get("authorizer") or {}, context.get("identity") or {}
    claims = authorizer.get("claims")
    if isinstance(claims, dict):  # a text of this name is an authorizer function's own
        return Caller(claims.get("sub") or None, _groups(_by_commas(claims.get("cognito:groups"))))
    if principal := authorizer.get("principalId"):
        return Caller(principal, _groups(authorizer.get("groups")))
    return Caller(identity.get("cognitoIdentityId") or identity.get("caller") or None)


def _by_commas(claim: str | None) -> str | None:
    """A claim of Cognito with several values: "a,b", or "[a b]" with names that have no spaces."""
    listed = re.fullmatch(r"\[(.*)\]", claim or "")
    return ",".join(listed[1].split()) if listed else claim


def _groups(text: str | None) -> frozenset[str]:
    """Names between commas. They may contain spaces: a member of "web admins" is no member of "admins"."""
    return frozenset(filter(None, (name.strip() for name in (text or "").split(","))))
