"""Sets what the emulator's CloudFormation ignores, through the services' own APIs, after the stack is created.

Everything here repeats the template and adds nothing to it. dev/gaps.py contains the changes before the deployment.
tests/service/test_gaps.py fails as soon as the emulator supports one of these.
"""

import json
from typing import Any

from dev import conditions
from dev.deployed import Deployed

_NOTHING = {"Ref": "AWS::NoValue"}


def bridge(service: Deployed) -> None:
    """Applies everything below, after the stack is created."""
    boundaries(service)
    failure_targets(service)
    concurrency(service)
    open_api(service)


def boundaries(service: Deployed) -> None:
    """CloudFormation ignores a role's PermissionsBoundary. IAM enforces it."""
    boundary = service.parameters.get("PermissionsBoundary")
    if boundary:
        for logical, resource in service.template["Resources"].items():
            if resource["Type"] == "AWS::IAM::Role" and logical in service.resources:
                service.client("iam").put_role_permissions_boundary(
                    RoleName=service.resources[logical], PermissionsBoundary=boundary
                )


def _arn(service: Deployed, value: dict[str, Any]) -> str:
    """The ARN of a topic or a queue, from the template's reference to it."""
    match value:
        case {"Ref": name}:
            return service.resources[name]
        case {"Fn::GetAtt": [name, "Arn"]}:
            queue = {"QueueUrl": service.resources[name], "AttributeNames": ["QueueArn"]}
            return str(service.client("sqs").get_queue_attributes(**queue)["Attributes"]["QueueArn"])
    raise ValueError(f"not a reference: {value}")


def failure_targets(service: Deployed) -> None:
    """CloudFormation ignores a function's DeadLetterConfig.

    A version keeps the configuration with which it was published, so the alias needs a new version.
    """
    aws = service.client("lambda")
    for logical, function in service.functions.items():
        target = service.template["Resources"][logical]["Properties"].get("DeadLetterConfig")
        if target:
            arn = _arn(service, target["TargetArn"])
            aws.update_function_configuration(FunctionName=function, DeadLetterConfig={"TargetArn": arn})
            version = aws.publish_version(FunctionName=function)["Version"]
            aws.update_alias(FunctionName=function, Name="live", FunctionVersion=version)


def concurrency(service: Deployed) -> None:
    """CloudFormation ignores a function's ReservedConcurrentExecutions."""
    reserved = int(service.parameters.get("ConvertConcurrency", "0"))
    if reserved:
        service.client("lambda").put_function_concurrency(
            FunctionName=service.functions["ConvertFunction"], ReservedConcurrentExecutions=reserved
        )


def open_api(service: Deployed) -> None:
    """Gateway responses, model and validator of the API's OpenAPI document are not imported.

    A deployment keeps the state in which it was made, so a new one is needed.
    """
    gateway = service.client("apigateway")
    document = _chosen(service.template["Resources"]["Api"]["Properties"]["Body"], _conditions(service))
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


def _conditions(service: Deployed) -> dict[str, bool]:
    """The template's conditions, with the stack's parameters."""
    from ministack.services.cloudformation import engine

    given = [{"Key": name, "Value": value} for name, value in service.parameters.items()]
    values = engine._resolve_parameters(service.template, given)
    texts = {name: str(parameter["Value"]) for name, parameter in values.items()}
    known = service.template | {"Conditions": conditions.resolved(service.template["Conditions"], texts)}
    found: dict[str, bool] = engine._evaluate_conditions(known, values)
    return found


def _chosen(value: Any, holds: dict[str, bool]) -> Any:
    """A part of the template in which each Fn::If is replaced by its choice. holds: the conditions."""
    match value:
        case {"Fn::If": [condition, yes, no]}:
            return _chosen(yes if holds[condition] else no, holds)
        case dict():
            chosen = {name: _chosen(each, holds) for name, each in value.items()}
            return {name: each for name, each in chosen.items() if each != _NOTHING}
        case list():
            return [each for each in (_chosen(each, holds) for each in value) if each != _NOTHING]
    return value


def _model(operation: dict[str, Any]) -> str | None:
    content = operation.get("requestBody", {}).get("content", {})
    reference = content.get("application/json", {}).get("schema", {}).get("$ref", "")
    return reference.rsplit("/", 1)[-1] or None


def _validate(gateway: Any, api: str, resource: str, method: str, model: str, validator: str) -> None:
    """Put the method again with its model, because patching requestModels has no effect. Drops its integration."""
    place = {"restApiId": api, "resourceId": resource, "httpMethod": method}
    integration, known = gateway.get_integration(**place), gateway.get_method(**place)
    gateway.put_method(
        **place,
        authorizationType=known["authorizationType"],
        **({"authorizerId": known["authorizerId"]} if known.get("authorizerId") else {}),
        apiKeyRequired=known["apiKeyRequired"],
        requestModels={"application/json": model},
        requestValidatorId=validator,
    )
    gateway.put_integration(
        **place, type=integration["type"], integrationHttpMethod=integration["httpMethod"], uri=integration["uri"]
    )
