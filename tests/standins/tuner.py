"""A stand-in for the state machine of AWS Lambda Power Tuning, as far as the tuned function can notice.

Its steps are those of version 4.4.0 (its lambda/ folder): for each memory size it sets the function, publishes a
version and points an alias RAM{size} to it; it restores the function; invokes each alias N times; deletes aliases and
versions. It measures no times and no costs, because those of this machine mean nothing.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

# README-INPUT-OUTPUT.md, "State machine input (at execution time)", and lambda/executor.js.
FIELDS = {
    "lambdaARN", "powerValues", "num", "payload", "payloadS3", "parallelInvocation", "strategy", "balancedWeight",
    "autoOptimize", "autoOptimizeAlias", "dryRun", "preProcessorARN", "postProcessorARN", "discardTopBottom",
    "onlyColdStarts", "sleepBetweenRunsMs", "disablePayloadLogs", "includeOutputResults",
}  # fmt: skip
STRATEGIES = {"cost", "speed", "balanced"}
MOST_OF_INPUT = 262_144  # bytes, the limit of Step Functions

Each = Callable[[Callable[[int], None], Iterable[int]], Iterable[None]]


class TuningFailed(Exception):
    """The state machine would have ended with this error."""


@dataclass
class Tuner:
    """aws: a client of Lambda."""

    aws: Any

    def run(self, text: str, each: Each = map) -> None:
        """text: the input. each: how the executor makes its calls, one after the other or in parallel.

        Raises TuningFailed for an input that the tuner refuses, and if a call or the cleanup fails.
        """
        asked = json.loads(text)
        self._validate(asked, len(text.encode()))
        function, values = asked["lambdaARN"], asked["powerValues"]
        before = self.aws.get_function_configuration(FunctionName=function)["MemorySize"]
        for value in values:
            version = self._publish(function, value)
            self.aws.create_alias(FunctionName=function, Name=f"RAM{value}", FunctionVersion=version)
        self._publish(function, before)
        for value in values:
            payload = json.dumps(asked["payload"]).encode()

            def call(_: int, value: int = value, payload: bytes = payload) -> None:
                answer = self.aws.invoke(
                    FunctionName=function, Qualifier=f"RAM{value}", Payload=payload, LogType="Tail"
                )
                if "FunctionError" in answer:
                    raise TuningFailed(answer["Payload"].read().decode())

            list(each(call, range(asked["num"])))
        self.clean(function, values)

    def _validate(self, asked: dict[str, Any], size: int) -> None:
        if size > MOST_OF_INPUT:
            raise TuningFailed(f"{size} bytes of input")
        if unknown := asked.keys() - FIELDS:
            raise TuningFailed(f"unknown: {unknown}")
        if len(asked["lambdaARN"].split(":")) != 7:
            raise TuningFailed(f"Invalid ARN: {asked['lambdaARN']}")  # with an alias or a version it has eight parts
        if asked["num"] < 5:
            raise TuningFailed("Missing num or num below 5")
        if asked["strategy"] not in STRATEGIES or not 0 <= asked["balancedWeight"] <= 1:
            raise TuningFailed("no such strategy")

    def _publish(self, function: str, memory: int) -> str:
        # Lambda publishes nothing if the function is unchanged; the emulator, if nothing was put.
        if self.aws.get_function_configuration(FunctionName=function)["MemorySize"] != memory:
            self.aws.update_function_configuration(FunctionName=function, MemorySize=memory)
        self.aws.get_waiter("function_updated_v2").wait(FunctionName=function, WaiterConfig={"Delay": 0.05})
        version: str = self.aws.publish_version(FunctionName=function)["Version"]
        return version

    def clean(self, function: str, values: list[int]) -> None:
        for alias in (f"RAM{value}" for value in values):
            version = self.aws.get_alias(FunctionName=function, Name=alias)["FunctionVersion"]
            self.aws.delete_alias(FunctionName=function, Name=alias)
            try:
                self.aws.delete_function(FunctionName=function, Qualifier=version)
            except self.aws.exceptions.ResourceConflictException as error:
                raise TuningFailed(str(error)) from error
