"""Two stacks in one account share nothing: each name in every template belongs to the stack, and AWS accepts it."""

import json
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from operate.optional_stack import FOLDER
from tests.material.names import NAMED, STACK, STACK_ID, longest, named, resolved
from tests.material.template import Template


@pytest.fixture(scope="session")
def names(resources: Template) -> dict[str, tuple[str, str, Any]]:
    found = named(resources)
    for path in sorted(FOLDER.glob("*.yaml")):
        found |= named(yaml_parse(path.read_text())["Resources"])
    assert {kind for kind, _, _ in found.values()} == NAMED.keys(), "each kind is looked at"
    return found


def test_every_name_is_the_stacks_own(names: dict[str, tuple[str, str, Any]]) -> None:
    for logical_id, (_, _, name) in names.items():
        assert isinstance(name, str), f"{logical_id}: {name}"
        assert STACK in name or STACK_ID.rsplit("/", 1)[-1] in name, f"{logical_id}: another stack would have it, too"


def test_every_name_fits_for_the_longest_name_of_a_stack(names: dict[str, tuple[str, str, Any]]) -> None:
    for logical_id, (kind, path, name) in names.items():
        assert len(name) <= longest(kind, path), f"{logical_id}: {len(name)} characters"


def test_no_two_resources_share_a_name(names: dict[str, tuple[str, str, Any]]) -> None:
    found = [(kind, name) for kind, _, name in names.values()]

    assert len({*found}) == len(found)


# Types whose names all regions of an account share: IAM's and CloudFront's are global services, and "all dashboards in
# your account are global" (Amazon CloudWatch API reference, PutDashboard). Names of buckets are shared by all accounts.
SHARED_BY_REGIONS = ("AWS::CloudFront::", "AWS::CloudWatch::Dashboard", "AWS::IAM::", "AWS::S3::")
UNNAMED = {
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::S3::Bucket": "BucketName",
}


def test_stacks_of_two_regions_and_two_accounts_collide_nowhere(
    resources: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if they have the same name, as far as CloudFormation allows it: dev and prod, Europe and America."""
    every = resources | {
        name: resource
        for path in sorted(FOLDER.glob("*.yaml"))
        for name, resource in yaml_parse(path.read_text())["Resources"].items()
    }
    made = []
    for account, region in (("111111111111", "eu-central-1"), ("111111111111", "us-east-1"), ("2" * 12, "us-east-1")):
        stack = f"arn:aws:cloudformation:{region}:{account}:stack/pictures/{account[:8]}-{region}"
        monkeypatch.setattr(
            "tests.material.names.PSEUDO",
            {
                "AWS::StackName": "pictures",
                "AWS::StackId": stack,
                "AWS::Region": region,
            },
        )
        found = named(every).values()
        made += [(kind, name) for kind, _, name in found if kind.startswith(SHARED_BY_REGIONS)]

    within = [(kind, name) for kind, name in made if kind != "AWS::CloudWatch::Dashboard"]
    assert len(within) > 10
    assert len({*within}) == len(within)
    dashboards = [name for kind, name in made if kind == "AWS::CloudWatch::Dashboard"]
    assert dashboards == ["pictures-eu-central-1", "pictures-us-east-1", "pictures-us-east-1"], (
        "two accounts share none"
    )
    for name, resource in every.items():
        assert UNNAMED.get(resource["Type"]) not in resource.get("Properties", {}), f"{name}: AWS would not name it"


def test_no_output_is_exported(translated: Template) -> None:
    """An export's name is unique in a region, so a second stack could not be created."""
    outputs = [*translated["Outputs"].values()]
    for path in FOLDER.glob("*.yaml"):
        outputs += yaml_parse(path.read_text()).get("Outputs", {}).values()

    assert not [output for output in outputs if "Export" in output]


def test_what_is_not_named_here_is_named_by_aws(resources: Template) -> None:
    """Roles, buckets, topics, queues, alarms: CloudFormation adds random characters to the stack's name."""
    own = {"RoleName", "BucketName", "TopicName", "QueueName", "AlarmName", "ExportName"}
    for logical_id, resource in resources.items():
        assert not own & resource.get("Properties", {}).keys(), logical_id
    functions = [each for each in resources.values() if each["Type"] == "AWS::Lambda::Function"]
    chosen = [
        resolved(each["Properties"]["FunctionName"]) for each in functions if "FunctionName" in each["Properties"]
    ]
    assert len(chosen) == 4, (
        "the hooks, which CodeDeploy may call by the beginning of their names only, and the eraser, which convert "
        "names although it depends on the upload bucket"
    )
    assert all(len(name) <= 64 and "00000000-0000" in name for name in chosen), json.dumps(chosen)
