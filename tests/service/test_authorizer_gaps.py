"""The gaps of the emulator that only a stack with an authorizer meets. If a test fails, delete its bridge."""

import asyncio
import json
import time
from typing import Any
from unittest.mock import patch

import pytest
from ministack.services import apigateway_v1
from ministack.services.cloudformation import engine

from dev import conditions
from dev.emulator import REGION


def test_a_policy_is_not_asked_about_callers_with_a_token() -> None:
    """So dev/api_policy.py asks it. On AWS, it may refuse what a user pool or a function allows."""
    base = {"policy": json.dumps({"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]})}
    api = apigateway_v1._import_rest_api({"info": {"title": "an API"}}, base)
    _, _, made = apigateway_v1._create_authorizer(
        api, {"name": "a", "type": "TOKEN", "authorizerUri": "u", "authorizerResultTtlInSeconds": 60}
    )
    authorizer = json.loads(made)["id"]
    allowed = {"Statement": [{"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}]}
    key = ("000000000000", REGION, api, authorizer, "v1", ("token",))
    apigateway_v1._cache_authorizer_result(key, time.time() + 60, allowed, {})
    method = {"authorizationType": "CUSTOM", "authorizerId": authorizer}
    headers = {"Authorization": "token", "host": "localhost"}
    call = apigateway_v1._authorize_request_v1(
        api, "v1", method, "GET", "/", {"path": "/", "id": "r"}, headers, b"", {}, {}, {}, "000000000000", REGION
    )

    with patch("ministack.app.AUTH", True):
        refusal, _ = asyncio.run(call)

    assert refusal is None


@pytest.mark.parametrize("text", [{"Fn::Split": [":", "a:b"]}, {"Fn::Split": [":", {"Fn::Sub": "a:b"}]}])
def test_conditions_do_not_split(text: dict[str, Any]) -> None:
    """So dev/conditions.py does it."""
    equal = {"Fn::Equals": [{"Fn::Select": [1, text]}, "b"]}
    try:
        holds = engine._evaluate_conditions({"Conditions": {"It": equal}}, {})["It"]
    except (KeyError, LookupError, TypeError, ValueError):
        holds = False
    assert not holds
    resolved = conditions.resolved({"It": equal}, {})
    assert engine._evaluate_conditions({"Conditions": resolved}, {})["It"]
