"""The line of a day: how uploads ended, how much is stored, and what the day has cost.

Everything but the number and size of originals is from CloudWatch, which has it anyway. The cost is estimated by the
formula of the alarm CostPerDay and of the dashboard, which CloudWatch itself evaluates.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from thumbs import observe, settings
from thumbs.aws import cloudwatch
from thumbs.aws.cloudwatch import Metric
from thumbs.upkeep.memory import Tally

_DAY = timedelta(days=1)


def write(today: datetime, originals: Tally | None) -> None:
    """Log the line of the day before. today: its midnight (UTC). originals: of the last complete search."""
    found = cloudwatch.values(_wanted(), today - _DAY, today, round(_DAY.total_seconds()))
    line: dict[str, Any] = {"day": (today - _DAY).date().isoformat()}
    line |= {name: values[0] if values else None for name, values in found.items() if name not in TERMS}
    if originals:
        line |= {"originals": originals.originals, "original_bytes": originals.bytes, "strangers": originals.strangers}
    observe.log().info("day", extra=line)


TERMS = ("milliseconds", "calls", "writes")  # the names that the formula uses


def _wanted() -> Mapping[str, Metric | str]:
    current = settings.current()
    stack, convert = current.stack_name, {"service": "convert"}
    return {
        "signed": Metric(stack, "UploadsSigned", {"service": "sign_upload"}),
        "done": Metric(stack, "Converted", convert),
        "rejected": Metric(stack, "Rejected", convert),
        "failed": Metric(stack, "Failed", {"service": "report_failure"}),
        "failed_without_original": Metric(stack, "Failed", convert),
        "without_outcome": Metric(stack, "UploadsWithoutOutcome", {"service": "upkeep"}, "Maximum"),
        "thumbnail_bytes": _of_bucket("BucketSizeBytes", "StandardStorage"),
        "thumbnail_objects": _of_bucket("NumberOfObjects", "AllStorageTypes"),
        "milliseconds": cloudwatch.of_function(current.convert_function, "Duration"),
        "calls": Metric("AWS/ApiGateway", "Count", {"ApiName": stack, "Stage": "v1"}),
        "writes": Metric(stack, "Writes", convert),
        "dollars": current.cost_formula,
    }


def _of_bucket(name: str, storage: str) -> Metric:
    """A metric of the thumbnail bucket, which S3 reports once a day, free of charge."""
    dimensions = {"BucketName": settings.current().thumbnail_bucket, "StorageType": storage}
    return Metric("AWS/S3", name, dimensions, "Average")


def midnight(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
