"""Calls to AWS under a function's role, and AWS's response to each."""

import io
import json
import re
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from dev.emulator import REGION
from tests.actors.client import PATIENCE, Service

# Service, operation and parameters, as in boto3. In addition, read_by_link and write_by_form sign requests that are
# then sent without boto3.
Asked = tuple[str, str, Mapping[str, Any]]

_CODE = """
import os

def handler(event, context):
    return [os.environ[f"AWS_{name}"] for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")]
"""

DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "403", "Forbidden"}

# Those of the probe that asks. All share their clients, because to make them takes longer than to ask.
_CALLER = Credentials("", "")


@cache
def _client(endpoint: str, service: str) -> Any:
    session = botocore.session.Session()
    session._credentials = _CALLER  # type: ignore[attr-defined]
    config = Config(signature_version="v4")  # also of links and forms
    return boto3.Session(botocore_session=session, region_name=REGION).client(
        service, endpoint_url=endpoint, config=config
    )


def _fetched(request: str | urllib.request.Request) -> str:
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE):
            return "allowed"
    except urllib.error.HTTPError as error:
        with error:
            (code,) = re.findall("<Code>(.*)</Code>", error.read().decode())
            return str(code)


def _read_by_link(s3: Any, place: Mapping[str, str]) -> str:
    return _fetched(s3.generate_presigned_url("get_object", place))


def _write_by_form(s3: Any, place: Mapping[str, str]) -> str:
    post = s3.generate_presigned_post(**place)
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (post["fields"] | {"file": "x"}).items()
    ]
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    return _fetched(urllib.request.Request(post["url"], ("".join(parts) + "--b--").encode(), headers))


_SIGNED = {"read_by_link": _read_by_link, "write_by_form": _write_by_form}


def _answered(client: Any, operation: str, parameters: Mapping[str, Any]) -> str:
    if signed := _SIGNED.get(operation):
        return signed(client, parameters)
    try:
        getattr(client, operation)(**parameters)
    except ClientError as error:
        code: str = error.response["Error"]["Code"]
        return code
    return "allowed"


@dataclass(frozen=True)
class Probe:
    """function: its own name, whose credentials it uses. endpoint: of all services."""

    lambda_: Any
    function: str
    endpoint: str

    def __call__(self, *asked: Asked) -> list[str]:
        """For each call "allowed", or the code of the error."""
        answer = self.lambda_.invoke(FunctionName=self.function, Payload=b"{}")
        content = json.load(answer["Payload"])
        assert "FunctionError" not in answer, content
        _CALLER.access_key, _CALLER.secret_key, _CALLER.token = content
        return [_answered(_client(self.endpoint, service), operation, given) for service, operation, given in asked]


@contextmanager
def probes(stack: Service) -> Iterator[dict[str, Probe]]:
    """One per function of a stack, by the function's logical id."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("probe.py", _CODE)
    aws = stack.deployed.client("lambda")
    found = {}
    for logical, function in stack.deployed.functions.items():
        found[logical] = Probe(aws, f"probe-{stack.deployed.name}-{logical}", stack.deployed.endpoint)
        aws.create_function(
            FunctionName=found[logical].function,
            Role=aws.get_function_configuration(FunctionName=function)["Role"],
            Runtime="python3.13",
            Handler="probe.handler",
            Timeout=120,
            Code={"ZipFile": package.getvalue()},
        )
    yield found
    for probe in found.values():
        aws.delete_function(FunctionName=probe.function)
