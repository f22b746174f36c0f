"""Condition keys of S3 that the roles use and the emulator's IAM does not know.

Source: Service authorization reference, "Actions, resources, and condition keys for Amazon S3"; Amazon S3 API
reference, "Amazon S3 Signature Version 4 Authentication Specific Policy Keys". tests/service/test_gaps.py fails as soon
as the emulator knows them.
"""

from typing import Any

_CONDITIONAL = ("if-match", "if-none-match")


def teach() -> None:
    """Add s3:if-match, s3:if-none-match and s3:authType to the emulator in this process."""
    from ministack.core import iam_actions, iam_evaluator

    known, enforce = iam_actions.s3_service_context, iam_evaluator.enforce

    def s3_service_context(
        action: str, query: dict[str, Any] | None, path: str = "", headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        sent = {name.lower(): value for name, value in (headers or {}).items()}
        context = {f"s3:{name}": sent[name] for name in _CONDITIONAL if action == "s3:PutObject" and name in sent}
        if "X-Amz-Signature" in (query or {}):
            context["s3:authtype"] = "REST-QUERY-STRING"
        elif "authorization" in sent:
            context["s3:authtype"] = "REST-HEADER"
        return {**known(action, query, path, headers), **context}

    def enforced(access_key: str, action: str, *others: Any, **named: Any) -> Any:
        context = named.get("service_context") or {}
        if "s3:x-amz-credential" in context:  # a field of a form
            named["service_context"] = {**context, "s3:authtype": "POST"}
        return enforce(access_key, action, *others, **named)

    iam_actions.s3_service_context, iam_evaluator.enforce = s3_service_context, enforced
