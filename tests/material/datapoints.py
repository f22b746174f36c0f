"""CloudWatch data points for each alarm of the template: some with which it stays silent, and some that set it off."""

import random
from collections.abc import Iterable
from dataclasses import dataclass

from dev import stack as deployed

# The documented dimensions of each AWS metric, and those that observe.py writes. The version is made up as well.
VERSION = "1000"


def of_version(function: str) -> dict[str, str]:
    return {"FunctionName": f"{{{function}}}", "Resource": f"{{{function}}}:live", "ExecutedVersion": VERSION}


@dataclass(frozen=True)
class Series:
    """Data points of a metric, the latest first. every: minutes between them; 0 puts all into one period.

    ago: minutes since the latest.
    """

    metric: str  # namespace, a colon, name
    dimensions: dict[str, str]
    values: tuple[float, ...]
    every: int = 0
    ago: int = 0


def one(metric: str, dimensions: dict[str, str], silent: float, off: float) -> tuple[list[Series], list[Series]]:
    """One data point with which an alarm stays silent, and one that sets it off."""
    return [Series(metric, dimensions, (silent,))], [Series(metric, dimensions, (off,))]


def minutes(metric: str, dimensions: dict[str, str], every: int) -> tuple[list[Series], list[Series]]:
    """Three periods of this many minutes, all of which must be bad."""
    return [Series(metric, dimensions, (9, 9, 0), every)], [Series(metric, dimensions, (1, 1, 1), every)]


def in_two_minutes(metric: str, dimensions: dict[str, str]) -> tuple[list[Series], list[Series]]:
    """Five minutes of which one is bad, and five of which two are bad."""
    return [Series(metric, dimensions, (0, 0, 9, 0, 0), 1)], [Series(metric, dimensions, (1, 0, 0, 0, 1), 1)]


OF_NEW, OF_ALL = {"service": "convert", "version": VERSION}, {"service": "convert"}


@dataclass(frozen=True)
class Uploads:
    """What one version of convert made of its uploads."""

    seen: int
    converted: int

    @property
    def values(self) -> tuple[float, ...]:
        return (1,) * self.converted + (0,) * (self.seen - self.converted)


def traffic(new: Uploads, old: Uploads, ago: Iterable[int] = (0, 1)) -> list[Series]:
    """The same in each of some minutes."""
    metric = f"{deployed.NAME}:Converted"
    return [
        series
        for minute in ago
        for series in (
            Series(metric, OF_NEW, new.values, ago=minute),
            Series(metric, OF_ALL, (*new.values, *old.values), ago=minute),
        )
    ]


def throttled(function: str, new: float, old: float) -> list[Series]:
    """One call throttled and two answered in each of three minutes, in this many milliseconds, by either version."""
    of_new = of_version(function)
    of_both = {name: value for name, value in of_new.items() if name != "ExecutedVersion"}
    return [
        Series("AWS/Lambda:Throttles", of_new, (1, 1, 1), 1),
        Series("AWS/Lambda:Duration", of_new, (new,) * 3, 1),
        Series("AWS/Lambda:Duration", of_both, (new,) * 3, 1),
        Series("AWS/Lambda:Duration", of_both, (old,) * 3, 1),
    ]


def hour(converted: int) -> list[Series]:
    """This many of ten uploads are converted, in every five minutes of an hour."""
    values = Uploads(10, converted).values
    return [Series(f"{deployed.NAME}:Converted", OF_ALL, values, ago=5 * period) for period in range(12)]


def costing(dollars: float) -> list[Series]:
    """A day whose conversions cost this many dollars, by the template's memory and prices, and one call."""
    seconds = dollars / (1769 / 1024 * 0.0000133334)
    return [
        Series("AWS/Lambda:Duration", {"FunctionName": "{ConvertFunction}"}, (seconds * 1000,)),
        Series("AWS/ApiGateway:Count", API, (1,)),
        Series(f"{deployed.NAME}:Writes", {"service": "convert"}, (6,)),
    ]


