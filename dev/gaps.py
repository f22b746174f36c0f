"""What the emulator cannot do yet, and how each gap is bridged. tests/service/test_gaps.py fails on the day it can.

Not bridged: a bucket that holds something is deleted with its stack, which AWS would refuse (a test of deleting does
bridge it: tests/standins/full_buckets.py), and the lifecycle of a bucket is dropped, so that originals stay.

Everything else here says again, through the service's API, what the template says already; nothing is added to it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dev.stack import Stack

# There is no CodeDeploy: new versions get their traffic at once.
PARAMETERS = {"GradualDeployments": "false"}


def without_unsupported(template: dict[str, Any]) -> dict[str, Any]:
    """The translated template without what the emulator refuses to create: alarms on metric math."""
    resources = {
        name: resource
        for name, resource in template["Resources"].items()
        if not (resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in resource["Properties"])
    }
    return template | {"Resources": resources}


def refuse_unknown(template: dict[str, Any], parameters: dict[str, str]) -> None:
    """The emulator takes parameters that the template does not have, so that a misspelt one would do nothing.

    Raises RuntimeError.
    """
    if unknown := sorted(parameters.keys() - template.get("Parameters", {})):
        raise RuntimeError(f"it has no parameter {', '.join(unknown)}; docs/settings.md lists its parameters")


def bridge(stack: Stack) -> None:
    """After the stack is created."""
    failure_targets(stack)
    concurrency(stack)
    open_api(stack)


def failure_targets(stack: Stack) -> None:
    """CloudFormation drops a function's DeadLetterConfig.

    A version keeps the configuration that it was published with, so it takes a new version behind the alias.
    """
    aws = stack.client("lambda")
    for logical, function in stack.functions.items():
        target = stack.template["Resources"][logical]["Properties"].get("DeadLetterConfig")
        if target:
            arn = stack.resources[target["TargetArn"]["Ref"]]
            aws.update_function_configuration(FunctionName=function, DeadLetterConfig={"TargetArn": arn})
            version = aws.publish_version(FunctionName=function)["Version"]
            aws.update_alias(FunctionName=function, Name="live", FunctionVersion=version)


def concurrency(stack: Stack) -> None:
    """CloudFormation drops a function's ReservedConcurrentExecutions."""
    reserved = int(stack.parameters.get("ConvertConcurrency", "0"))
    if reserved:
        stack.client("lambda").put_function_concurrency(
            FunctionName=stack.functions["ConvertFunction"], ReservedConcurrentExecutions=reserved
        )


def open_api(stack: Stack) -> None:
    """Of the API's OpenAPI document, gateway responses, model and validator are not imported.

    A deployment keeps what it was made with, so it takes a new one.
    """
    gateway = stack.client("apigateway")
    document = stack.template["Resources"]["Api"]["Properties"]["Body"]
    api = stack.resources["Api"]
    for kind, response in document["x-amazon-apigateway-gateway-responses"].items():
        gateway.put_gateway_response(
            restApiId=api,
            responseType=kind,
            responseParameters=response["responseParameters"],
            responseTemplates=response["responseTemplates"],
            **({"statusCode": str(response["statusCode"])} if "statusCode" in response else {}),
        )
    for name, schema in document["components"]["schemas"].items():
        gateway.create_model(restApiId=api, name=name, contentType="application/json", schema=json.dumps(schema))
    validator = gateway.create_request_validator(restApiId=api, name="body", validateRequestBody=True)["id"]
    paths = {resource["path"]: resource["id"] for resource in gateway.get_resources(restApiId=api)["items"]}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if model := _model(operation):
                _validate(gateway, api, paths[path], method.upper(), model, validator)
    deployment = gateway.create_deployment(restApiId=api)["id"]
    gateway.update_stage(
        restApiId=api,
        stageName=stack.template["Resources"]["Apiv1Stage"]["Properties"]["StageName"],
        patchOperations=[{"op": "replace", "path": "/deploymentId", "value": deployment}],
    )


def _model(operation: dict[str, Any]) -> str | None:
    content = operation.get("requestBody", {}).get("content", {})
    reference = content.get("application/json", {}).get("schema", {}).get("$ref", "")
    return reference.rsplit("/", 1)[-1] or None


def _validate(gateway: Any, api: str, resource: str, method: str, model: str, validator: str) -> None:
    """Put the method again with its model: a patch of requestModels does not reach it. That drops its integration."""
    place = {"restApiId": api, "resourceId": resource, "httpMethod": method}
    integration = gateway.get_integration(**place)
    gateway.put_method(
        **place,
        authorizationType="NONE",
        apiKeyRequired=gateway.get_method(**place)["apiKeyRequired"],
        requestModels={"application/json": model},
        requestValidatorId=validator,
    )
    gateway.put_integration(
        **place, type=integration["type"], integrationHttpMethod=integration["httpMethod"], uri=integration["uri"]
    )
