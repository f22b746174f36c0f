"""The metrics that CloudWatch would have about the running service, and the alarms of its template on them.

The emulator reads no metrics from logs, has AWS/Lambda by function only, and creates no alarm on metric math. So the
metrics are computed here, from what it has run and logged, with AWS's documented dimensions; the alarms are those of
the translated template, with its intrinsics resolved against the deployment.
"""

import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, cached_property
from itertools import product
from typing import Any

from dev import stack
from tests.actors.client import Service
from tests.material.conditions import decided
from tests.standins import log_filters
from tests.standins.alarms import Alarm, Dimensions, Point, evaluate

MINUTES = 5  # of Canary10Percent5Minutes, the template's default


class CloudWatch:
    """Records from now on."""

    def __init__(self, service: Service, **parameters: str):
        """parameters: of the template, different from the deployed ones."""
        self._service, self._deployed = service, service.deployed
        self._parameters = self._deployed.parameters | {"GradualDeployments": "true"} | parameters
        self._since = time.time()
        self._first_traffic: dict[tuple[str, str], float] = {}
        self.noted: list[Point] = []

    # What the emulator does not report

    def gets_traffic(self, function: str, version: str) -> None:
        """Until now, only its hook invoked this version of a function (a logical id), not the alias."""
        self._first_traffic[function, version] = time.time()

    def answered(self, status: int, by_lambda: int = 200) -> None:
        """A client got this response from the API. The emulator neither counts nor logs any.

        by_lambda: Lambda's own response, not the function's: 429 if it throttles.
        """
        for metric, value in (("Count", 1), ("5XXError", status >= 500)):
            name = self._deployed.name
            for dimensions in ({"ApiName": name}, {"ApiName": name, "Stage": "v1"}):
                self.note("AWS/ApiGateway", metric, dimensions, value)
        known = {"status": str(status), "integration.integrationStatus": str(by_lambda)}
        resources = self.template["Resources"]
        form = resources["Apiv1Stage"]["Properties"]["AccessLogSetting"]["Format"]
        line = re.sub(r"\$context\.([\w.]+)", lambda found: known.get(found[1], "0"), form)
        for resource in resources.values():
            if resource["Type"] == "AWS::Logs::MetricFilter":
                found = self._resolved(resource["Properties"], {})
                assert found["LogGroupName"] == self._deployed.resources["ApiLogs"], "the one log that is imitated here"
                if log_filters.matches(found["FilterPattern"], line):
                    (metric,) = found["MetricTransformations"]
                    self.note(metric["MetricNamespace"], metric["MetricName"], {}, float(metric["MetricValue"]))

    def note(self, namespace: str, name: str, dimensions: Dimensions, value: float, minutes_ago: float = 0) -> None:
        """A data point of a metric without a source here."""
        self.noted.append(Point(namespace, name, dimensions, value, time.time() - 60 * minutes_ago))

    # Metrics

    def points(self) -> list[Point]:
        found = list(self.noted)
        for function in self._handlers:
            name = self._deployed.functions[function]
            dealt, now = Counter[tuple[str, bool]](), time.time()
            for run in sorted(self.runs(function), key=lambda run: run.at):
                of_alias = run.at >= self._first_traffic.get((function, run.version), 0)
                # A test does in seconds what users do in the minutes of a release, and with one version after the other
                # what they do with both at once, so the runs of each version are distributed over the minutes in turn.
                at = now - 60 * (dealt[run.version, of_alias] % MINUTES)
                dealt[run.version, of_alias] += 1
                found += [replace(point, at=at) for point in (*of_lambda(run, name, of_alias), *embedded(run.lines))]
            found += self._throttles(name)
        queue = self._deployed.resources["ConversionDeadLetterQueue"]
        answer = self._deployed.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])
        visible = float(answer["Attributes"]["ApproximateNumberOfMessages"])
        dimensions = {"QueueName": queue.rsplit("/", 1)[-1]}
        return [*found, Point("AWS/SQS", "ApproximateNumberOfMessagesVisible", dimensions, visible)]

    def runs(self, function: str) -> list["Run"]:
        """The finished runs of a function. The emulator writes each into its own log stream."""
        streams: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for event in self._events(function):
            streams[event["logStreamName"]].append(event)
        return [Run.of(events) for events in streams.values()]

    def count(self, function: str) -> int:
        """The number of finished runs, without reading what they have logged."""
        return sum(1 for _ in self._events(function, '"REPORT RequestId"'))

    def _events(self, function: str, pattern: str = "") -> Iterator[dict[str, Any]]:
        pages = self._deployed.client("logs").get_paginator("filter_log_events")
        group = f"/aws/lambda/{self._deployed.name}-{self._handlers[function]}"
        for page in pages.paginate(logGroupName=group, startTime=int(self._since * 1000), filterPattern=pattern):
            yield from page["events"]

    def _throttles(self, name: str) -> Iterator[Point]:
        """The emulator's own count, which knows no versions."""
        answer = self._deployed.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName="Throttles",
            Dimensions=[{"Name": "FunctionName", "Value": name}],
            StartTime=datetime.fromtimestamp(self._since, UTC),
            EndTime=datetime.fromtimestamp(time.time() + 60, UTC),
            Period=60,
            Statistics=["Sum"],
        )
        for found in answer["Datapoints"]:
            at = found["Timestamp"].timestamp()
            yield Point("AWS/Lambda", "Throttles", {"FunctionName": name}, found["Sum"], at)

    # Alarms

    @cached_property
    def template(self) -> stack.Template:
        """What CloudFormation would make on AWS, with its alarms on metric math and its deployment groups."""
        return _translated(**self._parameters)

    @property
    def alarms(self) -> list[str]:
        resources = self.template["Resources"].items()
        return [name for name, resource in resources if resource["Type"] == "AWS::CloudWatch::Alarm"]

    def guards(self, function: str) -> list[str]:
        """The alarms that stop a release of a function, according to its deployment group."""
        group = self.template["Resources"][f"{function}DeploymentGroup"]["Properties"]
        return [alarm["Name"]["Ref"] for alarm in group["AlarmConfiguration"]["Alarms"]]

    def states(self, names: Iterable[str], versions: Mapping[str, str] | None = None) -> list[Alarm]:
        """The states of alarms. versions: of functions that they watch, if these are not the ones behind `live`."""
        points, now, resources = self.points(), time.time(), self.template["Resources"]
        return [
            evaluate(name, self._resolved(resources[name]["Properties"], versions or {}), points, now) for name in names
        ]

    @cached_property
    def _handlers(self) -> dict[str, str]:
        """The file of each function, by logical id."""
        resources = self.template["Resources"].items()
        functions = {name: each["Properties"] for name, each in resources if each["Type"] == "AWS::Lambda::Function"}
        return {name: properties["Handler"].split(".")[0] for name, properties in functions.items()}

    def _resolved(self, value: Any, versions: Mapping[str, str]) -> Any:
        match value:
            case {"Ref": name}:
                return self._reference(name)
            case {"Fn::GetAtt": [name, "QueueName"]}:
                return self._deployed.resources[name].rsplit("/", 1)[-1]  # the last part of the queue's URL
            case {"Fn::GetAtt": [name, "Version"]}:
                function, _, _ = name.rpartition("Version")
                return versions.get(function) or self._live(function)
            case {"Fn::Sub": str(text)}:
                return re.sub(r"\$\{(.+?)\}", lambda found: self._reference(found[1]), text)
            case dict() if any(key.startswith("Fn::") for key in value):
                raise ValueError(f"{value} is not known here")
            case dict():
                return {key: self._resolved(each, versions) for key, each in value.items()}
            case list():
                return [self._resolved(each, versions) for each in value]
        return value

    def _reference(self, name: str) -> str:
        if name == "AWS::StackName":
            return self._deployed.name
        if name in self.template["Parameters"]:
            return str(self._parameters.get(name, self.template["Parameters"][name]["Default"]))
        return self._deployed.resources[name]

    def _live(self, function: str) -> str:
        name = self._deployed.functions[function]
        version: str = self._deployed.client("lambda").get_alias(FunctionName=name, Name="live")["FunctionVersion"]
        return version


