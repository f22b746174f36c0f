"""`python -m operate stack audit`: deployed as far as the emulator goes, whose CloudFormation has no CloudTrail."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
import requests
from botocore.exceptions import ClientError
from samtranslator.yaml_helper import yaml_parse

from dev.emulator import REGION, ROOT
from operate.optional_stack import FOLDER
from tests.actors.client import PATIENCE, Service
from tests.actors.optional_stacks import OptionalStacks, without
from tests.material import pictures
from tests.standins import trail as trails

LACKING = "AWS::CloudTrail::Trail"
EVERYTHING = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
DOCUMENT = (ROOT / "docs" / "audit.md").read_text()


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    written: dict[str, Any] = yaml_parse((FOLDER / "audit.yaml").read_text())
    return written


@pytest.fixture(scope="module")
def bucket(stack: Service, template: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The bucket of the record. At the end the stack is removed."""
    name = stack.deployed.name
    kept = without(template, LACKING)
    stacks = OptionalStacks(tmp_path_factory.mktemp("project"), stack.deployed.endpoint, name, audit=kept)
    stacks.run("audit", "deploy")
    (audit,) = stack.deployed.client("cloudformation").describe_stacks(StackName=f"{name}-audit")["Stacks"]
    given = {each["ParameterKey"]: each["ParameterValue"] for each in audit["Parameters"]}
    assert (given["UploadBucket"], given["ThumbnailBucket"]) == (stack.uploads, stack.thumbnails)
    found = {each["OutputKey"]: each["OutputValue"] for each in audit["Outputs"]}["TrailBucket"]
    yield found
    said = stacks.run("audit", "remove")
    assert f"The bucket {found} would be emptied" not in said
    stack.deployed.client("s3").head_bucket(Bucket=found)  # the record outlives the stack


def test_the_emulators_cloudformation_has_no_cloudtrail(stack: Service) -> None:
    """As soon as it has, deploy the template as it is."""
    template = {"Resources": {"Trail": {"Type": LACKING, "Properties": {}}}}

    with pytest.raises(ClientError, match=LACKING):
        stack.deployed.client("cloudformation").create_stack(StackName="gap", TemplateBody=json.dumps(template))


def test_an_administrator_may_not_delete_what_is_recorded(stack: Service, bucket: str) -> None:
    stack.deployed.client("s3").put_object(Bucket=bucket, Key="AWSLogs/record.json.gz", Body=b"record")
    iam = stack.deployed.client("iam")
    iam.create_user(UserName="administrator")
    iam.put_user_policy(UserName="administrator", PolicyName="everything", PolicyDocument=EVERYTHING)
    key = iam.create_access_key(UserName="administrator")["AccessKey"]
    keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    s3 = boto3.client("s3", endpoint_url=stack.deployed.endpoint, region_name=REGION, **keys)
    (version,) = s3.list_object_versions(Bucket=bucket)["Versions"]

    assert s3.get_object(Bucket=bucket, Key=version["Key"])["Body"].read() == b"record"
    for which in ({}, {"VersionId": version["VersionId"]}):
        with pytest.raises(ClientError, match="explicit deny"):
            s3.delete_object(Bucket=bucket, Key=version["Key"], **which)


def test_cloudtrail_takes_the_selectors(stack: Service, template: dict[str, Any], bucket: str) -> None:
    cloudtrail = stack.deployed.client("cloudtrail")
    trail = template["Resources"]["Trail"]["Properties"]
    switches = ("EnableLogFileValidation", "IncludeGlobalServiceEvents", "IsMultiRegionTrail")
    name = cloudtrail.create_trail(
        Name=f"{stack.deployed.name}-audit", S3BucketName=bucket, **{each: trail[each] for each in switches}
    )["Name"]
    named = {"${AWS::Partition}": "aws", "${UploadBucket}": stack.uploads, "${ThumbnailBucket}": stack.thumbnails}
    text = re.sub(r'\{"Fn::Sub": ("[^"]*")\}', r"\1", json.dumps(trail["AdvancedEventSelectors"]))
    for placeholder, value in named.items():
        text = text.replace(placeholder, value)

    cloudtrail.put_event_selectors(TrailName=name, AdvancedEventSelectors=json.loads(text))

    (selector,) = cloudtrail.get_event_selectors(TrailName=name)["AdvancedEventSelectors"]
    (arns,) = (each["StartsWith"] for each in selector["FieldSelectors"] if each["Field"] == "resources.ARN")
    assert arns == [f"arn:aws:s3:::{stack.uploads}/", f"arn:aws:s3:::{stack.thumbnails}/"]


def test_an_upload_causes_as_many_events_as_is_documented(stack: Service, trail: Path) -> None:
    """The calls of the functions and of a page that uploads, polls until the result is there, and shows it."""
    before = len(trails.read(trail))

    signed = stack.upload(pictures.jpeg())
    result = stack.result(signed)
    for thumbnail in result["thumbnails"]:
        requests.get(thumbnail["url"], timeout=PATIENCE).raise_for_status()

    places = {urlsplit(thumbnail["url"]).path.split("/")[-3] for thumbnail in result["thumbnails"]} | {signed.job}
    calls = [call for call in trails.read(trail)[before:] if any(place in call.resource for place in places)]
    signer = stack.deployed.functions["SignUploadFunction"]
    polls = [call for call in calls if call.caller == signer and call.resource.endswith("/manifest.json")]
    (documented,) = re.findall(r"An upload causes (\d+) data events", DOCUMENT)
    assert len(polls) > 0
    assert len(calls) - len(polls) == int(documented)
