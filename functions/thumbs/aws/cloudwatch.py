"""CloudWatch: the values of metrics."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from thumbs.aws import clients


@dataclass(frozen=True)
class Metric:
    """statistic: such as Sum, over each period."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str = "Sum"

    def query(self, seconds: int) -> dict[str, Any]:
        dimensions = [{"Name": name, "Value": value} for name, value in self.dimensions.items()]
        metric = {"Namespace": self.namespace, "MetricName": self.name, "Dimensions": dimensions}
        return {"MetricStat": {"Metric": metric, "Period": seconds, "Stat": self.statistic}}


def of_function(alias: str, name: str, statistic: str = "Sum") -> Metric:
    """Lambda's metric of a function. alias: the ARN of one of its aliases."""
    return Metric("AWS/Lambda", name, {"FunctionName": alias.split(":")[-2]}, statistic)


def values(wanted: Mapping[str, Metric | str], start: datetime, end: datetime, seconds: int) -> dict[str, list[float]]:
    """The values of each metric or expression from start until end, the newest first; none without data.

    wanted: up to 500, by their ids, which expressions may use. seconds: of a period.
    """
    queries = [
        {"Id": name, **(each.query(seconds) if isinstance(each, Metric) else {"Expression": each, "Period": seconds})}
        for name, each in wanted.items()
    ]
    answer = clients.client("cloudwatch").get_metric_data(
        MetricDataQueries=queries, StartTime=start, EndTime=end, ScanBy="TimestampDescending"
    )
    found = {each["Id"]: each["Values"] for each in answer["MetricDataResults"]}
    return {name: found.get(name, []) for name in wanted}
