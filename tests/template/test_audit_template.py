"""stacks/audit.yaml: what its trail records, who can delete the record, and what docs/audit.md says about both."""

import json
import re
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from dev.emulator import ROOT
from operate.optional_stack import FOLDER
from tests.material.template import Template

DOCUMENT = (ROOT / "docs" / "audit.md").read_text()
NAMES = {
    "AWS::AccountId": "ACCOUNT",
    "AWS::Partition": "aws",
    "AWS::Region": "REGION",
    "AWS::StackName": "STACK-audit",
    "TrailBucket.Arn": "arn:aws:s3:::BUCKET",
    "UploadBucket": "UPLOAD_BUCKET",
    "ThumbnailBucket": "THUMBNAIL_BUCKET",
}


@pytest.fixture(scope="module")
def audit() -> Template:
    written: Template = yaml_parse((FOLDER / "audit.yaml").read_text())
    return written


def resolved(value: Any) -> Any:
    match value:
        case {"Fn::Sub": str(text)}:
            return re.sub(r"\$\{([\w:.]+)\}", lambda named: NAMES[named[1]], text)
        case {"Fn::GetAtt": name}:
            return NAMES[name if isinstance(name, str) else ".".join(name)]
        case dict():
            return {name: resolved(each) for name, each in value.items()}
        case list():
            return [resolved(each) for each in value]
    return value


def statements(audit: Template) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = resolved(
        audit["Resources"]["TrailBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    )
    return found


def test_the_trail_records_objects_of_the_two_buckets_and_nothing_else(audit: Template, template: Template) -> None:
    trail = resolved(audit["Resources"]["Trail"]["Properties"])
    (selector,) = trail["AdvancedEventSelectors"]
    fields = {each.pop("Field"): each for each in selector["FieldSelectors"]}

    assert fields == {
        "eventCategory": {"Equals": ["Data"]},
        "resources.type": {"Equals": ["AWS::S3::Object"]},
        "resources.ARN": {"StartsWith": ["arn:aws:s3:::UPLOAD_BUCKET/", "arn:aws:s3:::THUMBNAIL_BUCKET/"]},
    }
    assert "EventSelectors" not in trail
    assert (trail["IsLogging"], trail["EnableLogFileValidation"]) == (True, True)
    buckets = {name for name, each in template["Resources"].items() if each["Type"] == "AWS::S3::Bucket"}
    assert buckets == {"UploadBucket", "ThumbnailBucket"}, "a third bucket would not be recorded"
    assert buckets <= template["Outputs"].keys(), "the command fills the parameters from them"


def test_nobody_deletes_the_record_before_it_expires(audit: Template) -> None:
    bucket = audit["Resources"]["TrailBucket"]
    (lock,) = bucket["Properties"]["ObjectLockConfiguration"]["Rule"].values()
    rule = bucket["Properties"]["LifecycleConfiguration"]["Rules"][0]
    denied = {action for each in statements(audit) if each["Effect"] == "Deny" for action in each["Action"]}

    assert rule["ExpirationInDays"] == lock["Days"] == {"Ref": "RetentionDays"}
    assert denied >= {"s3:DeleteObject", "s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"}
    assert all("Condition" not in each for each in statements(audit) if "s3:DeleteObject" in each["Action"])
    for name in ("TrailBucket", "TrailBucketPolicy"):
        assert audit["Resources"][name]["DeletionPolicy"] == "RetainExceptOnCreate", "it outlives the stack"
        assert audit["Resources"][name]["UpdateReplacePolicy"] == "Retain"


def test_the_document_has_the_selectors_and_the_policy_of_the_stack(audit: Template) -> None:
    (selectors,) = re.findall(r"^    (\[\{\"Name\".*?\]\}\])$", DOCUMENT, re.DOTALL | re.MULTILINE)
    (policy,) = re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)
    ours = resolved(audit["Resources"]["Trail"]["Properties"]["AdvancedEventSelectors"])
    allowed = [{name: value for name, value in each.items() if name != "Sid"} for each in statements(audit)]

    assert json.loads(selectors)[0]["FieldSelectors"] == ours[0]["FieldSelectors"]
    assert json.loads(policy) == [each for each in allowed if each["Effect"] == "Allow"]


def test_the_document_has_every_setting_with_its_default(audit: Template) -> None:
    for name, parameter in audit["Parameters"].items():
        default = parameter.get("Default")
        if default is None:
            assert f"`{name}`" in DOCUMENT
        else:
            assert f"| `{name}` | {f'`{default}`' if default != '' else 'none'} |" in DOCUMENT, name


def test_the_documented_costs_follow_from_one_formula() -> None:
    """tests/service/test_audit.py counts the events."""
    (events,) = re.findall(r"An upload causes (\d+) data events", DOCUMENT)
    (price,) = re.findall(r"\$(0\.\d+) per 100,000 events", DOCUMENT)
    assert f"`({events} + polls) * 1,000,000 * ${price} / 100,000`" in DOCUMENT
    rows = re.findall(r"^\| (\d+) \| (\d+) \|$", DOCUMENT, re.MULTILINE)

    assert len(rows) == 3
    for polls, dollars in rows:
        assert int(dollars) == round((int(events) + int(polls)) * 1_000_000 * float(price) / 100_000, 2)
