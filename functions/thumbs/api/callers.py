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
    if claims := authorizer.get("claims"):
        return Caller(claims.get("sub") or None, _groups(claims.get("cognito:groups")))
    if principal := authorizer.get("principalId"):
        return Caller(principal, _groups(authorizer.get("groups")))
    return Caller(identity.get("cognitoIdentityId") or identity.get("caller") or None)


def _groups(text: str | None) -> frozenset[str]:
    """A list as API Gateway passes it on: "a,b", or "[a b]"."""
    return frozenset(filter(None, re.split(r"[\s,]+", (text or "").strip("[]"))))
