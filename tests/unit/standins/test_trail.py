"""What the trail says of a role is what IAM would: exact actions, wildcards of resources, and conditions.

IAM user guide: "IAM JSON policy elements: Resource" and "… Condition operators".
"""

from typing import Any

import pytest

from tests.standins.trail import Call, grants


def allowed(statement: dict[str, Any], resource: str = "arn:aws:s3:::bucket/key", **context: str) -> bool:
    call = Call(
        "role", "function", "s3:GetObject", resource, {f"s3:{key}": value for key, value in context.items()}, True
    )
    document = {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"} | statement]}
    return any(grant.allows(call) for grant in grants(document))


@pytest.mark.parametrize(
    ("pattern", "meets"),
    [
        ("arn:aws:s3:::bucket/key", True),
        ("arn:aws:s3:::bucket/*", True),
        ("arn:aws:s3:::bucket/k?y", True),
        ("arn:aws:s3:::bucket/?key", False),
        ("arn:aws:s3:::bucket", False),
        ("arn:aws:s3:::BUCKET/*", False),
        ("arn:aws:s3:::bucket/[k]ey", False),  # nothing but * and ? is a wildcard
    ],
)
def test_a_resource_has_the_wildcards_of_iam(pattern: str, meets: bool) -> None:
    assert allowed({"Resource": pattern}) is meets
    assert allowed({"Resource": ["arn:aws:s3:::other", pattern]}) is meets


def test_another_action_is_not_allowed() -> None:
    assert not allowed({"Action": ["s3:PutObject", "s3:GetObjectVersion"]})


@pytest.mark.parametrize(
    ("condition", "context", "meets"),
    [
        ({"StringEquals": {"s3:prefix": "a"}}, {"prefix": "a"}, True),
        ({"StringEquals": {"s3:prefix": "a"}}, {"prefix": "ab"}, False),
        ({"StringLike": {"s3:prefix": "a*"}}, {"prefix": "ab"}, True),
        ({"StringLike": {"s3:prefix": "a*"}}, {"prefix": "ba"}, False),
        ({"StringLike": {"s3:prefix": "*"}}, {}, False),  # a key that is absent matches nothing
        ({"StringEquals": {"s3:prefix": ""}}, {}, False),
        ({"Null": {"s3:if-match": "false"}}, {"if-match": "etag"}, True),
        ({"Null": {"s3:if-match": "false"}}, {}, False),
    ],
)
def test_a_condition_is_met_as_iam_meets_it(condition: Any, context: dict[str, str], meets: bool) -> None:
    assert allowed({"Condition": condition}, **context) is meets


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"s3:prefix": "a", "s3:authtype": "b"}},
        {"StringEquals": {"s3:prefix": ["a", "b"]}},
        {"StringNotEquals": {"s3:prefix": "a"}},
        {"Null": {"s3:prefix": "true"}},
    ],
)
def test_a_condition_that_is_not_known_here_is_not_guessed(condition: Any) -> None:
    with pytest.raises(ValueError, match="not understood"):
        allowed({"Condition": condition}, prefix="a")
