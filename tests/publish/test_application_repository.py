"""The stand-in for the Serverless Application Repository refuses what the API model does not allow."""

import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from publish import lint_sar
from tests.actors.publisher import client
from tests.standins.application_model import MODEL, limits
from tests.standins.application_repository import Repository

IDENTIFIER = "arn:aws:serverlessrepo:us-east-1:123456789012:applications/image-thumbnails"

GOOD = {"Name": "a", "Description": "b", "Author": "c"}


@pytest.mark.parametrize(
    ("bad", "complaint"),
    [
        ({"Author": None}, 'Missing required parameter in input: "Author"'),
        ({"Name": 5}, "Invalid type for parameter Name"),
        ({"Name": "a b"}, "Name: 'a b' does not match"),
        ({"Name": "a" * 141}, "Name: length 141"),
        ({"Description": "b" * 257}, "Description: length 257"),
        ({"Author": "Somebody Else"}, "Author: 'Somebody Else' does not match"),
        ({"Author": "c" * 128}, "Author: length 128"),
        ({"Labels": ["a"] * 11}, "Labels: more than 10"),
        ({"Labels": ["with space"]}, "Labels: 'with space' does not match"),
        ({"Labels": [5]}, "Invalid type for parameter Labels[0]"),
        ({"ReadmeBody": "a", "ReadmeUrl": "s3://a/b"}, "ReadmeBody and ReadmeUrl: only one"),
        ({"ReadmeUrl": "README.md"}, "Invalid S3 URI: README.md"),
        ({"ReadmeUrl": "s3://nowhere/readme"}, "Failed to copy S3 object. Access denied: bucket=nowhere, key=readme"),
    ],
)
def test_the_stand_in_refuses_what_the_model_does_not_allow(
    repository: Repository, bad: dict[str, Any], complaint: str
) -> None:
    request = {name: value for name, value in (GOOD | bad).items() if value is not None}

    with pytest.raises(ClientError, match=re.escape(complaint)) as error:
        client(repository).create_application(**request)

    assert error.value.response["Error"]["Code"] == "BadRequestException"
    assert repository.applications == {}


def test_the_stand_in_takes_what_the_model_allows(repository: Repository) -> None:
    answer = client(repository).create_application(**GOOD, Labels=["a", "b:c/d"])

    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert answer["ApplicationId"] == IDENTIFIER.replace("image-thumbnails", "a")
    assert client(repository).get_application(ApplicationId=answer["ApplicationId"])["Labels"] == ["a", "b:c/d"]


def test_the_limits_that_are_checked_offline_are_those_of_the_model() -> None:
    shape = MODEL.operation_model("CreateApplication").input_shape
    assert shape is not None
    told = {name: limits(member) for name, member in shape.members.items()}

    assert {name: told[name]["longest"] for name in told if "longest" in told[name]} == lint_sar.LENGTHS
    assert told["Labels"]["most"] == lint_sar.LABELS
    assert told["ReadmeUrl"]["megabytes"] * lint_sar.MEGABYTE == lint_sar.FILE_BYTES
    assert told["LicenseUrl"]["megabytes"] * lint_sar.MEGABYTE == lint_sar.FILE_BYTES
    patterns = {
        name: told[name]["pattern"].removeprefix("^").removesuffix("$") for name in told if "pattern" in told[name]
    }
    assert patterns == {name: lint_sar.PATTERNS[name][0] for name in patterns}
    assert {"Name", "Author", "Labels"} <= patterns.keys()
    assert set(shape.required_members) <= lint_sar.REQUIRED
    assert set(shape.members) >= lint_sar.PROPERTIES
