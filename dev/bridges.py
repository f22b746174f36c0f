"""What the emulator's CloudFormation drops, set through the services' own APIs after the stack is created.

Everything here repeats what the template says; nothing is added to it. dev/gaps.py has what is changed before.
tests/service/test_gaps.py fails on the day that the emulator can do it.
"""

import json
from typing import Any

from dev.deployed import Deployed


def bridge(service: Deployed) -> None:
    """Everything below. After the stack is created."""
    failure_targets(service)
    concurrency(service)
    open_api(service)


def failure_targets(service: Deployed) -> None:
    """CloudFormation drops a function's DeadLetterConfig.

    A version keeps the configuration that it was published with, so it takes a new version behind the alias.
    """
    aws = service.client("lambda")
    for logical, function in service.functions.items():
        target = service.template["Resources"][logical]["Properties"].get("DeadLetterConfig")
        if target:
            arn = service.resources[target["TargetArn"]["Ref"]]
            aws.update_function_configuration(FunctionName=function, DeadLetterConfig={"TargetArn": arn})
            version = aws.publish_version(FunctionName=function)["Version"]
            aws.update_alias(FunctionName=function, Name="live", FunctionVersion=version)


def concurrency(service: Deployed) -> None:
    """CloudFormation drops a function's ReservedConcurrentExecutions."""
    reserved = int(service.parameters.get("ConvertConcurrency", "0"))
    if reserved:
        service.client("lambda").put_function_concurrency(
            FunctionName=service.functions["ConvertFunction"], ReservedConcurrentExecutions=reserved
        )


def open_api(service: Deployed) -> None:
    """Of the API's OpenAPI document, gateway responses, model and validator are not imported.

    A deployment keeps what it was made with, so it takes a new one.
    """
    gateway = service.client("apigateway")
    document = service.template["Resources"]["Api"]["Properties"]["Body"]
    api = service.resources["Api"]
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
        stageName=service.template["Resources"]["Apiv1Stage"]["Properties"]["StageName"],
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
