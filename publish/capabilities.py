"""The capabilities that an installer has to acknowledge, and the resources that require them.

Which one needs which: "Application Capabilities: IAM Roles, Resource Policies, and Nested Applications" in the
developer guide of the AWS Serverless Application Repository.
"""

import re
from typing import Any

from publish.application import Application

IAM, NAMED_IAM = "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"
RESOURCE_POLICY, AUTO_EXPAND = "CAPABILITY_RESOURCE_POLICY", "CAPABILITY_AUTO_EXPAND"

REASONS = {
    IAM: "Each function has its own role, with the permissions that it needs and no others.",
    NAMED_IAM: "Roles have fixed names, which could collide with existing roles.",
    RESOURCE_POLICY: "Buckets, queues and topics have policies that say who may use them, and what is refused.",
    AUTO_EXPAND: "The template contains other applications.",
}

ROLES = {  # the type, and the property that gives it a fixed name
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",  # the guide does not name it, but CloudFormation requires it
    "AWS::IAM::Policy": None,  # its name is only valid within the role
    "AWS::IAM::Role": "RoleName",
}
RESOURCE_POLICIES = {
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::Events::EventBusPolicy",
    "AWS::IAM::Policy",
    "AWS::Lambda::LayerVersionPermission",
    "AWS::Lambda::Permission",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
}


def needed(application: Application) -> dict[str, list[str]]:
    """The capabilities that the repository requires, each with the logical ids of the resources that need it."""
    found: dict[str, list[str]] = {capability: [] for capability in REASONS}
    for name, resource in application.resources.items():
        kind, properties = resource.get("Type"), resource.get("Properties", {})
        if kind in ROLES:
            found[NAMED_IAM if ROLES[kind] in properties else IAM].append(name)
        if kind in RESOURCE_POLICIES:
            found[RESOURCE_POLICY].append(name)
        if kind == "AWS::Serverless::Application":
            found[AUTO_EXPAND].append(name)
        if kind == "AWS::Serverless::Function" and not all(_is_policy_template(each) for each in _policies(properties)):
            found[IAM].append(name)
    return {capability: names for capability, names in found.items() if names}


def table(application: Application) -> str:
    """The capabilities for the README."""
    lines = ["| Capability | Why | Required by |", "|---|---|---|"]
    for capability, names in needed(application).items():
        asked = ", ".join(f"`{name}`" for name in names)
        lines.append(f"| `{capability}` | {REASONS[capability]} | {asked} |")
    return "\n".join(lines) + "\n"


def explained(readme: str) -> dict[str, set[str]] | None:
    """The capabilities in the README's table, with the resources that it names. None if there is no such table."""
    part = re.search(r"<!-- capabilities -->\n(.*?)<!-- end of capabilities -->", readme, re.DOTALL)
    if not part:
        return None
    rows = [re.findall(r"`(\w+)`", line) for line in part[1].splitlines() if "CAPABILITY_" in line]
    return {row[0]: set(row[1:]) for row in rows}


def _policies(properties: dict[str, Any]) -> list[Any]:
    policies = properties.get("Policies", [])
    return policies if isinstance(policies, list) else [policies]


def _is_policy_template(policy: Any) -> bool:
    """One of SAM's policy templates, such as {SQSPollerPolicy: {QueueName: …}}, which the repository trusts."""
    return isinstance(policy, dict) and len(policy) == 1 and next(iter(policy)).endswith("Policy")
