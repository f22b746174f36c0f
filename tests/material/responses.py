"""Responses of AWS, as a handler of botocore's event before-call returns them instead of making the call."""

from http import HTTPStatus
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders


def answered(content: Any, status: int = HTTPStatus.OK) -> tuple[AWSResponse, Any]:
    """content: the parsed response."""
    return AWSResponse("", status, HTTPHeaders(), None), content


def refused(code: str, status: int) -> tuple[AWSResponse, Any]:
    """code: of the error."""
    return answered({"Error": {"Code": code, "Message": ""}}, status)
