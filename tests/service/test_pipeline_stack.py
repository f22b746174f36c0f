"""`python -m operate stack pipeline`: deployed as far as the emulator goes, which has no CodePipeline."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from samtranslator.yaml_helper import yaml_parse

from dev import pipeline_role
from dev.emulator import ACCESS_KEY, REGION, SECRET_KEY, Emulator
from tests.actors.optional_stacks import OptionalStacks, without
from tests.standins.ports import free_port

SERVICE = "image-thumbnails-prod"
STACK = f"{SERVICE}-pipeline"
CONNECTION = "arn:aws:codeconnections:us-east-1:000000000000:connection/12345678-abcd"
LACKING = "AWS::CodePipeline::Pipeline"

EVERYTHING = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'

Client = Callable[..., Any]


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(free_port()) as running:
        yield running


@pytest.fixture(scope="module")
def aws(emulator: Emulator) -> Client:
    def client(service: str, **keys: str) -> Any:
        root = {"aws_access_key_id": ACCESS_KEY, "aws_secret_access_key": SECRET_KEY}
        return boto3.client(service, endpoint_url=emulator.url, region_name=REGION, **(keys or root))

    return client


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    """The template without what the emulator lacks, and without the outputs about it."""
    return without(yaml_parse(pipeline_role.PIPELINE.read_text()), LACKING)


@pytest.fixture(scope="module")
def deployed(
    emulator: Emulator, aws: Client, template: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The output of the command that deploys the stack, under the rules of an organisation."""
    service = {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {"ApiUrl": {"Value": "https://a/v1/"}, "RedriveFunction": {"Value": "redrive"}},
    }
    aws("cloudformation").create_stack(
        StackName=SERVICE, TemplateBody=json.dumps(service), Tags=[{"Key": "team", "Value": "pictures"}]
    )
    stacks = OptionalStacks(tmp_path_factory.mktemp("project"), emulator.url, SERVICE, pipeline=template)
    return stacks.run(
        "pipeline",
        "deploy",
        Connection=CONNECTION,
        Repository="you/image-thumbnails",
        ApproverEmail="ada@example.com",
        KmsKeyArn=aws("kms").create_key()["KeyMetadata"]["Arn"],
    )


@pytest.fixture(scope="module")
def resources(deployed: str, aws: Client) -> dict[str, str]:
    """Physical ids by logical id."""
    assert f"stack {STACK}" in deployed
    listed = aws("cloudformation").list_stack_resources(StackName=STACK)["StackResourceSummaries"]
    return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in listed}


def test_the_emulator_has_no_codepipeline(aws: Client) -> None:
    """As soon as it has, deploy the template as it is."""
    template = {"Resources": {"Pipeline": {"Type": LACKING, "Properties": {}}}}

    with pytest.raises(ClientError, match=LACKING):
        aws("cloudformation").create_stack(StackName="gap", TemplateBody=json.dumps(template))


def test_everything_else_is_deployed(resources: dict[str, str], template: dict[str, Any], aws: Client) -> None:
    assert resources.keys() == template["Resources"].keys()
    names = [resources[name] for name in ("BuildProject", "DevProject", "ProdProject")]
    projects = aws("codebuild").batch_get_projects(names=names)["projects"]
    assert {project["name"] for project in projects} == {f"{STACK}-{end}" for end in ("build", "dev", "prod")}


def test_nobody_else_may_assume_a_role(resources: dict[str, str], aws: Client) -> None:
    for role in ("PipelineRole", "BuildRole", "DevRole", "ProdRole"):
        arn = aws("iam").get_role(RoleName=resources[role])["Role"]["Arn"]
        with pytest.raises(ClientError, match="AccessDenied"):
            aws("sts").assume_role(RoleArn=arn, RoleSessionName="somebody")


def test_the_tags_of_the_services_stack_reach_its_resources(resources: dict[str, str], aws: Client) -> None:
    """Not the bucket: the emulator's CloudFormation tags none."""
    names = [resources[name] for name in ("BuildProject", "DevProject", "ProdProject")]
    tagged = [
        *(aws("iam").get_role(RoleName=resources[name])["Role"]["Tags"] for name in ("BuildRole", "ProdRole")),
        *(project["tags"] for project in aws("codebuild").batch_get_projects(names=names)["projects"]),
        aws("sns").list_tags_for_resource(ResourceArn=resources["Approvals"])["Tags"],
    ]
    assert len(tagged) == 6
    for tags in tagged:
        assert "pictures" in [each.get("Value", each.get("value")) for each in tags]
    for name in ("BuildLogs", "DevLogs", "ProdLogs"):
        assert aws("logs").list_tags_log_group(logGroupName=resources[name])["tags"]["team"] == "pictures"


@pytest.mark.usefixtures("resources")
def test_the_logs_are_encrypted_with_the_key(aws: Client) -> None:
    """The emulator's CloudFormation sets no key of a topic."""
    (key,) = aws("kms").list_keys()["Keys"]
    groups = aws("logs").describe_log_groups(logGroupNamePrefix=f"/aws/codebuild/{STACK}")["logGroups"]

    assert [group["kmsKeyId"] for group in groups] == [key["KeyArn"]] * 3


@pytest.fixture
def session(resources: dict[str, str], aws: Client) -> Callable[[str], Client]:
    """Clients with the permissions of a role, as its project gets them: by a copy that root may assume."""

    def begin(role: str) -> Client:
        iam, name = aws("iam"), f"copy-of-{role}"
        trust = {"Effect": "Allow", "Principal": {"AWS": "000000000000"}, "Action": "sts:AssumeRole"}
        document = {"Version": "2012-10-17", "Statement": [trust]}
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))["Role"]["Arn"]
        for policy in iam.list_role_policies(RoleName=resources[role])["PolicyNames"]:
            content = iam.get_role_policy(RoleName=resources[role], PolicyName=policy)["PolicyDocument"]
            iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(content))
        got = aws("sts").assume_role(RoleArn=arn, RoleSessionName="project")["Credentials"]
        keys = {
            "aws_access_key_id": got["AccessKeyId"],
            "aws_secret_access_key": got["SecretAccessKey"],
            "aws_session_token": got["SessionToken"],
        }
        return lambda service: aws(service, **keys)

    return begin


def test_a_role_reaches_its_own_environment_only(
    session: Callable[[str], Client], resources: dict[str, str], aws: Client
) -> None:
    environments = {"DevRole": "image-thumbnails-dev", "ProdRole": "image-thumbnails-prod", "BuildRole": None}
    artifacts = resources["ArtifactBucket"]
    aws("s3").put_object(Bucket=artifacts, Key="build.zip", Body=b"build")
    for role, own in environments.items():
        client = session(role)
        for stack in ("image-thumbnails-dev", "image-thumbnails-prod"):
            made = f"{stack}-made-by-{role.lower()}"
            if stack == own:
                client("s3").create_bucket(Bucket=made)
                client("sns").create_topic(Name=made)
                continue
            with pytest.raises(ClientError, match="AccessDenied"):
                client("s3").create_bucket(Bucket=made)
            with pytest.raises(ClientError, match=r"AuthorizationError|AccessDenied"):
                client("sns").create_topic(Name=made)
        assert client("s3").get_object(Bucket=artifacts, Key="build.zip")["Body"].read() == b"build"
        if role == "ProdRole":
            continue  # the emulator leaves paths out of ARNs; tests/template/test_pipeline_template.py looks at them
        with pytest.raises(ClientError, match="AccessDenied"):
            client("iam").put_role_policy(RoleName=resources["ProdRole"], PolicyName="more", PolicyDocument=EVERYTHING)
