"""boto3's clients, for every service except S3. Only this module and the modules of single services use boto3."""

from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError

# A failed request: refused, or without a response.
ERRORS = (ClientError, HTTPClientError)


@cache
def client(service: str) -> Any:
    # Standard retries with short timeouts, inside the function's own timeout and Lambda's retries.
    config = Config(retries={"mode": "standard", "max_attempts": 3}, connect_timeout=2, read_timeout=10)
    return boto3.client(service, config=config)


def code(error: Exception) -> str:
    """AWS's code for an error, such as NoSuchKey; "" if it is not a response from AWS."""
    return error.response.get("Error", {}).get("Code", "") if isinstance(error, ClientError) else ""
