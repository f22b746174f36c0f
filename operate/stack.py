"""A CloudFormation stack: its content, how it is brought to its template, and how it is deleted."""

import time
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError
from samtranslator.yaml_helper import yaml_parse

from operate import buckets
from operate.terminal import progress, say

Client = Callable[[str], Any]

_PATIENCE = 4 * 3600  # seconds; a certificate waits for its DNS, the slowest DeploymentPreference for over three hours
_UNBORN = ("REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE")  # a draft, and a failed first deployment: neither has resources
_REMOVE = "Remove it, then deploy it again: delete-stack for the service, stack NAME remove for an optional stack."
# Statuses that CloudFormation does not leave by an update, and what to do.
_STUCK = {
    "CREATE_FAILED": _REMOVE,
    "ROLLBACK_COMPLETE": _REMOVE,
    "ROLLBACK_FAILED": _REMOVE,
    "DELETE_FAILED": _REMOVE,
    "UPDATE_ROLLBACK_FAILED": 'See "The rollback itself failed" in docs/runbook.md.',
}
_TRIES = 3  # objects may arrive between emptying a bucket and deleting it
_KEPT = ("Retain", "RetainExceptOnCreate", "Snapshot")  # CloudFormation user guide, "DeletionPolicy attribute"


class StackFailed(Exception):
    """CloudFormation did not do what was requested. The message contains its reasons."""


