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


def _refusal(gateway: Any, arguments: Any) -> Any:
    """How the policy refuses a caller whom an authorizer has admitted, or None. The emulator asks it only about others.

    After a user pool the policy must allow the call, after a function it must not deny it (API Gateway Developer Guide,
    "How API Gateway resource policies affect authorization workflow"). arguments: of _authorize_request_v1.
    """
    from ministack.core import iam_evaluator

    api, stage, method_object, method, path, *_, account, region = arguments
    kind = method_object.get("authorizationType")
    if kind not in ("COGNITO_USER_POOLS", "CUSTOM"):
        return None
    error = gateway._anonymous_policy_error(api, stage, method, path, account, region)
    if error is None or kind == "COGNITO_USER_POOLS":
        return error
    arn = gateway.execute_api_arn(region, account, api, stage, method, path)
    (policy, *_) = gateway.rest_api_policy_for_arn(arn)
    context = iam_evaluator.EvalContext("*", "Anonymous", "", "execute-api:Invoke", arn, region)
    return error if iam_evaluator.evaluate_resource_policy(policy, context).decision == "Deny" else None


def _know_the_referer() -> None:
    from ministack import app
    from ministack.core import iam_evaluator
    from ministack.services import apigateway_v1 as gateway

    authorize, evaluate = gateway._authorize_request_v1, iam_evaluator.evaluate_resource_policy
    enforce = app._enforce_execute_api

    def note(headers: dict[str, str]) -> None:
        _referer.set({name.lower(): value for name, value in headers.items()}.get("referer"))

    def enforced(*arguments: Any, **named: Any) -> Any:
        note(arguments[4])
        return enforce(*arguments, **named)

    async def authorized(*arguments: Any) -> Any:
        note(arguments[6])
        error, context = await authorize(*arguments)
        return error or _refusal(gateway, arguments), context

    def evaluated(policy: Any, context: Any, *others: Any, **named: Any) -> Any:
        referer = _referer.get()
        if context.action == "execute-api:Invoke" and referer is not None:
            context.service_context = {**context.service_context, "aws:referer": referer}
        return evaluate(policy, context, *others, **named)

    gateway._authorize_request_v1, iam_evaluator.evaluate_resource_policy = authorized, evaluated
    app._enforce_execute_api = enforced
