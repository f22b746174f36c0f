"""stacks/pipeline.yaml: the order of its stages, what each role may do, and who may assume it."""

import json
import re
import tomllib
from fnmatch import fnmatchcase
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from dev import pipeline_role
from dev.emulator import ROOT
from tests.material.template import Template, of_type

TEMPLATE_BYTES = 51_200  # of a template in a request (CloudFormation quotas); `operate stack` sends it so
INLINE_CHARACTERS = 10_240  # all inline policies of a role, without white space (IAM and STS quotas)
RELEASES = {"dev": "DevReleasePolicy", "prod": "ProdReleasePolicy"}
NAMES = {
    "AWS::Partition": "aws",
    "AWS::Region": "REGION",
    "AWS::AccountId": "ACCOUNT",
    "AWS::StackName": "s-pipeline",
    "RolePath": "/",
}


@pytest.fixture(scope="module")
def resources() -> Template:
    found: Template = yaml_parse(pipeline_role.PIPELINE.read_text())["Resources"]
    return found


@pytest.fixture(scope="module")
def stages(resources: Template) -> dict[str, Any]:
    """The only action of each stage, by the stage's name, in their order."""
    return {stage["Name"]: stage["Actions"][0] for stage in resources["Pipeline"]["Properties"]["Stages"]}


def resolved(value: Any) -> Any:
    """With pseudo parameters replaced; references to resources stay as they are."""
    match value:
        case {"Fn::Sub": str(text)} if {*re.findall(r"\$\{([\w:]+)\}", text)} <= NAMES.keys():
            return re.sub(r"\$\{([\w:]+)\}", lambda match: NAMES[match[1]], text)
        case dict():
            return {name: resolved(each) for name, each in value.items()}
        case list():
            return [resolved(each) for each in value]
    return value


def inline(resources: Template, role: str) -> list[dict[str, Any]]:
    """The documents of a role's policies, with all statements that settings add."""
    own = [policy["PolicyDocument"] for policy in resources[role]["Properties"].get("Policies", ())]
    attached = [
        policy["Properties"]["PolicyDocument"]
        for policy in of_type(resources, "AWS::IAM::Policy").values()
        if {"Ref": role} in policy["Properties"]["Roles"]
    ]
    return [
        document | {"Statement": [each["Fn::If"][1] if "Fn::If" in each else each for each in document["Statement"]]}
        for document in (*own, *attached)
    ]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_a_commit_reaches_prod_through_dev_and_an_approval(stages: dict[str, Any], resources: Template) -> None:
    assert [*stages] == ["Source", "Build", "Dev", "Approval", "Prod"]
    assert all(len(stage["Actions"]) == 1 for stage in resources["Pipeline"]["Properties"]["Stages"])
    assert resources["Pipeline"]["Properties"]["PipelineType"] == "V2"
    assert stages["Source"]["ActionTypeId"]["Provider"] == "CodeStarSourceConnection"
    assert stages["Build"]["InputArtifacts"] == stages["Source"]["OutputArtifacts"]
    assert stages["Dev"]["InputArtifacts"] == stages["Prod"]["InputArtifacts"] == stages["Build"]["OutputArtifacts"]
    assert stages["Approval"]["ActionTypeId"]["Provider"] == "Manual"
    assert stages["Approval"]["Configuration"]["NotificationArn"] == {"Ref": "Approvals"}


def test_one_push_starts_one_release(stages: dict[str, Any], resources: Template) -> None:
    (trigger,) = resources["Pipeline"]["Properties"]["Triggers"]

    assert trigger["GitConfiguration"]["SourceActionName"] == stages["Source"]["Name"]
    assert trigger["GitConfiguration"]["Push"] == [{"Branches": {"Includes": [{"Ref": "Branch"}]}}]
    assert stages["Source"]["Configuration"]["DetectChanges"] == "false", "or each push would start two"
    assert resources["Pipeline"]["Properties"]["ExecutionMode"] == "SUPERSEDED", "never two releases at once"


@pytest.mark.parametrize(("stage", "environment"), [("Dev", "dev"), ("Prod", "prod")])
def test_a_release_is_to_an_environment_of_samconfig(
    stages: dict[str, Any], resources: Template, stage: str, environment: str
) -> None:
    project = resources[stages[stage]["Configuration"]["ProjectName"]["Ref"]]["Properties"]
    settings = tomllib.loads((ROOT / "samconfig.toml").read_text())[environment]["deploy"]["parameters"]

    assert project["Environment"]["EnvironmentVariables"] == [{"Name": "ENVIRONMENT", "Value": environment}]
    assert (ROOT / project["Source"]["BuildSpec"]).is_file()
    assert settings["stack_name"] == f"image-thumbnails-{environment}"
    assert project["TimeoutInMinutes"] * 60 >= 5 * 3600, "as long as the slowest release (docs/pipeline.md)"
    assert "PrivilegedMode" not in project["Environment"]


