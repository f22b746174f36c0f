"""Tokens that the authorizer function accepts, and what it tells API Gateway about their callers."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from stacks.authorizer import handler
from stacks.authorizer.handler import Unauthorized
from stacks.authorizer.tokens import LONGEST
from tests.material import tokens
from tests.material.invocation import Context
from tests.material.tokens import METHOD, Ask
from tests.standins.openid_provider import AUDIENCE, Provider, rsa_key
from thumbs.api import callers


@pytest.mark.parametrize("kid", ["rsa", "ec"])
def test_the_caller_is_the_subject_and_may_call_the_whole_stage(provider: Provider, ask: Ask, kid: str) -> None:
    """The whole stage, because API Gateway keeps the answer for a token, whatever it calls next."""
    statement = {
        "Effect": "Allow",
        "Action": "execute-api:Invoke",
        "Resource": "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3/v1/*",
    }

    assert ask(f"Bearer {provider.token(kid, groups=['staff', 'admins'])}") == {
        "principalId": "alice",
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"groups": "staff,admins"},
    }


def test_the_stage_is_of_the_api_and_not_of_the_path(provider: Provider) -> None:
    """A caller chooses the path, and so the rest of the ARN."""
    method = METHOD.replace("uploads/0123", "uploads/../../../other/v2/*")
    answer = handler.handler({"methodArn": method, "authorizationToken": f"Bearer {provider.token()}"}, Context())

    assert answer["policyDocument"]["Statement"][0]["Resource"] == METHOD.split("/GET/")[0] + "/*"


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": -15},
        {"nbf": 59},
        {"iat": 59},
        {"iat": None, "nbf": None},
        {"exp": 3600.5},
        {"aud": [AUDIENCE]},
        {"azp": "another-client"},  # who asked for the token; the audience says for whom it is
        {"nonce": "n", "email": "alice@example.com", "nested": {"a": [{}] * 9}},
    ],
)
def test_a_token_within_the_bounds_is_accepted(provider: Provider, ask: Ask, changed: dict[str, Any]) -> None:
    times = {name: value for name, value in changed.items() if name in ("exp", "nbf", "iat") and value is not None}
    moved = {name: int(time.time()) + value for name, value in times.items()}

    assert ask(f"Bearer {provider.token(**changed | moved)}")["principalId"] == "alice"


@pytest.mark.parametrize("subject", ["a", "s" * 255, "auth0|5f7c8ec7c33c", "CN=Alice Example,OU=a/b", "${filename}"])
def test_a_subject_is_what_an_upload_can_carry(provider: Provider, ask: Ask, subject: str) -> None:
    assert ask(f"Bearer {provider.token(sub=subject)}")["principalId"] == subject
    assert len(subject.encode()) <= callers.LONGEST_SUBJECT


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (None, set()),
        ([], set()),
        ("admins", {"admins"}),
        (["staff", "admins"], {"staff", "admins"}),
        # As one text, these could be read as several groups, of which one is the administrators'.
        (["staff,admins"], set()),
        (["staff admins", "[admins]", "admins\n", "\u2028admins", " admins"], set()),
        ("staff,admins", set()),
        ("staff admins", set()),
        (["a" * 17, "", "ädmins", None, 7, ["admins"], {"admins": True}, "readers"], {"readers"}),
        ({"admins": True}, set()),
        (7, set()),
        (True, set()),
    ],
)
def test_groups_reach_the_service_as_the_provider_names_them(
    provider: Provider, ask: Ask, claim: Any, expected: set[str]
) -> None:
    answer = ask(f"Bearer {provider.token(groups=claim)}")

    context = answer["context"] | {"principalId": answer["principalId"]}
    assert callers.caller({"requestContext": {"authorizer": context}}) == callers.Caller("alice", frozenset(expected))


def test_the_claim_of_groups_is_chosen(provider: Provider, ask: Ask, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("GROUPS_CLAIM", "https://example.com/roles")
    handler.verifier.cache_clear()

    claims: dict[str, Any] = {"groups": ["admins"], "https://example.com/roles": ["staff"]}
    token = provider.token("rsa", **claims)

    assert ask(f"Bearer {token}")["context"]["groups"] == "staff"


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER   "])
def test_the_scheme_is_bearer_in_any_case(provider: Provider, ask: Ask, scheme: str) -> None:
    assert ask(scheme + provider.token())["principalId"] == "alice"


@pytest.mark.parametrize("typ", ["JWT", "jwt", "at+jwt", "application/at+jwt", None])
def test_an_id_token_and_an_access_token_are_accepted(provider: Provider, ask: Ask, typ: str | None) -> None:
    header = {"alg": "RS256", "kid": "rsa", "x5t": "a thumbprint"} | ({"typ": typ} if typ else {})

    token = tokens.token(header, provider.claims(), tokens.by(rsa_key("rsa")))

    assert ask(f"Bearer {token}")["principalId"] == "alice"


def test_the_longest_token_is_accepted_and_a_longer_one_is_not_read(
    provider: Provider, ask: Ask, logged: Callable[[], list[dict[str, Any]]]
) -> None:
    def of_length(length: int) -> str:
        for padding in range(length):
            text = f"Bearer {provider.token(padding='p' * (length * 3 // 4 - 900 + padding))}"
            if len(text) >= length:
                return text
        raise AssertionError

    longest = of_length(LONGEST)
    assert len(longest) == LONGEST
    assert ask(longest)["principalId"] == "alice"

    logged()
    with pytest.raises(Unauthorized):
        ask(of_length(LONGEST + 1))
    assert "size" in [line.get("reason") for line in logged()]


def test_the_log_says_what_was_decided_and_nothing_about_the_caller(
    provider: Provider, ask: Ask, logged: Callable[[], list[dict[str, Any]]]
) -> None:
    token = provider.token(sub="alice-subject", email="alice@example.com", groups=["staff"])
    ask(f"Bearer {token}")
    with pytest.raises(Unauthorized) as refusal:
        ask(f"Bearer {provider.token(sub='alice-subject', aud='other')}")

    assert refusal.value.__context__ is None, "Lambda logs an exception with what caused it"
    lines = logged()
    said = {line["message"]: line for line in lines if "message" in line}
    assert said["refused"]["reason"] == "audience"
    assert {"request_id", "version", "service", "level"} <= said["accepted"].keys() & said["refused"].keys()
    metrics = {name for line in lines for name in ("TokensAccepted", "TokensRefused", "ColdStart") if name in line}
    assert metrics == {"TokensAccepted", "TokensRefused", "ColdStart"}
    text = json.dumps(lines)
    assert [part for part in (*token.split("."), "alice", "staff", "uploads/") if part in text] == []