CONVERT, API = {"FunctionName": "{ConvertFunction}"}, {"ApiName": deployed.NAME, "Stage": "v1"}


# Data points with which each alarm stays silent, up to its threshold, and data points that set it off.
SYNTHETIC = {
    "SignUploadErrors": one("AWS/Lambda:Errors", of_version("SignUploadFunction"), 0, 1),
    "SignUploadThrottles": (
        throttled("SignUploadFunction", new=20, old=10),
        throttled("SignUploadFunction", new=21, old=10),
    ),
    "SignUploadSlow": one("AWS/Lambda:Duration", of_version("SignUploadFunction"), 4000, 4001),
    "GetUploadErrors": in_two_minutes("AWS/Lambda:Errors", of_version("GetUploadFunction")),
    "GetUploadThrottles": (
        throttled("GetUploadFunction", new=20, old=10),
        throttled("GetUploadFunction", new=21, old=10),
    ),
    "GetUploadSlow": one("AWS/Lambda:Duration", of_version("GetUploadFunction"), 8000, 8001),
    "ConvertErrors": in_two_minutes("AWS/Lambda:Errors", of_version("ConvertFunction")),
    "ConvertVersionThrottles": (throttled("ConvertFunction", 20, 10), throttled("ConvertFunction", 21, 10)),
    "ConvertSlow": one("AWS/Lambda:Duration", of_version("ConvertFunction"), 75_000, 75_001),
    "ConvertShare": (
        traffic(new=Uploads(20, converted=10), old=Uploads(180, converted=180)),
        traffic(new=Uploads(20, converted=9), old=Uploads(180, converted=180)),
    ),
    "DeadLetters": one("AWS/SQS:ApproximateNumberOfMessagesVisible", {"QueueName": "{queue}"}, 0, 1),
    "LostFailures": one("AWS/Lambda:DeadLetterErrors", CONVERT, 0, 1),
    "ReportFailureErrors": one("AWS/Lambda:Errors", {"FunctionName": "{ReportFailureFunction}"}, 0, 1),
    "EraseErrors": one("AWS/Lambda:Errors", {"FunctionName": "{EraseFunction}"}, 0, 1),
    "LostErasures": one("AWS/Lambda:DeadLetterErrors", {"FunctionName": "{EraseFunction}"}, 0, 1),
    "StuckConversions": one("AWS/Lambda:AsyncEventAge", CONVERT, 600_000, 600_001),
    "ConvertThrottles": minutes("AWS/Lambda:Throttles", CONVERT, every=5),
    "ApiErrors": one(f"{deployed.NAME}:ApiFaults", {}, 0, 1),
    "UnconvertedUploads": (hour(converted=5), hour(converted=4)),
    "CostPerDay": (costing(0.99), costing(1)),
}


def attacked(seed: int, junk: int, good: int, refuses: bool = False) -> list[Series]:
    """Five minutes of a release under attack, with a tenth of the traffic at the new version, distributed at random.

    junk, good: uploads in a minute. refuses: the new version rejects the good ones as well.
    """
    chance = random.Random(seed)
    series: list[Series] = []
    for minute in range(5):
        junk_of_new, good_of_new = (sum(chance.random() < 0.1 for _ in range(many)) for many in (junk, good))
        new = Uploads(junk_of_new + good_of_new, 0 if refuses else good_of_new)
        series += traffic(new, Uploads(junk + good - new.seen, good - good_of_new), ago=(minute,))
    return series


_LOST = "{stack}:UploadsWithoutOutcome", {"service": "upkeep"}
# Only a stack with Upkeep has these. UpkeepStopped counts the data points themselves.
UPKEEP: dict[str, tuple[list[Series], list[Series]]] = {
    "UploadsWithoutOutcome": one(*_LOST, 0, 1),
    "UpkeepErrors": one("AWS/Lambda:Errors", {"FunctionName": "{UpkeepFunction}"}, 1, 2),
    "UpkeepStopped": ([Series(*_LOST, (0,), ago=30)], [Series(*_LOST, (0,), ago=200)]),
}
