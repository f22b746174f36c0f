"""A pipeline that releases, with the permissions in docs/pipeline-role.json and no others."""

import json
from pathlib import Path

from dev.emulator import REGION, ROOT
from dev.stack import Stack

ACCOUNT = "000000000000"
POLICY = ROOT / "docs" / "pipeline-role.json"


def session(endpoint: str, stack: str, policy: Path = POLICY) -> dict[str, str]:
    """A new session of the role, as a command's environment. stack: its name."""
    iam, name = Stack(endpoint).client("iam"), f"{stack}-release"
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}))
    allowed = policy.read_text().replace("STACK", stack).replace("ACCOUNT", ACCOUNT).replace("REGION", REGION)
    iam.put_role_policy(RoleName=name, PolicyName="release", PolicyDocument=allowed)
    answer = (
        Stack(endpoint)
        .client("sts")
        .assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{name}", RoleSessionName="release")
    )
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": answer["Credentials"]["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": answer["Credentials"]["SecretAccessKey"],
        "AWS_SESSION_TOKEN": answer["Credentials"]["SessionToken"],
        "AWS_DEFAULT_REGION": REGION,
    }
