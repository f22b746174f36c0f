"""What is deployed on the emulator: physical ids, addresses and clients."""

import time
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from dev.emulator import ACCESS_KEY, REGION, SECRET_KEY

NAME = "image-thumbnails"  # of a stack, by default

Template = dict[str, Any]


class Deployed:
    """A stack on the emulator. outputs: of its template."""

    template: Template  # as deployed: translated by SAM

    def __init__(self, endpoint: str, name: str, parameters: dict[str, str]):
        """endpoint: the emulator's. parameters: of the template, instead of their defaults."""
        self.endpoint, self.name, self.parameters = endpoint, name, parameters
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """A boto3 client with the emulator's root key. Threads may share it."""
        if service not in self._clients:
            self._clients[service] = boto3.client(
                service,
                endpoint_url=self.endpoint,
                region_name=REGION,
                aws_access_key_id=ACCESS_KEY,
                aws_secret_access_key=SECRET_KEY,
                # On a busy machine a response may be slow, and a retried call would do its work twice.
                config=Config(read_timeout=600, signature_version="s3v4" if service == "s3" else None),
            )
        return self._clients[service]

    def make(self, **template: str) -> None:
        """Create the stack. template: where CloudFormation finds it. Raises RuntimeError with its reasons."""
        cloudformation = self.client("cloudformation")
        try:
            cloudformation.create_stack(
                StackName=self.name,
                Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in self.parameters.items()],
                Capabilities=["CAPABILITY_IAM"],
                **template,
            )
        except ClientError as error:
            raise RuntimeError(error.response["Error"]["Message"]) from error
        for _ in range(1800):  # three minutes
            stack = cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]
            if stack["StackStatus"] != "CREATE_IN_PROGRESS":
                break
            time.sleep(0.1)
        if stack["StackStatus"] != "CREATE_COMPLETE":
            events = cloudformation.describe_stack_events(StackName=self.name)["StackEvents"]
            reasons = "\n".join(
                f"  {event['LogicalResourceId']}: {event['ResourceStatusReason']}"
                for event in reversed(events)
                if event.get("ResourceStatusReason")
            )
            raise RuntimeError(f"{stack['StackStatus']}\n{reasons}")

    @cached_property
    def id(self) -> str:
        """The stack's ARN."""
        (stack,) = self.client("cloudformation").describe_stacks(StackName=self.name)["Stacks"]
        arn: str = stack["StackId"]
        return arn

    @cached_property
    def outputs(self) -> dict[str, str]:
        stack = self.client("cloudformation").describe_stacks(StackName=self.name)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    @cached_property
    def resources(self) -> dict[str, str]:
        """Physical ids by logical id."""
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=self.name)
        return {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for page in pages
            for resource in page["StackResourceSummaries"]
        }

    @property
    def functions(self) -> dict[str, str]:
        """Names of the functions that the stack has, by logical id."""
        return {
            logical: self.resources[logical]
            for logical, resource in self.template["Resources"].items()
            if resource["Type"] == "AWS::Lambda::Function" and logical in self.resources
        }

    @property
    def api_url(self) -> str:
        """The API's address on the emulator; on AWS it is the output ApiUrl."""
        return f"{self.endpoint}/restapis/{self.resources['Api']}/v1/_user_request_/"
