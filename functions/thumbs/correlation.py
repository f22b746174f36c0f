"""The caller's own id of a request, so that the caller's logs and ours can be searched for the same id."""

import re
from typing import Any

# A UUID, a trace's id and the like. No text, because logs contain it. Python compiles both once a request has such a
# header, because most cold starts need neither.
_ID = r"[A-Za-z0-9._:/+=@-]{1,64}"
# W3C Trace Context, section 3.2: version, trace-id, parent-id, flags. All zeros is no trace.
_TRACEPARENT = r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?"


def of(event: dict[str, Any]) -> str | None:
    """X-Request-Id of an API event, or the trace's id in its traceparent, or None. Any other form counts as missing.

    X-Amzn-Trace-Id is not read, because API Gateway adds it to every request, and X-Ray follows it anyway.
    """
    sent = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    if is_id(sent.get("x-request-id")):
        return str(sent["x-request-id"])
    parent = sent.get("traceparent")
    traced = re.fullmatch(_TRACEPARENT, parent) if parent else None
    return traced[1] if traced else None


def is_id(text: str | None) -> bool:
    return text is not None and re.fullmatch(_ID, text) is not None
