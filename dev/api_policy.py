"""Adds to the emulator what it does not know about a REST API's resource policy: that an OpenAPI document may contain
it, and the caller's Referer.

Sources: API Gateway Developer Guide, "x-amazon-apigateway-policy" and "AWS condition keys that can be used in API
Gateway resource policies"; CloudFormation, which updates an API in place (PutRestApi). tests/service/test_gaps.py fails
as soon as the emulator knows them.
"""

import json
from contextvars import ContextVar
from typing import Any

POLICY = "x-amazon-apigateway-policy"

_referer: ContextVar[str | None] = ContextVar("referer", default=None)


def teach() -> None:
    """Add the policy in an OpenAPI document, and aws:Referer, to the emulator in this process."""
    _import_policies()
    _update_in_place()
    _know_the_referer()


def _import_policies() -> None:
    from ministack.services import apigateway_v1 as gateway

    known = gateway._import_rest_api

    def imported(document: dict[str, Any], base: dict[str, Any] | None = None) -> Any:
        policy = document.get(POLICY)
        return known(document, {**(base or {}), **({"policy": json.dumps(policy)} if policy else {})})

    gateway._import_rest_api = imported


def _update_in_place() -> None:
    """The emulator creates another API, with another id, for each changed document."""
    from ministack.services import apigateway_v1 as gateway
    from ministack.services.cloudformation import provisioners

    handler = provisioners._RESOURCE_HANDLERS["AWS::ApiGateway::RestApi"]
    known = handler["update"]

    def without_policy(properties: dict[str, Any]) -> dict[str, Any]:
        body = {name: value for name, value in properties.get("Body", {}).items() if name != POLICY}
        return properties | {"Body": body}

    def updated(api: str, old: dict[str, Any], new: dict[str, Any], *others: Any) -> Any:
        if without_policy(old) != without_policy(new):
            return known(api, old, new, *others)
        policy = new["Body"].get(POLICY)
        patch = {"op": "replace", "path": "/policy", "value": json.dumps(policy) if policy else ""}
        gateway._update_rest_api(api, {"patchOperations": [patch]})
        return api, provisioners._apigw_rest_api_attrs(api)

    handler["update"] = updated


def _know_the_referer() -> None:
    from ministack.core import iam_evaluator
    from ministack.services import apigateway_v1 as gateway

    authorize, evaluate = gateway._authorize_request_v1, iam_evaluator.evaluate_resource_policy

    async def authorized(*arguments: Any) -> Any:
        headers = arguments[6]
        _referer.set({name.lower(): value for name, value in headers.items()}.get("referer"))
        return await authorize(*arguments)

    def evaluated(policy: Any, context: Any, *others: Any, **named: Any) -> Any:
        referer = _referer.get()
        if context.action == "execute-api:Invoke" and referer is not None:
            context.service_context = {**context.service_context, "aws:referer": referer}
        return evaluate(policy, context, *others, **named)

    gateway._authorize_request_v1, iam_evaluator.evaluate_resource_policy = authorized, evaluated
