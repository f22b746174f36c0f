"""examples/terraform/dev, applied to the emulator: the stack works, a change reaches it, and nothing of it stays."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from dev import bridges
from dev.emulator import ACCESS_KEY, REGION, SECRET_KEY
from dev.stack import ARTIFACTS, Stack
from tests.actors.client import Service
from tests.actors.terraform import Terraform, example
from tests.material import pictures
from tests.material.bounds import SERVICE

NAME = "image-thumbnails-dev"
# What differs on the emulator: where the state is, the account, the address of the bucket, and what nobody needs twice.
OVERRIDE = f"""
terraform {{
  backend "local" {{}}
}}

provider "aws" {{
  region              = "{REGION}"
  allowed_account_ids = ["000000000000"]
  s3_use_path_style   = true
}}

module "thumbnails" {{
  artifacts_bucket    = "{ARTIFACTS}"
  api_gateway_account = "configured"
}}
"""


@pytest.fixture
def terraform(stack: Service, tmp_path: Path) -> Iterator[Terraform]:
    """In the folder of the example, with the template as SAM translated it, because the emulator does not."""
    folder = example("dev", tmp_path, OVERRIDE)
    (tmp_path / ".aws-sam" / "packaged.yaml").write_text(json.dumps(stack.deployed.template))
    terraform = Terraform(
        folder,
        AWS_ENDPOINT_URL=stack.deployed.endpoint,
        AWS_ACCESS_KEY_ID=ACCESS_KEY,
        AWS_SECRET_ACCESS_KEY=SECRET_KEY,
    )
    terraform.initialise()
    try:
        yield terraform
    finally:
        if terraform.obey("state", "list"):  # nothing, if the test has come to its end
            terraform.obey("destroy", "-auto-approve", "-no-color", "-input=false")


def test_the_example_is_planned_applied_used_changed_and_destroyed(stack: Service, terraform: Terraform) -> None:
    cloudformation = stack.deployed.client("cloudformation")
    plan = terraform.obey("plan", "-no-color", "-input=false", "-out=plan")
    assert "Plan: 2 to add, 0 to change, 0 to destroy." in plan

    terraform.obey("apply", "-no-color", "-input=false", "plan")

    deployed = Stack(stack.deployed.endpoint, {"ApiGatewayAccount": "configured", "LogLevel": "DEBUG"}, NAME)
    deployed.template = stack.deployed.template
    (described,) = cloudformation.describe_stacks(StackName=NAME)["Stacks"]
    parameters = {each["ParameterKey"]: each["ParameterValue"] for each in described["Parameters"]}
    defaults = {name: str(each["Default"]) for name, each in SERVICE.parameters.items()}
    assert parameters == defaults | deployed.parameters
    assert terraform.outputs() == {"api_url": deployed.outputs["ApiUrl"]}
    assert {each["Key"]: each["Value"] for each in described["Tags"]} == {"environment": "dev"}

    bridges.bridge(deployed)
    service = Service(deployed.api_url, deployed)
    result = service.result(service.upload(pictures.jpeg(800, 600)))
    assert result["status"] == "done"

    assert "No changes." in terraform.obey("plan", "-no-color", "-input=false")
    terraform.obey("destroy", "-auto-approve", "-no-color", "-input=false")
    with pytest.raises(ClientError, match="does not exist"):
        cloudformation.describe_stacks(StackName=NAME)
