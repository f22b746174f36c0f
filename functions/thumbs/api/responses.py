"""Responses to API Gateway: JSON, problems (RFC 9457), and the headers that let a browser read both."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from thumbs import settings

_PREFLIGHT_SECONDS = "7200"  # the longest that Chromium caches a preflight


@dataclass(frozen=True)
class Problem:
    """A problem with one file of a request. file: its index, or None for a problem with the whole body.

    pointer: the location, as a JSON Pointer fragment. code: of errors.Reason. detail: a sentence for the caller.
    """

    code: str
    detail: str
    pointer: str
    file: int | None = None
    name: str | None = None


def ok(request: dict[str, Any], body: Any, status: HTTPStatus = HTTPStatus.OK, **headers: str) -> dict[str, Any]:
    """A JSON answer. headers: further ones, with _ for -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return _answer(request, status, "application/json", body, named)


def problem(
    request: dict[str, Any],
    status: HTTPStatus,
    detail: str,
    problems: list[Problem] | None = None,
    retry_after: int | None = None,
) -> dict[str, Any]:
    """A response of type application/problem+json, with one entry in "errors" per bad file. retry_after: seconds."""
    body: dict[str, Any] = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail}
    if problems is not None:
        body["errors"] = [{name: value for name, value in vars(each).items() if value is not None} for each in problems]
    later = {"Retry-After": str(retry_after), "Access-Control-Expose-Headers": "Retry-After"} if retry_after else {}
    return _answer(request, status, "application/problem+json", body, later)


def no_upload(request: dict[str, Any]) -> dict[str, Any]:
    """The response about a job that does not exist, or not for this caller."""
    return problem(request, HTTPStatus.NOT_FOUND, "There is no such upload, or nothing has been uploaded yet.")


def erased(request: dict[str, Any]) -> dict[str, Any]:
    """The response about a job that was erased, to a caller who may know that."""
    return problem(request, HTTPStatus.GONE, "This upload was erased.")


def nothing(request: dict[str, Any]) -> dict[str, Any]:
    """The response to a request that has succeeded, and about which there is nothing more to say."""
    headers = {"Cache-Control": "no-store"} | _cors(request)
    return {"statusCode": HTTPStatus.NO_CONTENT.value, "headers": headers, "body": ""}


def preflight(request: dict[str, Any]) -> dict[str, Any]:
    """The response to a browser's preflight."""
    has_owners = settings.current().has_owners
    identifying = ",Authorization,X-Amz-Date,X-Amz-Security-Token" if has_owners else ""
    allowed = {
        "Access-Control-Allow-Methods": "GET,POST,DELETE,OPTIONS" if has_owners else "GET,POST,OPTIONS",
        "Access-Control-Allow-Headers": f"Content-Type,X-Api-Key,X-Request-Id,Traceparent{identifying}",
        "Access-Control-Max-Age": _PREFLIGHT_SECONDS,
    }
    return {"statusCode": HTTPStatus.NO_CONTENT.value, "headers": _cors(request) | allowed, "body": ""}


def _answer(
    request: dict[str, Any], status: HTTPStatus, content_type: str, body: Any, headers: dict[str, str]
) -> dict[str, Any]:
    return {
        "statusCode": status.value,
        # A response contains signed links or a momentary state, so nothing may cache it unless it says otherwise.
        "headers": {"Content-Type": content_type, "Cache-Control": "no-store"} | _cors(request) | headers,
        "body": json.dumps(body, separators=(",", ":")),
    }


def _cors(request: dict[str, Any]) -> dict[str, str]:
    """The headers that name an allowed origin (Fetch standard, "CORS protocol"). Any other gets no permission, which
    its browser enforces."""
    allowed = settings.current().allowed_origins
    if "*" in allowed:
        return {"Access-Control-Allow-Origin": "*"}
    sent = request.get("headers") or {}
    origin = next((value for name, value in sent.items() if name.lower() == "origin"), None)
    return {"Vary": "Origin"} | ({"Access-Control-Allow-Origin": origin} if origin in allowed else {})
