"""A stack that requires a key: who may call, how keys are added and revoked, and how a quota works."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from dev.emulator import Emulator
from dev.stack import Stack
from tests.actors.client import CALLS, PAGE, PATIENCE, Service
from tests.actors.operators import operator, said
from tests.standins.ports import free_port

QUOTA = 20


@pytest.fixture(scope="module")
def keyed() -> Iterator[Stack]:
    with Emulator(free_port(), origins=[PAGE]) as emulator:
        deployed = Stack(emulator.url, {"ApiKeyRequired": "true", "QuotaPerMonth": str(QUOTA)})
        deployed.deploy()
        yield deployed


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("POST", "uploads", 400), ("GET", "limits", 200), ("GET", f"uploads/{'0' * 32}", 404)],
)
def test_a_key_is_required_where_the_stack_requires_one(keyed: Stack, method: str, path: str, status: int) -> None:
    key = keyed.client("apigateway").get_api_key(apiKey=keyed.outputs["ApiKey"], includeValue=True)["value"]

    def call(**headers: str) -> requests.Response:
        return requests.request(method, keyed.api_url + path, headers=headers, json={}, timeout=PATIENCE)

    for refused in (call(), call(**{"x-api-key": "0" * 40})):
        assert refused.status_code == 403
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert refused.headers["Access-Control-Allow-Origin"] == "*"
    assert call(**{"x-api-key": key}).status_code == status


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_preflight_needs_no_key(keyed: Stack, method: str, path: str) -> None:
    asked = {"Origin": PAGE, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": "x-api-key"}

    answer = requests.options(keyed.api_url + path, headers=asked, timeout=PATIENCE)

    assert answer.status_code == 204
    assert "x-api-key" in answer.headers["Access-Control-Allow-Headers"].lower()


def test_callers_get_keys_of_their_own_that_can_be_revoked(keyed: Stack, tmp_path: Path) -> None:
    operate = operator(Service("", keyed), tmp_path)

    def status(key: str) -> int:
        return requests.get(f"{keyed.api_url}limits", headers={"x-api-key": key}, timeout=PATIENCE).status_code

    first = keyed.outputs["ApiKey"]
    assert said(operate("keys")).startswith(f"{first}  ")
    assert "would be added" in said(operate("keys", "--add", "shop", "--dry-run"))
    value = said(operate("keys", "--add", "shop")).split()[-1]
    assert status(value) == 200
    assert said(operate("keys")).splitlines()[1].endswith("  shop")
    assert "A key named shop already exists" in operate("keys", "--add", "shop").stderr

    assert "would be revoked" in said(operate("keys", "--revoke", "shop", "--dry-run"))
    assert status(value) == 200
    assert "has been revoked" in said(operate("keys", "--revoke", "shop"))
    assert status(value) == 403
    assert operate("keys", "--revoke", "shop").stderr == "There is no key shop.\n"


def test_a_key_has_so_many_calls_a_month(keyed: Stack, tmp_path: Path) -> None:
    key = said(operator(Service("", keyed), tmp_path)("keys", "--add", "busy")).split()[-1]

    def call() -> requests.Response:
        return requests.get(f"{keyed.api_url}limits", headers={"x-api-key": key}, timeout=PATIENCE)

    assert {call().status_code for _ in range(QUOTA)} == {200}
    refused = call()
    assert refused.status_code == 429
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.headers["Access-Control-Allow-Origin"] == "*"
    assert refused.json()["detail"] == "This key has used up its calls for this month."


def test_a_stack_that_requires_no_key_has_none(stack: Service, tmp_path: Path) -> None:
    answer = operator(stack, tmp_path)("keys")

    assert answer.returncode == 1
    assert answer.stderr == "This stack requires no API keys: deploy it with ApiKeyRequired=true.\n"
