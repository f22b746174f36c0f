"""Two stacks in one account share nothing: no role of one may touch anything of the other, and no key opens both.

The second one's name begins with the first one's, because a grant by name must not stop short of its end.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import pytest
import requests

from tests.actors.client import PATIENCE, Service
from tests.material import pictures
from tests.standins import probe
from tests.standins.probe import DENIED, Asked, Probe

ACCOUNT = "000000000000"
JOB, OF_A_PROBE = "9" * 32, "0" * 32
# The content of the buckets, and how the functions of its own stack may reach some of it.
REACHED = {
    f"uploads/{JOB}": ("get_object", "put_object", "write_by_form", "list_objects_v2"),
    f"uploads/{OF_A_PROBE}": ("delete_object",),
    f"{JOB}/manifest.json": ("get_object", "read_by_link", "put_object"),
    f"{JOB}/binding.json": ("get_object", "put_object"),
    f"{JOB}/small.webp": ("get_object", "read_by_link", "put_object", "delete_object"),
    f"probes/{OF_A_PROBE}": ("get_object", "put_object", "delete_object"),
    f"{OF_A_PROBE}/manifest.json": ("get_object", "delete_object", "list_objects_v2"),
}


def of_bucket(name: str) -> Iterable[Asked]:
    for key, operations in REACHED.items():
        for operation in operations:
            place = {"Prefix": key} if operation == "list_objects_v2" else {"Key": key}
            condition = {"IfNoneMatch": "*"} if operation == "put_object" else {}
            yield "s3", operation, {"Bucket": name} | place | condition
    yield "s3", "list_objects_v2", {"Bucket": name}
    yield "s3", "delete_bucket_policy", {"Bucket": name}


def of_function(name: str) -> Iterable[Asked]:
    for called in (name, f"{name}:live"):
        yield "lambda", "invoke", {"FunctionName": called, "Payload": "{}"}
    yield "lambda", "get_function", {"FunctionName": name}


def of_log_group(name: str) -> Iterable[Asked]:
    event = {"timestamp": 0, "message": "m"}
    yield "logs", "put_log_events", {"logGroupName": name, "logStreamName": "s", "logEvents": [event]}
    yield "logs", "filter_log_events", {"logGroupName": name}


def of_queue(url: str) -> Iterable[Asked]:
    yield "sqs", "receive_message", {"QueueUrl": url}
    yield "sqs", "delete_message", {"QueueUrl": url, "ReceiptHandle": "h"}
    yield "sqs", "get_queue_attributes", {"QueueUrl": url, "AttributeNames": ["All"]}
    yield "sqs", "send_message", {"QueueUrl": url, "MessageBody": "m"}


def of_topic(arn: str) -> Iterable[Asked]:
    yield "sns", "publish", {"TopicArn": arn, "Message": "m"}


def of_role(name: str) -> Iterable[Asked]:
    yield "sts", "assume_role", {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/{name}", "RoleSessionName": "probe"}
    yield "iam", "put_role_policy", {"RoleName": name, "PolicyName": "p", "PolicyDocument": "{}"}


def of_layer(arn: str) -> Iterable[Asked]:
    yield "lambda", "get_layer_version_by_arn", {"Arn": arn}
    # `sam sync` stores its versions under the name (the emulator lets everybody delete one).
    yield "lambda", "publish_layer_version", {"LayerName": arn.split(":")[-2], "Content": {"ZipFile": "UEsF"}}


ASKED: dict[str, Callable[[str], Iterable[Asked]]] = {
    "AWS::S3::Bucket": of_bucket,
    "AWS::Lambda::Function": of_function,
    "AWS::Logs::LogGroup": of_log_group,
    "AWS::SQS::Queue": of_queue,
    "AWS::SNS::Topic": of_topic,
    "AWS::IAM::Role": of_role,
    "AWS::Lambda::LayerVersion": of_layer,
    "AWS::ApiGateway::RestApi": lambda name: [("apigateway", "get_rest_api", {"restApiId": name})],
    "AWS::ApiGateway::ApiKey": lambda name: [("apigateway", "get_api_key", {"apiKey": name, "includeValue": True})],
    "AWS::ApiGateway::UsagePlan": lambda name: [("apigateway", "get_usage_plan", {"usagePlanId": name})],
    "AWS::Events::Rule": lambda name: [("events", "disable_rule", {"Name": name})],
    "AWS::CloudWatch::Alarm": lambda name: [("cloudwatch", "delete_alarms", {"AlarmNames": [name]})],
    "AWS::CloudWatch::Dashboard": lambda name: [("cloudwatch", "get_dashboard", {"DashboardName": name})],
}
# Resources that belong to one of the above, and are accessed through it.
PARTS = {
    "AWS::ApiGateway::Account",  # one for the whole account
    "AWS::ApiGateway::Deployment",
    "AWS::ApiGateway::Stage",
    "AWS::ApiGateway::UsagePlanKey",
    "AWS::IAM::Policy",
    "AWS::Lambda::Alias",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Version",
    "AWS::Logs::MetricFilter",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
}


@dataclass(frozen=True)
class Side:
    """One of the two stacks, and the permissions of its functions."""

    service: Service
    probes: dict[str, Probe]

    def everything(self) -> list[Asked]:
        """Ways to read, use and change each resource of the stack. Raises KeyError for an unknown type."""
        types = {name: resource["Type"] for name, resource in self.service.deployed.template["Resources"].items()}
        own = {"StackName": self.service.deployed.id}
        named: Asked = ("cloudformation", "describe_stack_resource", own | {"LogicalResourceId": "Api"})
        return [named] + [
            asked
            for name, physical in self.service.deployed.resources.items()
            if types[name] not in PARTS
            for asked in ASKED[types[name]](physical)
        ]


@pytest.fixture(scope="module")
def sides(stack: Service, neighbour: Service) -> Iterator[dict[str, Side]]:
    with probe.probes(stack) as of_dev, probe.probes(neighbour) as of_prod:
        yield {"dev": Side(stack, of_dev), "prod": Side(neighbour, of_prod)}


@pytest.mark.parametrize(("one", "other"), [("dev", "prod"), ("prod", "dev")])
def test_every_role_of_one_is_denied_every_resource_of_the_other(sides: dict[str, Side], one: str, other: str) -> None:
    asked = sides[other].everything()

    for function, ask in sides[one].probes.items():
        answers = ask(*asked)
        met = [call for call, answer in zip(asked, answers, strict=True) if answer not in DENIED]
        assert met == [], function


def test_the_same_calls_reach_a_stack_s_own_resources(sides: dict[str, Side]) -> None:
    """Otherwise the test above would pass with names that do not exist."""
    for side in sides.values():
        bucket, group = side.service.uploads, side.service.deployed.resources["ConvertLogs"]
        found = [("s3", "list_objects_v2", {"Bucket": bucket})]
        assert found[0] in side.everything()
        assert side.probes["ConvertFunction"](*found) == ["allowed"]
        described = side.service.deployed.client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]
        assert group in [each["logGroupName"] for each in described]


def test_each_makes_thumbnails_in_its_own_buckets(stack: Service, neighbour: Service) -> None:
    jobs = {service: service.upload(pictures.jpeg()) for service in (stack, neighbour)}

    for service, signed in jobs.items():
        other = neighbour if service is stack else stack
        assert service.result(signed)["status"] == "done"
        assert service.keys(signed.job)
        assert not other.keys(signed.job)
        assert signed.post(pictures.jpeg(), key=f"uploads/{signed.job}x").status_code == 403


def test_a_key_opens_the_stack_that_it_was_made_for(neighbour: Service) -> None:
    answers = [
        requests.get(f"{neighbour.page_url}limits", headers=headers, timeout=PATIENCE).status_code
        for headers in ({}, {"x-api-key": "another"}, neighbour.key)
    ]

    assert answers == [403, 403, 200]