@cache
def _translated(**parameters: str) -> stack.Template:
    packages = dict.fromkeys(("functions", "imaging", "powertools"), "package.zip")
    template = stack.translate(stack.packaged(packages), parameters)
    template["Resources"] = {name: template["Resources"][name] for name in decided(template, **parameters)}
    return template


@dataclass(frozen=True)
class Run:
    """One run of a version of a function, from its log. at: when it ended. lines: its output."""

    version: str
    at: float
    milliseconds: float
    failed: bool
    lines: list[str]

    @classmethod
    def of(cls, events: list[dict[str, Any]]) -> "Run":
        start, *lines, _, report = (event["message"] for event in events)
        # The only traces of an error in the emulator's log: the traceback, or the runtime's message about a timeout, as
        # plain lines after ours. Our own logs about errors are JSON.
        error = re.compile(r"[ +]*(Exception Group )?Traceback \(|Task timed out after")
        (milliseconds,) = re.findall(r"\tDuration: ([\d.]+) ms", report)
        at = events[0]["timestamp"] / 1000
        return cls(start.rsplit(" ", 1)[-1], at, float(milliseconds), any(map(error.match, lines)), lines)


def of_lambda(run: Run, name: str, of_alias: bool) -> Iterator[Point]:
    """The metrics of AWS/Lambda about a run (docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics.html).

    name: of the function. of_alias: whether it was invoked through `live` and not by its version; ExecutedVersion
    identifies the version behind the alias.
    """
    resource = {"FunctionName": name, "Resource": f"{name}:{'live' if of_alias else run.version}"}
    sets = [{"FunctionName": name}, resource] + [resource | {"ExecutedVersion": run.version}] * of_alias
    # Throttles is 0 for a run that took place; the emulator logs nothing about throttled ones.
    values = {"Invocations": 1.0, "Errors": float(run.failed), "Duration": run.milliseconds, "Throttles": 0.0}
    for (metric, value), dimensions in product(values.items(), sets):
        yield Point("AWS/Lambda", metric, dimensions, value, run.at)


def embedded(lines: Iterable[str]) -> Iterator[Point]:
    """The metrics in log lines, by the specification of the embedded metric format (EMF)."""
    for line in lines:
        document = json.loads(line) if line.startswith("{") else {}
        for directive in document.get("_aws", {}).get("CloudWatchMetrics", ()):
            for metric, names in product(directive["Metrics"], directive["Dimensions"]):
                dimensions = {name: document[name] for name in names}  # KeyError: the blob would be dropped as a whole
                values = document[metric["Name"]]
                for value in values if isinstance(values, list) else [values]:
                    at = document["_aws"]["Timestamp"] / 1000
                    yield Point(directive["Namespace"], metric["Name"], dimensions, value, at)
