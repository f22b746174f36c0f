"""The commands `rollback` and `prepare-release`: shift traffic back to an earlier version, and remove a refused one.

CodeDeploy moves the alias `live` in a release, an operator moves it here. CloudFormation knows only about the former,
so each command says what the next release needs.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from operate import arguments
from operate.arguments import Commands
from operate.service import Service
from thumbs import settings

ALIAS = "live"
# A deployment that was stopped with a rollback fails, so CloudFormation rolls the release back too (AWS CodeDeploy API
# reference, StopDeployment).
_UNDER_WAY = (
    "A release is under way, and CodeDeploy may move the alias again. To end the release, stop its deployment:\n"
    "    aws deploy list-deployments --include-only-statuses InProgress\n"
    "    aws deploy stop-deployment --deployment-id ID --auto-rollback-enabled"
)
_SERVED = {"convert": "ConvertFunction", "get_upload": "GetUploadFunction", "sign_upload": "SignUploadFunction"}


@dataclass(frozen=True)
class Versions:
    """The versions of one function, as numbers. live: the alias points to it. weighted: others that receive traffic.

    known: the version that CloudFormation considers live.
    """

    name: str
    function: str
    published: list[int]
    live: int
    weighted: list[int]
    known: int

    @property
    def refused(self) -> list[int]:
        """Versions published after every version that is in use or known to the stack."""
        used = max(self.live, self.known, *self.weighted, 0)
        return [version for version in self.published if version > used]

    @property
    def before(self) -> int | None:
        """The version to go back to: the live one if a newer one gets a part of the traffic, otherwise the newest
        version that is older. None if there is none.
        """
        if any(version > self.live for version in self.weighted):
            return self.live
        return max((version for version in self.published if version < self.live), default=None)


def of(service: Service, name: str) -> Versions:
    """name: of a function that serves users, like its file's."""
    resources = service.resources
    aws, function = service.client("lambda"), resources[_SERVED[name]]
    pages = aws.get_paginator("list_versions_by_function").paginate(FunctionName=function)
    published = [int(each["Version"]) for page in pages for each in page["Versions"] if each["Version"] != "$LATEST"]
    alias = aws.get_alias(FunctionName=function, Name=ALIAS)
    weights = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
    known = [
        int(physical.rsplit(":", 1)[-1])
        for logical, physical in resources.items()
        if logical.startswith(f"{_SERVED[name]}Version")
    ]
    live = int(alias["FunctionVersion"])
    return Versions(name, function, sorted(published), live, [int(each) for each in weights], max(known, default=live))


def _knows_tombstones(service: Service, function: str, version: int) -> bool:
    """Whether this version of convert hands erased jobs to the eraser, which its settings then name."""
    found = service.client("lambda").get_function_configuration(FunctionName=function, Qualifier=str(version))
    return settings.Settings.erase_function.variable in found.get("Environment", {}).get("Variables", {})


def rollback(service: Service, options: argparse.Namespace) -> str:
    """During a release too. Raises ValueError if there is no such version."""
    versions = of(service, options.function)
    target: int | None = options.to or versions.before
    if target is None:
        raise ValueError(f"{versions.name} has no version before {versions.live}. Deploy an earlier commit instead.")
    if target not in versions.published:
        listed = ", ".join(map(str, versions.published))
        raise ValueError(f"{versions.name} has no version {target}; it has {listed}.")
    if versions.name == "convert" and not _knows_tombstones(service, versions.function, target):
        raise ValueError(
            f"Version {target} of convert does not know erased jobs, so a late event could leave thumbnails of one. "
            "Deploy an earlier commit instead, which removes the function that erases."
        )
    moves = target != versions.live
    if options.dry_run:
        would = f"be moved from version {versions.live} to {target}" if moves else f"stay at version {target}"
        return f"{ALIAS} of {versions.name} would {would}, and get all traffic."
    _point(service.client("lambda"), versions.function, target)
    done = f"has been moved from version {versions.live} to {target}" if moves else f"stays at version {target}"
    after = _UNDER_WAY if service.is_changing else _next(versions.name, target, versions.known)
    return f"{ALIAS} of {versions.name} {done} and gets all traffic.\n{after}"


def _next(name: str, live: int, known: int) -> str:
    """What the next release needs."""
    if live == known:
        return "CloudFormation knows this version, so you can make the next release as usual."
    return (
        f"CloudFormation still considers version {known} live, and CodeDeploy refuses a gradual release from\n"
        "there. Make the next release with GradualDeployments=false, or first run\n"
        f"    python -m operate rollback {name} --to {known}"
    )


def _point(aws: Any, function: str, version: int) -> None:
    """Shift all traffic to this version. An empty AdditionalVersionWeights is the documented way to clear the weights
    (AWS Lambda, "Implement Lambda canary deployments using a weighted alias")."""
    whole: dict[str, Any] = {"AdditionalVersionWeights": {}}
    aws.update_alias(FunctionName=function, Name=ALIAS, FunctionVersion=str(version), RoutingConfig=whole)


def prepare_release(service: Service, options: argparse.Namespace) -> str:
    """Raises RuntimeError and StackFailed if CodeDeploy or CloudFormation would refuse a release anyway."""
    if not service.exists:
        return "The stack is new; there is nothing to prepare."
    if service.is_changing:
        raise RuntimeError(
            f"{service.name} is {service.status}: another release is under way. Try again when it has ended."
        )
    service.stack().ready()
    gradual = service.parameters.get("GradualDeployments") == "true"
    done = list(_prepared(service, gradual, options.dry_run))
    return "\n".join(done) or "Nothing prevents a release."


def _prepared(service: Service, gradual: bool, dry_run: bool) -> Iterator[str]:
    for name in _SERVED:
        versions = of(service, name)
        if gradual and versions.live != versions.known:
            raise RuntimeError(f"{name} was rolled back by hand.\n{_next(name, versions.live, versions.known)}")
        for version in versions.refused:
            if not dry_run:
                service.client("lambda").delete_function(FunctionName=versions.function, Qualifier=str(version))
            verb = "would be removed" if dry_run else "has been removed"
            yield f"Version {version} of {name}, left by a refused release, {verb}."


def add(commands: "Commands[argparse.ArgumentParser]", common: argparse.ArgumentParser) -> None:
    """The commands of this module."""
    command = arguments.command(
        commands,
        "rollback",
        "Shift all traffic of a function to an earlier version, at once.",
        rollback,
        ["rollback convert --dry-run", "rollback sign_upload --to 7"],
        [common],
    )
    command.add_argument("function", choices=sorted(_SERVED), metavar="FUNCTION", help=", ".join(sorted(_SERVED)))
    command.add_argument(
        "--to",
        type=arguments.positive,
        metavar="VERSION",
        help="the version (the previous one; during a release, the one before it)",
    )

    arguments.command(
        commands,
        "prepare-release",
        "Remove the leftovers of a refused release, so that the same build can be released again.",
        prepare_release,
        ["prepare-release --stack-name image-thumbnails-prod"],
        [common],
    )
