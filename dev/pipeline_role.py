"""The permissions that a pipeline's role needs to deploy a stack and test it: docs/pipeline-role.json (`make docs`).

CloudFormation works with the permissions of the deploying role. The schema of each resource type lists what it needs,
handler by handler; cfn-lint contains the schemas. The calls of SAM's command line and of our own commands are listed
here, and tests run them under this role.
"""

import json
from collections.abc import Iterator
from typing import Any

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

from dev.emulator import REGION, ROOT
from dev.stack import Template, packaged, translate
from operate import door

DOCUMENT = ROOT / "docs" / "pipeline-role.json"
PIPELINE = ROOT / "stacks" / "pipeline.yaml"
ENVIRONMENTS = ("dev", "prod")  # of samconfig.toml

# Permissions that schemas list for properties that no resource of the template has: prefixes of actions, and reasons.
NOT_NEEDED = {
    "codedeploy:RegisterOnPremisesInstance": "nothing is deployed to machines",
    "ec2:": "no function is in a network of its own, by default (docs/organisation.md)",
    "elasticfilesystem:": "no function has a file system",
    "firehose:": "no log goes to a stream",
    "iam:DeleteGroup": "no group has a policy",
    "iam:DeleteRolePermissionsBoundary": "only the owner of this role's boundary may set boundaries",
    "iam:DeleteUser": "no user has a policy",
    "iam:GetGroup": "no group has a policy",
    "iam:GetUser": "no user has a policy",
    "iam:PutGroup": "no group has a policy",
    "iam:PutRolePermissionsBoundary": "only the owner of this role's boundary may set boundaries",
    "iam:PutUser": "no user has a policy",
    "kms:": "there is no key of our own, by default (docs/organisation.md)",
    "logs:DeleteIndexPolicy": "no log has an index",
    "logs:PutIndexPolicy": "no log has an index",
    "s3:CreateBucketMetadata": "no bucket has a table",
    "s3:DeleteBucketMetadata": "no bucket has a table",
    "s3:PutObjectAcl": "no object has an ACL",
    "s3:REST.": "it is no action of IAM",
    "s3:UpdateBucketMetadata": "no bucket has a table",
    "s3files:": "no function has a file system",
    "s3tables:": "no bucket has a table",
}
# Actions that AWS authorizes only for all resources, or only for its own (Service Authorization Reference).
_FOR_ALL = {
    "cloudwatch:DescribeAlarms",
    "codedeploy:GetDeploymentConfig",
    "codedeploy:StopDeployment",
    "logs:CreateLogDelivery",
    "logs:DeleteResourcePolicy",
    "logs:DescribeIndexPolicies",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:PutResourcePolicy",
    "sns:GetSubscriptionAttributes",
    "sns:SetSubscriptionAttributes",
    "sns:Unsubscribe",
}
_ARTIFACTS = {"s3:GetObject", "s3:GetObjectVersion"}  # the code of functions and layers, in SAM's bucket
_NAMED = "REGION:ACCOUNT"
_WHERE = {
    "apigateway": ["arn:aws:apigateway:REGION::/*"],  # an API's id does not identify its stack
    "cloudwatch": [f"arn:aws:cloudwatch:{_NAMED}:alarm:STACK-*", "arn:aws:cloudwatch::ACCOUNT:dashboard/STACK-REGION"],
    "codedeploy": [f"arn:aws:codedeploy:{_NAMED}:{kind}:STACK-*" for kind in ("application", "deploymentgroup")],
    "events": [f"arn:aws:events:{_NAMED}:rule/STACK-*"],
    "iam": ["arn:aws:iam::ACCOUNT:role/STACK-*"],
    "lambda": [
        f"arn:aws:lambda:{_NAMED}:{name}"
        for name in (
            "function:STACK-*",
            "function:CodeDeployHook_*",
            "function:image-thumbnails-erase_*",
            "layer:STACK-*",
        )
    ],
    "logs": [
        f"arn:aws:logs:{_NAMED}:log-group:/aws/{name}"
        for name in ("apigateway/STACK", "apigateway/STACK:*", "lambda/STACK-*")
    ],
    "s3": ["arn:aws:s3:::STACK-*"],
    "sns": [f"arn:aws:sns:{_NAMED}:STACK-*"],
    "sqs": [f"arn:aws:sqs:{_NAMED}:STACK-*"],
}
_SAM = "aws-sam-cli-managed-default"  # the stack with SAM's deployment bucket
# The calls of SAM's command line, and of `make release-to` before and after it.
_CALLED = {
    ("cloudformation:DescribeStacks",): [
        f"arn:aws:cloudformation:{_NAMED}:stack/{name}/*"
        for name in (_SAM, "STACK-*-CompanionStack")  # SAM keeps images in the latter, and --guided looks for it
    ],
    (
        "cloudformation:CreateChangeSet",
        "cloudformation:DescribeChangeSet",
        "cloudformation:DescribeStackEvents",
        "cloudformation:DescribeStacks",
        "cloudformation:ExecuteChangeSet",
        "cloudformation:GetTemplateSummary",
        "cloudformation:ListStackResources",
    ): [f"arn:aws:cloudformation:{_NAMED}:stack/STACK/*"],
    ("cloudformation:CreateChangeSet",): ["arn:aws:cloudformation:REGION:aws:transform/Serverless-2016-10-31"],
    (*sorted(_ARTIFACTS), "s3:ListBucket", "s3:PutObject"): [f"arn:aws:s3:::{_SAM}-*"],
    # What the tests upload is erased.
    ("lambda:InvokeFunction",): [f"arn:aws:lambda:{_NAMED}:function:image-thumbnails-erase_*:live"],
    # CloudFormation resolves {{resolve:ssm:…}} with the permissions of the deploying role.
    ("ssm:GetParameters",): [f"arn:aws:ssm:{_NAMED}:parameter{door.parameter('STACK')}"],
    ("logs:FilterLogEvents",): [
        f"arn:aws:logs:{_NAMED}:log-group:/aws/lambda/STACK-convert{end}" for end in ("", ":*")
    ],
}


