"""The emulator, with interface endpoints for execute-api: a call that has the header x-vpce-id comes through that one.

`python -m tests.standins.vpc_endpoints PORT` is `python -m dev.emulator PORT` with that difference. It gives the
policy of a private API the key aws:SourceVpce, which API Gateway sets (API Gateway Developer Guide, "AWS condition
keys that can be used in API Gateway resource policies"). That a private API has no address outside stays unproved.
"""

import asyncio
import sys
from contextvars import ContextVar
from typing import Any

from dev import emulator

HEADER = "x-vpce-id"
_endpoint: ContextVar[str | None] = ContextVar("endpoint", default=None)


def _build() -> None:
    from ministack.core import iam_evaluator
    from ministack.services import apigateway_v1 as gateway

    authorize, evaluate = gateway._authorize_request_v1, iam_evaluator.evaluate_resource_policy

    async def authorized(*arguments: Any) -> Any:
        _endpoint.set({name.lower(): value for name, value in arguments[6].items()}.get(HEADER))
        return await authorize(*arguments)

    def evaluated(policy: Any, context: Any, *others: Any, **named: Any) -> Any:
        endpoint = _endpoint.get()
        if context.action == "execute-api:Invoke" and endpoint:
            context.service_context = {**context.service_context, "aws:sourcevpce": endpoint}
        return evaluate(policy, context, *others, **named)

    gateway._authorize_request_v1, iam_evaluator.evaluate_resource_policy = authorized, evaluated


if __name__ == "__main__":
    _build()
    asyncio.run(emulator.serve(int(sys.argv[1])))
