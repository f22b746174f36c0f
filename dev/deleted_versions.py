"""The resource of lambda:DeleteFunction with a version, which the emulator's IAM takes for the whole function.

Source: Service authorization reference, "Resource types defined by AWS Lambda": a version has an ARN of its own,
function:NAME:VERSION. tests/service/test_gaps_without_a_stack.py fails as soon as the emulator knows it.
"""

from typing import Any


def teach() -> None:
    """Name the version in the emulator in this process."""
    from ministack.core import iam_actions

    known = iam_actions.extract_resource_arn

    def extract_resource_arn(
        service: str, method: str, path: str, headers: Any, body: bytes, query: dict[str, Any], *others: str
    ) -> str:
        arn = str(known(service, method, path, headers, body, query, *others))
        is_deletion = service == "lambda" and method == "DELETE" and ":function:" in arn and path.count("/") == 3
        version = query.get("Qualifier") if is_deletion else None
        return f"{arn}:{version[0] if isinstance(version, list) else version}" if version else arn

    iam_actions.extract_resource_arn = extract_resource_arn