def written() -> str:
    """The policy, as in docs/pipeline-role.json."""
    return json.dumps(policy(_template()), indent=1) + "\n"


def stack() -> str:
    """stacks/pipeline.yaml with the same statements for the stack of each environment."""
    text, statements = PIPELINE.read_text(), policy(_template())["Statement"]
    for environment in ENVIRONMENTS:
        begin, end = (f"          # <{mark}{environment}>\n" for mark in ("", "/"))
        head, rest = text.split(begin)
        text = head + begin + "".join(_lines(statements, f"image-thumbnails-{environment}")) + end + rest.split(end)[1]
    return text


def _lines(statements: list[dict[str, Any]], stack: str) -> Iterator[str]:
    for statement in statements:
        for number, (name, value) in enumerate(statement.items()):
            yield f"          {' ' if number else '-'} {name}: {_yaml(value, stack)}\n"


_REPLACED = {
    "arn:aws:": "arn:${AWS::Partition}:",
    "ACCOUNT:role/": "ACCOUNT:role${RolePath}",
    "ACCOUNT": "${AWS::AccountId}",
    "REGION": "${AWS::Region}",
}


def _yaml(value: Any, stack: str) -> str:
    """A part of a statement on one line, with the placeholders replaced."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_yaml(each, stack)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(_yaml(each, stack) for each in value)}]"
    plain = str(value).replace("STACK", stack)
    text = plain
    for placeholder, replacement in _REPLACED.items():
        text = text.replace(placeholder, replacement)
    quoted = json.dumps(text)
    return f"!Sub {quoted}" if text != plain else quoted if "*" in text else text


def policy(template: Template) -> dict[str, Any]:
    """template: translated, with all resources that settings may add."""
    statements = [{"Effect": "Allow", "Action": [*actions], "Resource": where} for actions, where in _CALLED.items()]
    return {"Version": "2012-10-17", "Statement": [*statements, *_provisioning(template)]}


def _provisioning(template: Template) -> Iterator[dict[str, Any]]:
    actions = {action for kind in _types(template) for action in of_type(kind)}
    yield {"Effect": "Allow", "Action": sorted(actions & _FOR_ALL), "Resource": "*"}
    actions -= _FOR_ALL
    yield {
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": _WHERE["iam"],
        "Condition": {"StringEquals": {"iam:PassedToService": [f"{name}.amazonaws.com" for name in _PASSED]}},
    }
    attaching = {"iam:AttachRolePolicy", "iam:DetachRolePolicy"}
    yield {
        "Effect": "Allow",
        "Action": sorted(attaching),
        "Resource": _WHERE["iam"],
        "Condition": {"ArnEquals": {"iam:PolicyARN": _managed(template)}},
    }
    actions -= {"iam:PassRole", *attaching, *_ARTIFACTS}
    for service, where in _WHERE.items():
        yield {
            "Effect": "Allow",
            "Action": sorted(action for action in actions if action.startswith(f"{service}:")),
            "Resource": where,
        }


_PASSED = ("apigateway", "codedeploy", "lambda")


def of_type(kind: str) -> set[str]:
    """The actions that CloudFormation needs for a type of resource, without NOT_NEEDED. kind: such as
    AWS::S3::Bucket."""
    handlers = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, kind).schema["handlers"]
    named = {action for name in ("create", "read", "update", "delete") for action in _permissions(handlers, name)}
    return {action for action in named if not action.startswith(tuple(NOT_NEEDED))}


def _permissions(handlers: dict[str, Any], name: str) -> list[str]:
    found: list[str] = handlers.get(name, {}).get("permissions", [])
    return found


def _types(template: Template) -> set[str]:
    return {resource["Type"] for resource in template["Resources"].values()}


def _managed(template: Template) -> list[str]:
    """The managed policies of the template's roles."""
    roles = (each["Properties"] for each in template["Resources"].values() if each["Type"] == "AWS::IAM::Role")
    found = [arn for role in roles for arn in role.get("ManagedPolicyArns", ())]
    arns = (arn["Fn::Sub"] if isinstance(arn, dict) else arn for arn in found)
    return sorted({arn.replace("${AWS::Partition}", "aws") for arn in arns})


def _template() -> Template:
    """With CodeDeploy's resources. Those that depend on another setting are included, with their conditions."""
    packages = dict.fromkeys(("functions", "imaging", "powertools"), "package.zip")
    return translate(packaged(packages), {"GradualDeployments": "true"})
