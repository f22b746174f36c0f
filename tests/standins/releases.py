"""Releases like CodeDeploy's, also of versions that are broken on purpose: our own code, with one change.

The emulator has no CodeDeploy. A stand-in invokes the hooks, receives their reports over its HTTP API, evaluates the
alarms, and moves the alias.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from dev import stack as deployed
from tests.actors.client import Service, wait_for
from tests.standins.alarms import Alarm
from tests.standins.cloudwatch import CloudWatch
from tests.standins.codedeploy import CodeDeploy, Execution
from thumbs.jobs import keys

# As in template.yaml: the hook invoked before a version of a function gets traffic, and the variable with that version;
# and the hook invoked once it has all traffic.
HOOKS = {
    "ConvertFunction": ("VerifyReleaseFunction", "CONVERT_VERSION"),
    "SignUploadFunction": ("VerifyApiFunction", "SIGN_UPLOAD_VERSION"),
    "GetUploadFunction": ("VerifyApiFunction", "GET_UPLOAD_VERSION"),
}
AFTERWARDS = "VerifyLiveFunction"
LOGS = {"VerifyReleaseFunction": "verify_release", "VerifyApiFunction": "verify_api", AFTERWARDS: "verify_live"}


@dataclass(frozen=True)
class Release:
    """The result. faults: those of the new version in the hooks' logs. before, version: of the function.

    alarms: that went off while users used it.
    """

    status: str
    faults: list[dict[str, Any]]
    alarms: tuple[Alarm, ...]
    before: str
    version: str


def nobody() -> None:
    """Users who do nothing."""


class Releases:
    """Releases functions of the running service."""

    def __init__(self, service: Service, codedeploy: CodeDeploy):
        self._service, self._codedeploy = service, codedeploy
        self._aws = service.deployed.client("lambda")

    def live(self, function: str) -> str:
        alias = self._aws.get_alias(FunctionName=self._service.deployed.functions[function], Name="live")
        version: str = alias["FunctionVersion"]
        return version

    def weights(self, function: str) -> dict[str, float]:
        """The share of the traffic of other versions than the one behind `live`."""
        alias = self._aws.get_alias(FunctionName=self._service.deployed.functions[function], Name="live")
        weights: dict[str, float] = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
        return weights

    def publish(self, function: str, package: bytes) -> str:
        """A new version of a function, without traffic."""
        name = self._service.deployed.functions[function]
        version: str = self._aws.update_function_code(FunctionName=name, ZipFile=package, Publish=True)["Version"]
        return version

    def tell(self, function: str, version: str) -> None:
        """Set the version to verify in a function's hook, as CloudFormation does when it updates the hook."""
        name = self._service.deployed.functions[function]
        arn = self._aws.get_function_configuration(FunctionName=name)["FunctionArn"]
        hook, variable = HOOKS[function]
        self.configure(hook, **{variable: f"{arn}:{version}"})

    def configure(self, function: str, **variables: str) -> None:
        name = self._service.deployed.functions[function]
        before = self._aws.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        self._aws.update_function_configuration(FunctionName=name, Environment={"Variables": before | variables})

    def release(
        self,
        function: str,
        package: bytes,
        users: Callable[[], object] = nobody,
        cloudwatch: CloudWatch | None = None,
    ) -> Release:
        """users: their actions with the new version's share of the traffic."""
        seeing = cloudwatch or CloudWatch(self._service)
        before, version = self.live(function), self.publish(function, package)
        functions = self._service.deployed.functions
        hooks = HOOKS[function][0], AFTERWARDS
        names = functions[hooks[0]], functions[hooks[1]]

        def share() -> None:
            seeing.gets_traffic(function, version)
            with self._routed(functions[function], version):
                users()

        def guards() -> list[Alarm]:
            return seeing.states(seeing.guards(function), {function: version})  # CloudFormation has updated them first

        self.tell(function, version)
        deployment = self._codedeploy.release(self._aws, functions[function], version, names, share, guards)
        if deployment.status != "Succeeded":
            self.tell(function, before)  # CloudFormation rolls the rest of the stack back
        calls = zip(hooks, (deployment.before, deployment.after), strict=True)
        faults = [fault for hook, call in calls if call for fault in self._faults(hook, call)]
        return Release(deployment.status, faults, deployment.alarms, before, version)

    @contextmanager
    def _routed(self, function: str, version: str) -> Iterator[None]:
        """All requests to the alias go to this version, and afterwards to the previous one again.

        The emulator ignores an alias's weights. So the test sends the new version's tenth while the alias points to it
        completely: S3 and the API invoke it as usual.
        """
        weighted = self._aws.get_alias(FunctionName=function, Name="live")
        whole: dict[str, Any] = {"AdditionalVersionWeights": {}}
        self._aws.update_alias(FunctionName=function, Name="live", FunctionVersion=version, RoutingConfig=whole)
        try:
            yield
        finally:
            self._aws.update_alias(
                FunctionName=function,
                Name="live",
                FunctionVersion=weighted["FunctionVersion"],
                RoutingConfig=weighted["RoutingConfig"],
            )

    def _faults(self, hook: str, execution: Execution) -> list[dict[str, Any]]:
        def lines() -> list[dict[str, Any]] | None:
            logged = self._service.log(LOGS[hook], execution.deployment)
            found = [line for line in logged if line.get("deployment") == execution.deployment]
            ended = any(line["message"] == "verified" for line in found)
            return [line for line in found if line["message"] == "refused"] if ended else None

        name = self._service.deployed.functions[hook]

        def lines_at_last() -> list[dict[str, Any]] | None:
            # The emulator keeps late output until that process runs again; it may then be late once more.
            self._aws.invoke(FunctionName=name, Payload=b"{}")
            return lines()

        for _ in range(200):
            if (found := lines()) is not None:
                return found
            time.sleep(0.1)
        return wait_for(lines_at_last, "end of the hook's log")

    def undo(self, live: dict[str, str]) -> None:
        package = deployed.functions_package()
        for function, version in live.items():
            name = self._service.deployed.functions[function]
            self._aws.update_function_code(FunctionName=name, ZipFile=package)
            whole: dict[str, Any] = {"AdditionalVersionWeights": {}}
            self._aws.update_alias(FunctionName=name, Name="live", FunctionVersion=version, RoutingConfig=whole)
            self.tell(function, version)


def quiet(stack: Service) -> bool | None:
    """Nothing has changed for longer than the emulator waits before it retries a conversion."""
    before = objects(stack), len(stack.log("convert"))
    time.sleep(3)
    return (objects(stack), len(stack.log("convert"))) == before or None


def objects(stack: Service) -> set[str]:
    """Everything in both buckets but the tombstones of probes, which stay for a day."""
    pages = stack.s3.get_paginator("list_objects_v2")
    return {
        f"{bucket}/{entry['Key']}"
        for bucket in (stack.uploads, stack.thumbnails)
        for page in pages.paginate(Bucket=bucket)
        for entry in page.get("Contents", ())
        if not (keys.is_probe(entry["Key"]) and _is_tombstone(stack, entry["Key"], entry["ETag"]))
    }


@cache
def _is_tombstone(stack: Service, key: str, _: str) -> bool:
    """Read once for each ETag, because every release leaves more of them. Tests of permissions write manifests without
    content: those are none."""
    if not key.endswith(f"/{keys.MANIFEST}"):
        return False
    content = stack.s3.get_object(Bucket=stack.thumbnails, Key=key)["Body"].read()
    return bool(content) and json.loads(content)["status"] == "erased"
