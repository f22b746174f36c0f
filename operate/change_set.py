"""A CloudFormation change set, which shows what an update of a stack would change before it changes anything."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Self

from operate.stack import Stack, StackFailed

_PERMISSIONS = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]  # AUTO_EXPAND: SAM's transform runs again
_NOTHING = ("didn't contain changes", "No updates are to be performed")  # CloudFormation's words for "no changes"
_REPLACED = {"True": ", which replaces it", "Conditional": ", which may replace it"}


class ChangeSet:
    """The changes that bring a stack to a template. A context manager that discards unexecuted changes at its end.

    changes: of resources, as in describe_change_set (ResourceChange). is_empty: nothing at all would change, not even
    an output.
    """

    def __init__(
        self, stack: Stack, template: str | None, parameters: dict[str, str], tags: dict[str, str] | None = None
    ):
        """template: its text; None keeps the stack's own. parameters: to set; the stack's others stay unchanged.
        tags: of the stack and of everything in it; None keeps the stack's own.

        Waits for what was begun before. Raises StackFailed if CloudFormation refuses the template, a parameter, or any
        update of the stack.
        """
        self._stack, self._name = stack, f"deploy-{uuid.uuid4().hex}"
        stack.ready()
        self._created = stack.deployed() is None
        kept = [] if self._created else self._kept(template, parameters)
        given = [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()]
        body = {"TemplateBody": template} if template else {"UsePreviousTemplate": True}
        stack.cloudformation.create_change_set(
            StackName=stack.name,
            ChangeSetName=self._name,
            ChangeSetType="CREATE" if self._created else "UPDATE",
            Parameters=[*given, *kept],
            Capabilities=_PERMISSIONS,
            **body,
            **({"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]} if tags is not None else {}),
        )
        self.is_empty = False
        try:
            self.changes = self._prepared()
        except BaseException:
            self._discard()
            raise
        self._pending = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pending:
            self._discard()

    def summary(self) -> Iterator[str]:
        """A line for each change, and their number."""
        for change in self.changes:
            replaced = _REPLACED.get(change.get("Replacement", ""), "") if change["Action"] == "Modify" else ""
            yield f"{change['Action'].lower()} {change['LogicalResourceId']} ({change['ResourceType']}){replaced}"
        counts = Counter(change["Action"].lower() for change in self.changes)
        yield "changes: " + (", ".join(f"{count} to {action}" for action, count in counts.items()) or "none")

    def execute(self) -> None:
        """Make the changes and report what happens. Raises StackFailed."""
        stack = self._stack
        description = stack.found()
        assert description is not None  # a change set has a stack, if only a draft
        seen, self._pending = stack.seen(), False
        stack.cloudformation.execute_change_set(StackName=stack.name, ChangeSetName=self._name)
        wanted = "CREATE_COMPLETE" if self._created else "UPDATE_COMPLETE"
        if failure := stack.follow(description["StackId"], wanted, seen, len(self.changes)):
            raise StackFailed(failure)

    def _kept(self, template: str | None, parameters: dict[str, str]) -> list[dict[str, Any]]:
        """The parameters that the stack has and its template still declares, unchanged."""
        known = set(self._stack.parameters())
        if template:
            declared = self._stack.cloudformation.get_template_summary(TemplateBody=template)["Parameters"]
            known &= {each["ParameterKey"] for each in declared}
        return [{"ParameterKey": name, "UsePreviousValue": True} for name in sorted(known - parameters.keys())]

    def _prepared(self) -> list[dict[str, Any]]:
        place = {"StackName": self._stack.name, "ChangeSetName": self._name}
        for _ in self._stack.looks():
            answer = self._stack.cloudformation.describe_change_set(**place)
            if answer["Status"] == "FAILED":
                reason = answer.get("StatusReason", "")
                if any(text in reason for text in _NOTHING):
                    self.is_empty = True
                    return []
                raise StackFailed(f"{self._stack.name}: {reason}")
            if answer["Status"] == "CREATE_COMPLETE":
                break
        changes = [change["ResourceChange"] for change in answer.get("Changes", ())]
        while "NextToken" in answer:
            answer = self._stack.cloudformation.describe_change_set(**place, NextToken=answer["NextToken"])
            changes += [change["ResourceChange"] for change in answer["Changes"]]
        return changes

    def _discard(self) -> None:
        stack = self._stack
        stack.cloudformation.delete_change_set(StackName=stack.name, ChangeSetName=self._name)
        # The change set of a new stack leaves an empty stack behind, unless another command has created the stack
        # meanwhile: the question may have been open for hours.
        if self._created and stack.status() == "REVIEW_IN_PROGRESS":
            stack.cloudformation.delete_stack(StackName=stack.name)


def apply(
    stack: Stack,
    template: str | None,
    parameters: dict[str, str],
    agree: Callable[[], None],
    dry_run: bool = False,
    tags: dict[str, str] | None = None,
) -> bool:
    """Bring a stack to a template, parameters and tags, as in ChangeSet. Returns whether anything changed, or would.

    agree: called once the changes are reported, before they are made; an exception prevents them. Raises StackFailed.
    """
    with ChangeSet(stack, template, parameters, tags) as change_set:
        if change_set.is_empty:
            stack.say("nothing to change")
            return False
        for line in change_set.summary():
            stack.say(line)
        if not dry_run:
            agree()
            change_set.execute()
    return True
