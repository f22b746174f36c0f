"""A stack under all rules of an organisation (docs/organisation.md), as CloudFormation makes it."""

from collections.abc import Iterator

from dev import stack
from dev.emulator import REGION
from tests.material.conditions import decided
from tests.material.template import PACKAGES, Template, of_type

BOUNDARY = "arn:aws:iam::123456789012:policy/Boundary"
KEY = f"arn:aws:kms:{REGION}:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
LAYER = f"arn:aws:lambda:{REGION}:123456789012:layer:opentelemetry-python:7"
IN_VPC = {"SubnetIds": "subnet-0123456789abcdef0,subnet-0123456789abcdef1", "SecurityGroupIds": "sg-0123456789abcdef0"}
ENDPOINTS = "vpce-0123456789abcdef0,vpce-0123456789abcdef1"
ALL = {
    "PermissionsBoundary": BOUNDARY,
    "RolePath": "/teams/pictures/",
    "KmsKeyArn": KEY,
    "EndpointType": "PRIVATE",
    "VpcEndpointIds": ENDPOINTS,
    "AccessLogs": "logs-of-the-organisation",
    "TelemetryLayer": LAYER,
    **IN_VPC,
}
# What adds functions, roles or permissions to a stack.
OPTIONAL = {
    "Upkeep": "Enabled",
    "UnclaimedDays": "3",
    "Authorizer": "iam",
    "DeliveryDistribution": "E1ABCDEFGHIJKL",
}
CALLED_BY_USERS = {"SignUploadFunction", "GetUploadFunction", "ClaimFunction", "ConvertFunction"}


def made(**parameters: str) -> Template:
    """The resources of a stack with these parameters, as SAM and CloudFormation make them."""
    return decided(stack.translate(stack.packaged(PACKAGES), parameters), **parameters)


def all_of_it() -> Template:
    """The resources of a stack with everything that is optional, under all rules."""
    return made(**ALL, **OPTIONAL)


def statements(resources: Template, role: str) -> Iterator[Template]:
    """All statements of the role itself, and of the policies that are attached to it."""
    for policy in resources[role]["Properties"].get("Policies", []):
        yield from policy["PolicyDocument"]["Statement"]
    for policy in of_type(resources, "AWS::IAM::Policy").values():
        if {"Ref": role} in policy["Properties"]["Roles"]:
            yield from policy["Properties"]["PolicyDocument"]["Statement"]


def actions(statement: Template) -> list[str]:
    return [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
