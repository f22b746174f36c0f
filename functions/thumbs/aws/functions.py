"""Lambda: invokes functions, and versions of them that a release is about to give traffic."""

import json
import time
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError

from thumbs.aws import clients

# How long a call waits for a free execution. Strangers can use up the concurrency, which is no version's fault.
ROOM_SECONDS = 30.0


class CallFailed(Exception):
    """A version of a function raised an error. Names the error."""


class TooSlow(CallFailed):
    """A version of a function did not respond in time."""


def call(version: str, event: dict[str, Any], seconds: float) -> Any:
    """The response of a version. version: its ARN. Raises CallFailed, or TooSlow after the seconds.

    While Lambda throttles the call, the version has not run, so the call is made again.
    """
    deadline = time.monotonic() + ROOM_SECONDS
    while True:
        try:
            answer = _impatient_lambda(seconds).invoke(FunctionName=version, Payload=json.dumps(event).encode())
            break
        except ReadTimeoutError as error:
            raise TooSlow(f"no answer within {seconds:g} seconds") from error
        except ClientError as error:
            if clients.code(error) != "TooManyRequestsException" or time.monotonic() > deadline:
                raise
            time.sleep(0.5)
    payload = json.loads(answer["Payload"].read() or b"null")
    if "FunctionError" in answer:
        raise CallFailed(f"{payload.get('errorType')}: {payload.get('errorMessage')}")
    return payload


def start(function: str, event: dict[str, Any]) -> None:
    """Invoke a function asynchronously: Lambda retries it, and then dead-letters the event. function: its name or ARN,
    with or without an alias."""
    payload = json.dumps(event).encode()
    clients.client("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=payload)


def ask(version: str, method: str, resource: str, seconds: float, **others: Any) -> dict[str, Any]:
    """The same as `call`, for a version that answers requests: as API Gateway invokes it. others: further event
    fields."""
    event = {
        "httpMethod": method,
        "resource": resource,
        "path": resource,
        "headers": {"Content-Type": "application/json"},
        "queryStringParameters": None,
        "pathParameters": None,
        "requestContext": {"resourcePath": resource, "httpMethod": method},
        "body": None,
        "isBase64Encoded": False,
    }
    answer: dict[str, Any] = call(version, event | others, seconds)
    return answer


@cache
def _impatient_lambda(seconds: float) -> Any:
    # One attempt, because a version that responds only to a second attempt must not pass.
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=seconds)
    return boto3.client("lambda", config=config)
