"""The table of grants that roles have only with a setting: each new one has to be added here.

tests/service/test_grants.py shows that those of the default stack are used. Those for a key and for a network are in
test_organisation_roles.py and test_organisation_network.py.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.material.template import Template, of_type

_ELSEWHERE = {"HasKey", "MayJoinVpc"}

# By condition and role: action and resource.
TABLE = {
    # Authorizer
    ("HasAuthorizer", "EraseFunctionRole"): [
        "lambda:InvokeFunction image-thumbnails-erase_${Id}:live",  # of this stack
        "s3:ListBucket UploadBucket",
    ],
    ("HasAuthorizer", "ReportFailureFunctionRole"): [
        "s3:GetObject UploadBucket/uploads/*",
        "s3:ListBucket UploadBucket",
    ],
    # DeliveryDistribution
    ("HasDelivery", "EraseFunctionRole"): ["cloudfront:CreateInvalidation distribution/${DeliveryDistribution}"],
    # UnclaimedDays
    ("ExpectsClaims", "ClaimFunctionRole"): [
        "logs:CreateLogStream ClaimLogs",
        "logs:PutLogEvents ClaimLogs",
        "s3:DeleteObjectTagging ThumbnailBucket/*.avif",
        "s3:DeleteObjectTagging ThumbnailBucket/*.jpg",
        "s3:DeleteObjectTagging ThumbnailBucket/*.webp",
        "s3:DeleteObjectTagging ThumbnailBucket/*/binding.json",
        "s3:GetObject ThumbnailBucket/*/manifest.json",
        "s3:ListBucket ThumbnailBucket",
        "s3:ListBucket UploadBucket",
        "s3:PutObject ThumbnailBucket/*/manifest.json",
        "xray:PutTelemetryRecords *",
        "xray:PutTraceSegments *",
    ],
    ("ExpectsClaims", "ConvertFunctionRole"): [
        "s3:PutObjectTagging ThumbnailBucket/*.avif",
        "s3:PutObjectTagging ThumbnailBucket/*.jpg",
        "s3:PutObjectTagging ThumbnailBucket/*.webp",
        "s3:PutObjectTagging ThumbnailBucket/*/binding.json",
        "s3:PutObjectTagging ThumbnailBucket/*/manifest.json",
    ],
    ("ExpectsClaims", "ReportFailureFunctionRole"): ["s3:PutObjectTagging ThumbnailBucket/*/manifest.json"],
    # Upkeep. UpkeepPolicy names each function, as test_upkeep_function.py requires.
    ("HasUpkeep", "UpkeepFunctionRole"): [
        "cloudwatch:GetMetricData *",
        "lambda:InvokeFunction ConvertFunctionAliaslive",
        "lambda:InvokeFunction ReportFailureFunctionAliaslive",
        "logs:CreateLogStream UpkeepLogs",
        "logs:PutLogEvents UpkeepLogs",
        "s3:GetObject ThumbnailBucket/*/manifest.json",
        "s3:GetObject UploadBucket/upkeep/memory.json",
        "s3:ListBucket ThumbnailBucket",
        "s3:ListBucket UploadBucket",
        "s3:PutObject UploadBucket/upkeep/memory.json",
        "xray:PutTelemetryRecords *",
        "xray:PutTraceSegments *",
    ],
}


def test_each_grant_of_a_setting_is_in_the_table(resources: Template) -> None:
    found: dict[tuple[str, str], list[str]] = {}
    for name, role in of_type(resources, "AWS::IAM::Role").items():
        for condition, grant in optional(role["Properties"].get("Policies", []), role.get("Condition")):
            found.setdefault((condition, name), []).append(grant)

    assert {where: sorted(grants) for where, grants in found.items()} == TABLE


def test_the_only_policies_apart_from_a_role_are_known(resources: Template) -> None:
    conditional = {name for name, each in of_type(resources, "AWS::IAM::Policy").items() if "Condition" in each}

    assert conditional == {"UpkeepPolicy"}
    assert of_type(resources, "AWS::IAM::ManagedPolicy") == {}


@pytest.mark.parametrize("where", ["a statement", "a resource", "a role"])
def test_a_grant_of_a_setting_is_found(where: str) -> None:
    nothing, bucket = {"Ref": "AWS::NoValue"}, {"Fn::GetAtt": ["UploadBucket", "Arn"]}
    statement = {"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": bucket}
    written: dict[str, Any] = {
        "a statement": {"Fn::If": ["HasAuthorizer", statement, nothing]},
        "a resource": statement | {"Resource": [{"Fn::If": ["HasAuthorizer", bucket, nothing]}]},
        "a role": statement,
    }

    found = optional(written[where], "HasAuthorizer" if where == "a role" else None)

    assert [*found] == [("HasAuthorizer", "s3:ListBucket UploadBucket")]


def optional(value: Any, condition: str | None, grants: Any = None) -> Iterator[tuple[str, str]]:
    """The grants of a policy that depend on a condition of the template, each with the innermost one.

    condition: of what the value is a part of. grants: the actions, if the value is a resource of them.
    """
    match value:
        case {"Fn::If": [name, yes, no]}:
            if name not in _ELSEWHERE:
                yield from optional(yes, name, grants)
            yield from optional(no, f"not {name}", grants)
        case {"Ref": "AWS::NoValue"}:
            pass
        case {"Effect": _}:
            yield from optional(value["Resource"], condition, _listed(value["Action"]))
        case list():
            for each in value:
                yield from optional(each, condition, grants)
        case _ if grants:
            yield from ((condition, f"{action} {_told(value)}") for action in grants if condition)
        case dict():
            for each in value.values():
                yield from optional(each, condition)


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _told(resource: Any) -> str:
    """A resource without the beginning that all have."""
    match resource:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), "Arn"]}:
            return name
        case {"Fn::Sub": [str(text), _]} | {"Fn::Sub": str(text)}:
            arn = text.replace("${ThumbnailBucket.Arn}", "ThumbnailBucket").replace(
                "${UploadBucket.Arn}", "UploadBucket"
            )
            return arn.removeprefix("arn:${AWS::Partition}:").split("${AWS::AccountId}:")[-1].removeprefix("function:")
    return str(resource)