class Stack:
    """One stack. client: returns a boto3 client for a service, in the stack's region.

    say: called with each line of news. pause: seconds between two polls of CloudFormation.
    """

    def __init__(self, client: Client, name: str, say: Callable[[str], None] = say, pause: float = 5):
        self.client, self.name, self.say, self._pause = client, name, say, pause
        self.cloudformation = client("cloudformation")

    def found(self, arn: str | None = None) -> dict[str, Any] | None:
        """As in describe_stacks, whatever its status, or None. arn: finds a deleted stack too, for a while."""
        try:
            stack: dict[str, Any] = self.cloudformation.describe_stacks(StackName=arn or self.name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return stack

    def deployed(self) -> dict[str, Any] | None:
        """The same, but None for a draft and for a failed first deployment."""
        stack = self.found()
        return None if stack is None or stack.get("StackStatus") in _UNBORN else stack

    def status(self) -> str | None:
        """CloudFormation's status, such as UPDATE_COMPLETE, or None."""
        return (self.found() or {}).get("StackStatus")

    @property
    def id(self) -> str:
        """The UUID at the end of the stack's ARN. Raises StackFailed if there is no stack."""
        stack = self.deployed()
        if stack is None:
            raise StackFailed(f"There is no stack {self.name}.")
        return str(stack["StackId"]).rsplit("/", 1)[-1]

    def outputs(self) -> dict[str, str]:
        """Values by name. Empty if there is no stack."""
        return {each["OutputKey"]: each["OutputValue"] for each in (self.deployed() or {}).get("Outputs", ())}

    def parameters(self) -> dict[str, str]:
        """Values by name. Empty if there is no stack."""
        return {each["ParameterKey"]: each["ParameterValue"] for each in (self.deployed() or {}).get("Parameters", ())}

    def tags(self) -> dict[str, str]:
        """Values by key. Empty if there is no stack."""
        return {each["Key"]: each["Value"] for each in (self.deployed() or {}).get("Tags", ())}

    def resources(self) -> dict[str, str]:
        """Physical ids of existing resources, by logical id."""
        pages = self.cloudformation.get_paginator("list_stack_resources").paginate(StackName=self.name)
        return {
            each["LogicalResourceId"]: each["PhysicalResourceId"]
            for page in pages
            for each in page["StackResourceSummaries"]
            if each["ResourceStatus"] != "DELETE_COMPLETE" and each.get("PhysicalResourceId")
        }

    def declared(self) -> dict[str, Any]:
        """The resources of the stack's template, by logical id. Empty for a draft, which has no template."""
        if self.status() == "REVIEW_IN_PROGRESS":
            return {}
        template = self.cloudformation.get_template(StackName=self.name)["TemplateBody"]
        resources: dict[str, Any] = (yaml_parse(template) if isinstance(template, str) else template)["Resources"]
        return resources

    def doomed_buckets(self) -> list[str]:
        """The buckets that CloudFormation deletes with the stack, and which must be empty for that."""
        declared = self.declared()
        return [
            physical
            for logical, physical in self.resources().items()
            if declared.get(logical, {}).get("Type") == "AWS::S3::Bucket"
            and declared[logical].get("DeletionPolicy") not in _KEPT
        ]

    def removal(self) -> Iterator[str]:
        """What remove() would do, in sentences."""
        yield f"The stack {self.name} would be deleted."
        for bucket in self.doomed_buckets():
            yield f"The bucket {bucket} would be emptied of {buckets.count(self.client('s3'), bucket)} objects."

    def remove(self) -> None:
        """Empty the buckets that are deleted with the stack, then delete it. Raises StackFailed.

        Each step determines what is left to do, so a removal that was stopped is simply repeated.
        """
        if self.status() != "CREATE_IN_PROGRESS":  # which CloudFormation interrupts
            self.rest()
        for _ in range(_TRIES):
            stack = self.found()
            if stack is None:
                return
            for bucket in self.doomed_buckets():
                buckets.empty(self.client("s3"), bucket)
            resources, seen = len(self.resources()), self.seen()
            self.cloudformation.delete_stack(StackName=self.name)
            failure = self.follow(stack["StackId"], "DELETE_COMPLETE", seen, resources)
            if failure is None:
                return
        raise StackFailed(f"{self.name} cannot be deleted.\n{failure}")

    def rest(self) -> None:
        """Wait until CloudFormation has finished what an earlier command began. Raises StackFailed."""
        said = None
        for _ in self.looks():
            status = self.status() or ""
            if status in _UNBORN or not status.endswith("IN_PROGRESS"):
                return
            if status != said:
                self.say(f"waiting for {self.name}, which is {status}")
                said = status

    def ready(self) -> None:
        """Wait as rest() does. Raises StackFailed if CloudFormation would refuse an update."""
        self.rest()
        status = self.status()
        if status in _STUCK:
            raise StackFailed(f"{self.name} is {status}, so CloudFormation cannot update it. {_STUCK[status]}")

    def seen(self) -> set[str]:
        """The ids of the events so far, for follow()."""
        return {event["EventId"] for event in self._events(self.name)}

    def follow(self, stack: str, wanted: str, seen: set[str], resources: int) -> str | None:
        """Report events until the stack is stable: None if its status is the wanted one, otherwise the reasons.

        stack: the ARN, because a deleted stack is not found by its name. seen: old events. resources: expected changes.
        """
        failures, ended = [], set()
        with progress(resources, "resources", self.name) as bar:
            for _ in self.looks():
                found = self.found(stack) or {"StackStatus": "DELETE_COMPLETE"}
                for event in reversed(self._events(stack)):
                    if event["EventId"] in seen:
                        continue
                    seen.add(event["EventId"])
                    logical, status = event["LogicalResourceId"], event["ResourceStatus"]
                    reason = event.get("ResourceStatusReason", "")
                    if status.endswith("_FAILED"):
                        failures.append(f"  {logical}: {reason}")
                    if status.endswith("IN_PROGRESS"):
                        continue
                    self.say(f"{logical}: {status.lower().replace('_', ' ')} {reason}".rstrip())
                    if logical not in ended and event.get("PhysicalResourceId") != event.get("StackId"):
                        ended.add(logical)
                        bar.update()
                bar.update(0)
                if not found["StackStatus"].endswith("IN_PROGRESS"):
                    break
        if found["StackStatus"] == wanted:
            return None
        if not failures and "StackStatusReason" in found:
            failures.append(f"  {found['StackStatusReason']}")
        return "\n".join([f"{self.name} is {found['StackStatus']}", *failures])

    def looks(self) -> Iterator[None]:
        """Pauses before each turn except the first. Raises StackFailed when patience ends."""
        yield
        for _ in range(int(_PATIENCE / self._pause)):
            time.sleep(self._pause)
            yield
        raise StackFailed(f"{self.name}: CloudFormation has not finished after {_PATIENCE // 60} minutes.")

    def _events(self, stack: str) -> list[dict[str, Any]]:
        """The newest first. Empty for a draft that was deleted."""
        try:
            events: list[dict[str, Any]] = self.cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
        except ClientError as error:
            if "does not exist" in str(error):
                return []
            raise
        return events
