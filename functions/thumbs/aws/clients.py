"""The clients of AWS. Only this module, and those that are about one service, use boto3."""

from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


@cache
def client(service: str) -> Any:
    # Standard retries with short timeouts: the function's own timeout and Lambda's retries are the outer ring.
    config = Config(retries={"mode": "standard", "max_attempts": 3}, connect_timeout=2, read_timeout=10)
    return boto3.client(service, config=config)


def code(error: Exception) -> str:
    """What AWS calls an error, such as NoSuchKey; "" for one that is not an answer of AWS."""
    return error.response.get("Error", {}).get("Code", "") if isinstance(error, ClientError) else ""
