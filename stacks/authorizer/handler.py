"""Tells API Gateway who a caller is (developer guide, "Use API Gateway Lambda authorizers", type TOKEN)."""

import os
from functools import cache
from typing import Any

from stacks.authorizer.provider import Provider
from stacks.authorizer.tokens import Caller, Refused, Verifier
from thumbs import observe


class Unauthorized(Exception):
    """API Gateway answers 401 if the message is exactly this word, and 503 after any other error (template.yaml)."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


@cache
def verifier() -> Verifier:
    """A verifier with the function's settings, and the keys that this copy of the function has fetched."""
    return Verifier(Provider(os.environ["ISSUER"]), os.environ["AUDIENCE"], os.environ["GROUPS_CLAIM"])


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Outside of what is observed, because a refusal is no failure, although API Gateway expects an exception."""
    answer: dict[str, Any] | None = _decide(event, context)
    if answer is None:
        raise Unauthorized
    return answer


@observe.function
def _decide(event: dict[str, Any], context: Any) -> dict[str, Any] | None:
    try:
        caller = verifier().caller(event.get("authorizationToken"))
    except Refused as refusal:
        observe.count("TokensRefused")
        observe.log().info("refused", reason=refusal.reason)
        return None
    observe.count("TokensAccepted")
    observe.log().info("accepted")
    return _allowed(caller, event["methodArn"])


def _allowed(caller: Caller, method: str) -> dict[str, Any]:
    """For the whole stage, because API Gateway keeps the answer for all calls with this token."""
    api, stage, *_ = method.split("/")
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": f"{api}/{stage}/*"}
    return {
        "principalId": caller.subject,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"groups": ",".join(caller.groups)},
    }
