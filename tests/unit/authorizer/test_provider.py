"""The provider's keys: which are used, how often they are fetched, and what a provider in trouble causes."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from stacks.authorizer import fetch, handler
from stacks.authorizer.fetch import Unreachable
from stacks.authorizer.handler import Unauthorized
from stacks.authorizer.provider import FIRST_PAUSE, FRESH, KEPT, PAUSE, Unknown
from stacks.authorizer.provider import Provider as Asking
from tests.material import tokens
from tests.material.tokens import Ask
from tests.standins.openid_provider import DISCOVERY, JWKS, Provider, ec_key

Lines = Callable[[], list[dict[str, Any]]]


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def asking(provider: Provider, clock: Clock) -> Asking:
    return Asking(provider.url, clock=clock)


# ── How often ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_keys_are_fetched_once_for_many_tokens(provider: Provider, ask: Ask) -> None:
    for _ in range(5):
        ask(f"Bearer {provider.token('rsa')}")
        ask(f"Bearer {provider.token('ec')}")

    assert provider.asked == {DISCOVERY: 1, JWKS: 1}


def test_unknown_keys_refresh_at_most_once_a_minute(provider: Provider, asking: Asking, clock: Clock) -> None:
    asking.key("rsa", "RS256")
    for second in range(1, 301):  # five minutes of random ids, 20 a second
        clock.now += 1
        for number in range(20):
            with pytest.raises(Unknown):
                asking.key(f"{second}-{number}", "RS256")

    assert provider.asked[JWKS] == 1 + 300 // PAUSE


def test_a_known_key_of_another_algorithm_refreshes_nothing(provider: Provider, asking: Asking, clock: Clock) -> None:
    asking.key("rsa", "RS256")
    clock.now += PAUSE
    with pytest.raises(Unknown):
        asking.key("rsa", "ES256")

    assert provider.asked[JWKS] == 1


def test_a_new_key_is_found_after_a_minute_and_an_old_one_ends(
    provider: Provider, asking: Asking, clock: Clock
) -> None:
    asking.key("rsa", "RS256")
    provider.keys = [tokens.jwk(ec_key("new"), "new")]
    clock.now += PAUSE - 1
    with pytest.raises(Unknown):
        asking.key("new", "ES256")
    clock.now += 1

    assert asking.key("new", "ES256") == ec_key("new").public_key()
    with pytest.raises(Unknown):
        asking.key("rsa", "RS256")


def test_a_revoked_key_ends_although_nobody_names_another(provider: Provider, asking: Asking, clock: Clock) -> None:
    asking.key("rsa", "RS256")
    provider.keys = [tokens.jwk(ec_key("ec"), "ec")]
    clock.now += FRESH
    assert asking.key("rsa", "RS256")
    clock.now += 1

    with pytest.raises(Unknown):
        asking.key("rsa", "RS256")


def test_a_clock_that_goes_back_stops_no_refresh(provider: Provider, asking: Asking, clock: Clock) -> None:
    asking.key("rsa", "RS256")
    clock.now -= 86_400
    with pytest.raises(Unknown):
        asking.key("other", "RS256")

    assert provider.asked[JWKS] == 2


# ── A provider in trouble ────────────────────────────────────────────────────────────────────────────────────────────

HUGE = json.dumps({"keys": [], "padding": "p" * fetch.LARGEST}).encode()
TROUBLES: dict[str, dict[str, Any]] = {
    "keys are huge": {"answers": {JWKS: HUGE}},
    "discovery is huge": {"answers": {DISCOVERY: HUGE}},
    "keys are no JSON": {"answers": {JWKS: b"<html>"}},
    "keys are no object": {"answers": {JWKS: b"[]"}},
    "keys are deep": {"answers": {JWKS: b"[" * 60_000}},
    "keys are no UTF-8": {"answers": {JWKS: b'{"keys": "\xff"}'}},
    "keys are no list": {"answers": {JWKS: b'{"keys": {"rsa": {}}}'}},
    "no key": {"keys": []},
    "nothing": {"answers": {JWKS: b""}},
    "no response": {"answers": {JWKS: None}},
    "an error": {"status": 500},
    "forbidden": {"status": 403},
    "an empty success": {"status": 204},
    "a redirect": {"status": 302, "headers": {"Location": "https://localhost/elsewhere"}},
    "a permanent redirect": {"status": 308, "headers": {"Location": "/keys"}},
    "an endless header": {"headers": {"X-Padding": "p" * 70_000}},
    "many headers": {"headers": {f"X-{number}": "p" for number in range(200)}},
    "discovery of another issuer": {"answers": {DISCOVERY: b'{"issuer": "https://evil.example.com", "jwks_uri": "/"}'}},
    "discovery without an issuer": {"answers": {DISCOVERY: b"{}"}},
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_a_provider_in_trouble_is_no_permission_and_no_refusal(
    provider: Provider, ask: Ask, logged: Lines, trouble: dict[str, Any]
) -> None:
    """An error that is not "Unauthorized": API Gateway answers 503, and callers try again with the same token."""
    vars(provider).update(trouble)

    with pytest.raises(Unreachable):
        ask(f"Bearer {provider.token()}")

    lines = logged()
    (line,) = (line for line in lines if line.get("message") == "provider unreachable")
    assert (line["level"], line["service"]) == ("ERROR", line["service"])
    assert provider.url in line["error"]
    assert [line["ProviderUnreachable"] for line in lines if "ProviderUnreachable" in line] == [[1.0]]
    assert "refused" not in [line.get("message") for line in lines]
    assert provider.asked[JWKS] <= 1


@pytest.mark.parametrize(
    "uri",
    [
        "http://localhost/keys",
        "file:///etc/passwd",
        "ftp://localhost/keys",
        "/keys",
        "",
        None,
        7,
        "https://a@localhost/k",
    ],
)
def test_keys_come_over_tls_only(provider: Provider, asking: Asking, uri: Any) -> None:
    provider.answers[DISCOVERY] = json.dumps({"issuer": provider.url, "jwks_uri": uri}).encode()

    with pytest.raises(Unreachable, match="is no https address"):
        asking.key("rsa", "RS256")


def test_known_keys_count_for_an_hour_of_an_outage(
    provider: Provider, asking: Asking, clock: Clock, logged: Lines
) -> None:
    asking.key("rsa", "RS256")
    logged()
    provider.status = 500
    for _ in range(0, KEPT, 30):
        clock.now += 30
        assert asking.key("rsa", "RS256")
    with pytest.raises(Unreachable):
        asking.key("new", "RS256")  # it may be a good one
    clock.now += 1
    with pytest.raises(Unreachable):
        asking.key("rsa", "RS256")

    tried = provider.asked[DISCOVERY] - 1
    assert tried == pytest.approx((KEPT - FRESH) / PAUSE, abs=1)
    assert len([line for line in logged() if line.get("message") == "provider unreachable"]) == tried
    provider.status = 200
    clock.now += PAUSE
    assert asking.key("rsa", "RS256")


def test_an_outage_at_the_start_is_over_soon_after_the_providers(
    provider: Provider, asking: Asking, clock: Clock
) -> None:
    provider.status = 500
    for _ in range(10):
        with pytest.raises(Unreachable):
            asking.key("rsa", "RS256")
    assert provider.asked == {DISCOVERY: 1}
    provider.status = 200
    clock.now += FIRST_PAUSE

    assert asking.key("rsa", "RS256")


def test_a_refusal_needs_no_provider(provider: Provider, ask: Ask) -> None:
    """Otherwise anybody could keep the function busy during an outage."""
    provider.status = 500
    with pytest.raises(Unauthorized):
        ask("Bearer " + tokens.token({"alg": "none", "kid": "rsa"}, provider.claims(), lambda _: b""))

    assert not provider.asked


@pytest.mark.parametrize("slash", ["", "/"])
def test_an_issuer_may_end_with_a_slash(provider: Provider, clock: Clock, slash: str) -> None:
    """OpenID Connect Discovery 1.0, section 4.1: it is left out of the address, and kept in the name."""
    issuer = f"{provider.url}/tenant{slash}"
    provider.answers["/tenant" + DISCOVERY] = json.dumps({"issuer": issuer, "jwks_uri": provider.url + JWKS}).encode()

    assert Asking(issuer, clock=clock).key("rsa", "RS256")


def test_the_function_keeps_time_by_the_wall_clock(provider: Provider) -> None:
    """Others stand still while Lambda has frozen the function."""
    assert Asking(provider.url)._clock is time.time
    assert handler.verifier().provider._clock is time.time
