"""The caller's own id of a request, so that the caller's logs and ours can be searched for the same id."""

import re
from typing import Any

# A UUID, a trace's id and the like. No text, because logs contain it.
ID = re.compile(r"[A-Za-z0-9._:/+=@-]{1,64}")
# W3C Trace Context, section 3.2: version, trace-id, parent-id, flags. All zeros is no trace.
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")


def of(event: dict[str, Any]) -> str | None:
    """X-Request-Id of an API event, or the trace's id in its traceparent, or None. Any other form counts as missing.

    X-Amzn-Trace-Id is not read, because API Gateway adds it to every request, and X-Ray follows it anyway.
    """
    sent = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    if ID.fullmatch(sent.get("x-request-id") or ""):
        return str(sent["x-request-id"])
    traced = _TRACEPARENT.fullmatch(sent.get("traceparent") or "")
    return traced[1] if traced else None
