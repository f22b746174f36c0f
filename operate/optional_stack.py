"""An optional stack: a template in stacks/ that extends a deployed service. Two rules connect the two:

- A parameter of the stack that is named like an output of the service is filled from it.
- A parameter of the service that is named like an output of the stack is filled from it.

If a template must be deployed in a certain region, its metadata says so: Operate, Region.
"""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from operate.change_set import apply
from operate.service import Service
from operate.stack import Stack, StackFailed
from operate.terminal import Agree, say

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "stacks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
_SERVICE = ROOT / "template.yaml"
_LONGEST_NAME = 128  # characters of a stack's name (CloudFormation, CreateStack)


def fits(service: Service, name: str) -> bool:
    """Whether the service's name leaves room for that of an optional stack."""
    return len(_full(service, name)) <= _LONGEST_NAME


def required_region(template: dict[str, Any]) -> str | None:
    """The region in which a template must be deployed, or None if it may be any."""
    region: str | None = template.get("Metadata", {}).get("Operate", {}).get("Region")
    return region


def _full(service: Service, name: str) -> str:
    """The name of an optional stack. CloudFormation accepts no underscores there."""
    return f"{service.name}-{name.replace('_', '-')}"


class OptionalStack:
    """One optional stack, next to a service.

    name: of the template, such as delivery. stack: its own, called {service}-{name}. parent: the service's.
    """

    def __init__(self, service: Service, name: str, say: Callable[[str], None] = say, pause: float = 5):
        """Raises StackFailed if the stack's name would be too long."""
        if not fits(service, name):
            raise StackFailed(
                f"The stack would be called {_full(service, name)}, which is longer than the {_LONGEST_NAME} "
                "characters that CloudFormation allows. Give the service's stack a name of at most "
                f"{_LONGEST_NAME - len(f'-{name}')} characters."
            )
        self.name, self.service, self.say = name, service, say
        self.path = FOLDER / f"{name}.yaml"
        self.template: dict[str, Any] = yaml_parse(self.path.read_text())
        self.region = required_region(self.template) or service.region
        self.stack = Stack(lambda aws: service.client(aws, self.region), _full(service, name), say, pause)
        self.parent = service.stack(say, pause)

    def deploy(self, settings: dict[str, str], agree: Agree, *, create: bool = True, dry_run: bool = False) -> str:
        """Create or update the stack, then connect it to the service. Returns the final message.

        settings: parameters of the template; earlier ones are kept. agree: called before anything changes; an exception
        prevents the changes. create: whether to create a missing stack. Raises StackFailed.
        """
        parameters = self.filled(settings)
        self.say(f"stack {self.stack.name} in {self.region}")
        self.ready()
        if self.stack.deployed() is None:
            if not create:
                raise StackFailed(f"There is no stack {self.stack.name} in {self.region}: deploy it first.")
            if self.stack.found() is not None:
                self.say("deleting the remains of a failed first deployment")
                if dry_run:
                    return ""
                agree()
                self.stack.remove()
        apply(self.stack, self.path.read_text(), parameters, agree, dry_run, self.parent.tags())
        if self.stack.deployed() is None:
            return "Once the stack is created, the service would be connected to it."
        return self.complete(agree, dry_run=dry_run)

    def ready(self) -> None:
        """Wait for what was begun before. Raises StackFailed if one of both stacks cannot be updated then."""
        self.parent.ready()
        self.stack.rest()
        if self.stack.deployed() is not None:
            self.stack.ready()

    def complete(self, agree: Agree, *, dry_run: bool = False) -> str:
        """Further steps once the stack is up to date. Subclasses override it."""
        self.connect(agree, dry_run=dry_run)
        return ""

    def filled(self, settings: dict[str, str]) -> dict[str, str]:
        """The parameters to set: settings, and the service's outputs.

        Raises StackFailed if a setting is unknown, or a parameter has no value.
        """
        declared: dict[str, Any] = self.template["Parameters"]
        if unknown := sorted(settings.keys() - declared.keys()):
            known = ", ".join(declared)
            raise StackFailed(f"stacks/{self.name}.yaml has no parameter {', '.join(unknown)}. It has {known}.")
        outputs = self.service.outputs
        found = {name: outputs[name] for name in declared if name in outputs} | settings
        required = {name for name, parameter in declared.items() if "Default" not in parameter}
        if missing := sorted(required - found.keys() - self.stack.parameters().keys()):
            raise StackFailed(
                f"stacks/{self.name}.yaml needs {', '.join(missing)}, for which {self.service.name} has no output. "
                "Deploy the current version of the service first (make deploy), or set the values with --set."
            )
        return found

    def named_alike(self) -> dict[str, str]:
        """The stack's outputs that are named like parameters of the service, for the second rule."""
        outputs = self.stack.outputs()
        return {name: outputs[name] for name in self.defaults() if name in outputs}

    def told(self) -> dict[str, str]:
        """The values that the service's parameters must have while the stack exists."""
        return self.named_alike()

    def untold(self) -> dict[str, str]:
        """The values to set before it is removed: the default, if the service still has the output's value."""
        present, defaults = self.parent.parameters(), self.defaults()
        return {name: defaults[name] for name, value in self.named_alike().items() if present.get(name) == value}

    def connect(self, agree: Agree, *, dry_run: bool = False) -> bool:
        """Set the stack's outputs in the service's stack. Returns whether they had changed. Raises StackFailed."""
        wanted, present = self.told(), self.parent.parameters()
        if not wanted:
            return False
        if unknown := [name for name in wanted if name not in present]:
            raise StackFailed(
                f"{self.parent.name} has no parameter {', '.join(unknown)}: deploy its current version first."
            )
        self.say(f"stack {self.parent.name}")
        changed = {name: value for name, value in wanted.items() if present[name] != value}
        if not changed:
            self.say("nothing to change")
            return False
        if not dry_run:
            self.check(changed)
        for name, value in changed.items():
            self.say(f"set {name}={value}")
        return apply(self.parent, None, changed, agree, dry_run)

    def check(self, changed: dict[str, str]) -> None:
        """Raises StackFailed if the service may not be connected yet. For subclasses."""

    def disconnect(self, back: dict[str, str], agree: Agree) -> None:
        """Set parameters of the service back. Raises StackFailed."""
        if back:
            apply(self.parent, None, back, agree)

    def remove(self, agree: Agree, *, dry_run: bool = False) -> str:
        """Disconnect the service, then delete the stack with everything in its buckets. Raises StackFailed."""
        if self.stack.found() is None:
            return f"There is no stack {self.stack.name} in {self.region}; nothing to remove."
        back = self.untold() if self.service.exists else {}
        for sentence in self.stack.removal():
            self.say(sentence)
        for name, value in back.items():
            self.say(f"set {name}={value} of {self.parent.name}")
        if dry_run:
            return ""
        agree()
        self.disconnect(back, agree)
        self.stack.remove()
        return f"{self.stack.name} is deleted."

    def status(self) -> Iterator[str]:
        """Sentences about the stack, and what an update would change. Raises StackFailed if there is none."""
        stack = self.stack.found()
        if stack is None:
            raise StackFailed(f"There is no stack {self.stack.name} in {self.region}.")
        since = stack.get("LastUpdatedTime") or stack["CreationTime"]
        yield f"{self.stack.name} in {self.region}: {stack['StackStatus']} since {since:%Y-%m-%d %H:%M} UTC"
        if self.stack.deployed() is None:
            yield "Its first deployment did not end. The command deploy starts again, remove deletes what is left."
            return
        settings, outputs = self.stack.parameters(), self.stack.outputs()
        for title, values in (("settings", settings), ("outputs", outputs)):
            yield f"{title}:"
            yield from (f"  {name} = {value}" for name, value in values.items())
        for name, value in self.filled({}).items():
            if settings.get(name) != value:
                yield f"{name} is outdated: the service's output is {value}; run the command update."
        present = self.parent.parameters()
        for name, value in (self.told() if outputs else {}).items():
            if present.get(name) != value:
                yield f"{self.parent.name} does not have {name}={value} yet; run the command update."

    @staticmethod
    @cache
    def defaults() -> dict[str, str]:
        """The defaults of the service's parameters, by name."""
        parameters: dict[str, dict[str, Any]] = yaml_parse(_SERVICE.read_text())["Parameters"]
        return {name: str(parameter.get("Default", "")) for name, parameter in parameters.items()}