@pytest.mark.parametrize("environment", RELEASES)
def test_a_release_may_do_what_the_document_allows_for_its_stack(resources: Template, environment: str) -> None:
    documented = pipeline_role.DOCUMENT.read_text().replace("STACK", f"image-thumbnails-{environment}")
    policy = resources[RELEASES[environment]]["Properties"]

    assert resolved(policy["PolicyDocument"]) == json.loads(documented)
    assert policy["Roles"] == [{"Ref": f"{environment.capitalize()}Role"}]


def test_the_template_is_up_to_date_and_fits_into_a_request() -> None:
    assert pipeline_role.PIPELINE.read_text() == pipeline_role.stack(), "run: make docs"
    assert len(pipeline_role.PIPELINE.read_bytes()) <= TEMPLATE_BYTES


@pytest.mark.parametrize("role", ["PipelineRole", "BuildRole", "DevRole", "ProdRole"])
def test_the_policies_of_a_role_fit(resources: Template, role: str) -> None:
    text = (
        json.dumps(resolved(inline(resources, role))).replace("REGION", "ap-northeast-1").replace("ACCOUNT", "1" * 12)
    )

    assert len(re.sub(r"\s", "", text)) <= INLINE_CHARACTERS - 500  # what references become is longer


def test_what_builds_may_deploy_nothing(resources: Template) -> None:
    actions = {
        action
        for document in inline(resources, "BuildRole")
        for statement in document["Statement"]
        for action in listed(statement["Action"])
    }

    with_key = {"kms:Decrypt", "kms:GenerateDataKey"}
    assert actions == {"s3:GetObject", "s3:PutObject", "logs:CreateLogStream", "logs:PutLogEvents"} | with_key


@pytest.mark.parametrize("path", ["/", "/teams/pictures/"])
def test_no_role_of_the_pipeline_is_one_that_a_release_may_change(
    resources: Template, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if the service's stack is image-thumbnails-prod, and this one image-thumbnails-prod-pipeline."""
    monkeypatch.setitem(NAMES, "RolePath", path)
    for environment, policy in RELEASES.items():
        document = resolved(resources[policy]["Properties"]["PolicyDocument"])
        patterns = [arn for each in document["Statement"] for arn in listed(each["Resource"]) if ":role/" in arn]
        released = f"arn:aws:iam::ACCOUNT:role{path}image-thumbnails-{environment}-ConvertFunctionRole-1A2B3C"
        assert [pattern for pattern in patterns if fnmatchcase(released, pattern)], "it may change what it releases"
        for role in ("DevRole", "ProdRole"):
            own = resolved(resources[role]["Properties"]["Path"])
            arn = f"arn:aws:iam::ACCOUNT:role{own}image-thumbnails-{environment}-pipeline-{role}-1A2B3C"
            assert not [pattern for pattern in patterns if fnmatchcase(arn, pattern)]


def test_a_policy_of_the_organisation_goes_to_what_releases(resources: Template) -> None:
    attached = {"Fn::If": ["HasReleasePolicy", [{"Ref": "ReleasePolicyArn"}], {"Ref": "AWS::NoValue"}]}
    roles = of_type(resources, "AWS::IAM::Role")

    assert {name for name, role in roles.items() if "ManagedPolicyArns" in role["Properties"]} == {
        "DevRole",
        "ProdRole",
    }
    assert all(roles[name]["Properties"]["ManagedPolicyArns"] == attached for name in ("DevRole", "ProdRole"))


def test_only_its_own_project_may_use_a_role(resources: Template) -> None:
    for name, project in of_type(resources, "AWS::CodeBuild::Project").items():
        properties = resolved(project["Properties"])
        role = properties["ServiceRole"]["Fn::GetAtt"]
        role = role[0] if isinstance(role, list) else role.split(".")[0]
        (statement,) = resolved(resources[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"])
        arn = f"arn:aws:codebuild:REGION:ACCOUNT:project/{properties['Name']}"
        assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": arn}}, name
        assert statement["Principal"] == {"Service": "codebuild.amazonaws.com"}
    (trust,) = resources["PipelineRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_a_project_writes_its_own_log_which_the_stack_keeps(resources: Template) -> None:
    for name, project in of_type(resources, "AWS::CodeBuild::Project").items():
        log = project["Properties"]["LogsConfig"]["CloudWatchLogs"]["GroupName"]["Ref"]
        assert log == name.replace("Project", "Logs")
        group = resolved(resources[log]["Properties"]["LogGroupName"])
        assert group == f"/aws/codebuild/{resolved(project['Properties']['Name'])}"
