"""Each gap of the emulator in dev/gaps.py and dev/bridges.py still exists. If a test fails, delete its bridge.

test_gaps_without_a_stack.py has those that the emulator's own functions show.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from ministack.core import lambda_runtime

from dev import stack
from dev.emulator import Emulator
from dev.stack import Stack
from tests.actors.client import wait_for
from tests.material.template import PACKAGES
from tests.standins.ports import free_port


@pytest.fixture(scope="module")
def unbridged() -> Iterator[Stack]:
    with Emulator(free_port()) as emulator:
        deployed = Stack(
            emulator.url, {"ConvertConcurrency": "5", "PermissionsBoundary": "arn:aws:iam::aws:policy/PowerUserAccess"}
        )
        deployed.create()
        yield deployed


def outcome(unbridged: Stack, name: str, resource: dict[str, Any]) -> str:
    """How a deployment of this one resource ends."""
    cloudformation = unbridged.client("cloudformation")

    def ended() -> str | None:
        status: str = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
        return None if status.endswith("IN_PROGRESS") else status

    try:
        cloudformation.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": {"It": resource}}))
    except cloudformation.exceptions.ClientError as error:
        return str(error)
    return wait_for(ended, "end of the deployment")


def test_codedeploy_is_missing(unbridged: Stack) -> None:
    resource = {"Type": "AWS::CodeDeploy::Application", "Properties": {"ComputePlatform": "Lambda"}}

    assert outcome(unbridged, "codedeploy", resource) != "CREATE_COMPLETE"


def test_alarms_on_metric_math_are_refused(unbridged: Stack) -> None:
    alarm = stack.translate(stack.packaged(PACKAGES), {})["Resources"]["UnconvertedUploads"]
    metric = alarm["Properties"]["Metrics"][1]
    metric["MetricStat"]["Metric"] = {"Namespace": "N", "MetricName": "M"}
    alarm["Properties"]["Metrics"] = [{"Id": "ratio", "Expression": "seen * 2"}, metric]

    assert outcome(unbridged, "metric-math", alarm) != "CREATE_COMPLETE"


def test_a_bucket_that_holds_something_is_deleted_with_its_stack(unbridged: Stack) -> None:
    """AWS refuses, and the deletion fails, so UploadBucket may have the policy Delete."""
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "holds-something"}}
    assert outcome(unbridged, "bucket", bucket) == "CREATE_COMPLETE"
    unbridged.client("s3").put_object(Bucket="holds-something", Key="kept", Body=b"x")

    unbridged.client("cloudformation").delete_stack(StackName="bucket")

    s3 = unbridged.client("s3")
    wait_for(lambda: True if not _has(s3, "holds-something") else None, "end of the bucket")


def test_the_lifecycle_of_a_bucket_is_dropped(unbridged: Stack) -> None:
    with pytest.raises(ClientError, match="NoSuchLifecycleConfiguration"):
        unbridged.client("s3").get_bucket_lifecycle_configuration(Bucket=unbridged.resources["UploadBucket"])


def test_parameters_that_the_template_does_not_have_are_taken(unbridged: Stack) -> None:
    template = {"Resources": {"It": {"Type": "AWS::SNS::Topic"}}}

    unbridged.client("cloudformation").create_stack(
        StackName="unknown-parameter",
        TemplateBody=json.dumps(template),
        Parameters=[{"ParameterKey": "Misspelt", "ParameterValue": "x"}],
    )


def test_why_a_function_cannot_be_loaded_is_not_in_its_log(unbridged: Stack) -> None:
    """So watch.Failures reads it from the emulator's own."""
    name, log = unbridged.functions["GetUploadFunction"], unbridged.resources["GetUploadLogs"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("get_upload.py", "1 +")
    aws = unbridged.client("lambda")
    aws.update_function_code(FunctionName=name, ZipFile=code.getvalue())

    answer = aws.invoke(FunctionName=name)

    assert b"invalid syntax" in answer["Payload"].read()
    events = unbridged.client("logs").filter_log_events(logGroupName=log)["events"]
    assert not [event for event in events if "invalid syntax" in event["message"]]


def test_a_dead_letter_target_is_dropped(unbridged: Stack) -> None:
    convert = unbridged.functions["ConvertFunction"]

    assert "DeadLetterConfig" not in unbridged.client("lambda").get_function_configuration(FunctionName=convert)


def test_reserved_concurrency_is_dropped(unbridged: Stack) -> None:
    convert = unbridged.functions["ConvertFunction"]
    answer = unbridged.client("lambda").get_function_concurrency(FunctionName=convert)

    assert "ReservedConcurrentExecutions" not in answer


def test_a_function_gets_as_many_processes_as_it_has_events() -> None:
    """So dev/invocations.py limits them."""
    configuration = {"FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:any"}
    workers = [lambda_runtime.acquire_worker("any", configuration, b"")[0] for _ in range(50)]
    lambda_runtime.reset()

    assert len({id(worker) for worker in workers}) == 50


def test_an_event_that_is_throttled_counts_as_a_failed_attempt(unbridged: Stack) -> None:
    """Lambda keeps it for hours. So dev/invocations.py makes it wait, and no limit of the emulator is set."""
    aws, sqs = unbridged.client("lambda"), unbridged.client("sqs")
    queue = sqs.create_queue(QueueName="throttled")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    role = aws.get_function_configuration(FunctionName=unbridged.functions["ConvertFunction"])["Role"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("slow.py", "import time\ndef handler(event, context): time.sleep(600)")
    aws.create_function(
        FunctionName="slow",
        Runtime="python3.13",
        Role=role,
        Handler="slow.handler",
        Code={"ZipFile": code.getvalue()},
        Timeout=900,
        DeadLetterConfig={"TargetArn": arn},
    )
    aws.put_function_concurrency(FunctionName="slow", ReservedConcurrentExecutions=1)

    for _ in range(2):
        aws.invoke(FunctionName="slow", InvocationType="Event")

    (letter,) = wait_for(lambda: sqs.receive_message(QueueUrl=queue).get("Messages"), "dead letter")
    assert "Rate Exceeded" in json.dumps(letter)


def test_gateway_responses_are_not_imported(unbridged: Stack) -> None:
    answer = unbridged.client("apigateway").get_gateway_response(
        restApiId=unbridged.resources["Api"], responseType="THROTTLED"
    )

    assert answer["defaultResponse"] is True


def test_the_model_and_its_validator_are_not_imported(unbridged: Stack) -> None:
    gateway, api = unbridged.client("apigateway"), unbridged.resources["Api"]
    post = _post_uploads(gateway, api)

    assert not post.get("requestModels")
    assert not post.get("requestValidatorId")


def test_a_patch_does_not_reach_a_request_model(unbridged: Stack) -> None:
    """So the bridge puts the whole method again."""
    gateway, api = unbridged.client("apigateway"), unbridged.resources["Api"]
    (uploads,) = (each["id"] for each in gateway.get_resources(restApiId=api)["items"] if each["path"] == "/uploads")
    operation = {"op": "add", "path": "/requestModels/application~1json", "value": "Empty"}

    gateway.update_method(restApiId=api, resourceId=uploads, httpMethod="POST", patchOperations=[operation])

    assert _post_uploads(gateway, api)["requestModels"].get("application/json") is None


def test_cloudformation_gives_a_role_no_boundary(unbridged: Stack) -> None:
    role = unbridged.client("iam").get_role(RoleName=unbridged.resources["ConvertFunctionRole"])["Role"]

    assert "PermissionsBoundary" not in role


def _has(s3: Any, bucket: str) -> bool:
    return bucket in {found["Name"] for found in s3.list_buckets()["Buckets"]}


def _post_uploads(gateway: Any, api: str) -> dict[str, Any]:
    resources = gateway.get_resources(restApiId=api)["items"]
    (uploads,) = (each["id"] for each in resources if each["path"] == "/uploads")
    method: dict[str, Any] = gateway.get_method(restApiId=api, resourceId=uploads, httpMethod="POST")
    return method
