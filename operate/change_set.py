"""A CloudFormation stack brought to its template, through a change set: what will change is known before it does."""

import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

Say = Callable[[str], None]
Parameters = list[dict[str, Any]]

_PERMISSIONS = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]  # AUTO_EXPAND: SAM's transform runs again
_PATIENCE = 4 * 3600  # seconds; a certificate waits for its DNS, the slowest DeploymentPreference for over three hours
_UNBORN = ("REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE")  # a draft, and a first try that failed: neither has anything
_NOTHING = ("didn't contain changes", "No updates are to be performed")  # how CloudFormation says so


class DeploymentFailed(Exception):
    """Says why, as CloudFormation's events do."""


class Deployment:
    """One stack. cloudformation: a boto3 client in the stack's region. pause: seconds between two looks."""

    def __init__(self, cloudformation: Any, name: str, say: Say, pause: float = 5):
        self._aws, self.name, self._say, self._pause = cloudformation, name, say, pause

    def stack(self) -> dict[str, Any] | None:
        """As describe_stacks has it, or None when there is none, or one that never came to be."""
        stack = self._found()
        return None if stack is None or stack["StackStatus"] in _UNBORN else stack

    @property
    def id(self) -> str:
        """The UUID at the end of the stack's ARN. Raises DeploymentFailed when there is no stack."""
        stack = self.stack()
        if stack is None:
            raise DeploymentFailed(f"There is no stack {self.name}.")
        return str(stack["StackId"]).rsplit("/", 1)[-1]

    def outputs(self) -> dict[str, str]:
        return {each["OutputKey"]: each["OutputValue"] for each in (self.stack() or {}).get("Outputs", ())}

    def parameters(self) -> dict[str, str]:
        return {each["ParameterKey"]: each["ParameterValue"] for each in (self.stack() or {}).get("Parameters", ())}

    def apply(self, template: str | None, parameters: dict[str, str], dry_run: bool = False) -> bool:
        """Create or update the stack, and say what changes; whether anything did, or would.

        template: its text; None keeps the one that the stack has. parameters: those to set; the stack's others stay as
        they are. Raises DeploymentFailed.
        """
        existing = self.stack()
        if existing is None and self._found() is not None:
            self._say("delete what a try before has left")
            if dry_run:
                return True
            self._delete()
        kept = [] if existing is None else self._kept(template, parameters)
        given = [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()]
        body = {"TemplateBody": template} if template else {"UsePreviousTemplate": True}
        change_set = f"deploy-{uuid.uuid4().hex}"
        self._aws.create_change_set(
            StackName=self.name,
            ChangeSetName=change_set,
            ChangeSetType="UPDATE" if existing else "CREATE",
            Parameters=[*given, *kept],
            Capabilities=_PERMISSIONS,
            **body,
        )
        try:
            changes = self._prepared(change_set)
        except DeploymentFailed:
            self._forget(change_set, draft=existing is None)
            raise
        for change in changes:
            self._say(f"{change['Action'].lower()} {change['LogicalResourceId']} ({change['ResourceType']})")
        if dry_run or not changes:
            self._forget(change_set, draft=existing is None)
            return bool(changes)
        seen = {event["EventId"] for event in self._events()}
        self._aws.execute_change_set(StackName=self.name, ChangeSetName=change_set)
        self._follow(seen)
        return True

    def _found(self) -> dict[str, Any] | None:
        try:
            stack: dict[str, Any] = self._aws.describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return stack

    def _delete(self) -> None:
        self._aws.delete_stack(StackName=self.name)
        for _ in self._looks():
            found = self._found()
            if found is None or found["StackStatus"] == "DELETE_COMPLETE":
                return
            if found["StackStatus"] == "DELETE_FAILED":
                raise DeploymentFailed(f"{self.name} cannot be deleted: {found.get('StackStatusReason', '')}")

    def _kept(self, template: str | None, parameters: dict[str, str]) -> Parameters:
        """The parameters that the stack has, and its template still knows, as they are."""
        known = set(self.parameters())
        if template:
            declared = self._aws.get_template_summary(TemplateBody=template)["Parameters"]
            known &= {each["ParameterKey"] for each in declared}
        return [{"ParameterKey": name, "UsePreviousValue": True} for name in sorted(known - parameters.keys())]

    def _prepared(self, change_set: str) -> list[dict[str, Any]]:
        place = {"StackName": self.name, "ChangeSetName": change_set}
        for _ in self._looks():
            answer = self._aws.describe_change_set(**place)
            if answer["Status"] == "FAILED":
                reason = answer.get("StatusReason", "")
                if any(text in reason for text in _NOTHING):
                    return []
                raise DeploymentFailed(f"{self.name}: {reason}")
            if answer["Status"] == "CREATE_COMPLETE":
                break
        changes = [change["ResourceChange"] for change in answer.get("Changes", ())]
        while "NextToken" in answer:
            answer = self._aws.describe_change_set(**place, NextToken=answer["NextToken"])
            changes += [change["ResourceChange"] for change in answer["Changes"]]
        return changes

    def _forget(self, change_set: str, draft: bool) -> None:
        self._aws.delete_change_set(StackName=self.name, ChangeSetName=change_set)
        if draft:  # the change set of a new stack leaves an empty one behind
            self._aws.delete_stack(StackName=self.name)

    def _follow(self, seen: set[str]) -> None:
        """Say what happens until the stack is at rest."""
        failures = []
        for _ in self._looks():
            status = self._aws.describe_stacks(StackName=self.name)["Stacks"][0]["StackStatus"]
            for event in reversed(self._events()):
                if event["EventId"] in seen:
                    continue
                seen.add(event["EventId"])
                state, reason = event["ResourceStatus"], event.get("ResourceStatusReason", "")
                if state.endswith("_FAILED"):
                    failures.append(f"{event['LogicalResourceId']}: {reason}")
                if not state.endswith("IN_PROGRESS"):
                    self._say(f"{event['LogicalResourceId']}: {state.lower().replace('_', ' ')} {reason}".rstrip())
            if not status.endswith("IN_PROGRESS"):
                break
        if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            raise DeploymentFailed("\n  ".join([f"{self.name} is {status}", *failures]))

    def _events(self) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = self._aws.describe_stack_events(StackName=self.name)["StackEvents"]
        return events

    def _looks(self) -> Iterator[None]:
        yield
        for _ in range(int(_PATIENCE / self._pause)):
            time.sleep(self._pause)
            yield
        raise DeploymentFailed(f"{self.name}: nothing was heard of its end within {_PATIENCE // 60} minutes")
