"""A function that calls AWS under another one's role, and reports AWS's response to each call."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.actors.client import Service

# Service, operation and parameters, as in boto3. In addition, read_by_link and write_by_form sign requests that are
# then sent without boto3.
Asked = tuple[str, str, Mapping[str, Any]]

_CODE = """
import functools
import re
import urllib.error
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

def fetched(request):
    try:
        with urllib.request.urlopen(request):
            return "allowed"
    except urllib.error.HTTPError as error:
        return re.search("<Code>(.*)</Code>", error.read().decode())[1]

def read_by_link(client, Bucket, Key):
    return fetched(client.generate_presigned_url("get_object", {"Bucket": Bucket, "Key": Key}))

def write_by_form(client, Bucket, Key):
    post = client.generate_presigned_post(Bucket, Key)
    parts = [f'--b\\r\\nContent-Disposition: form-data; name="{name}"\\r\\n\\r\\n{value}\\r\\n'
             for name, value in (post["fields"] | {"file": "x"}).items()]
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    return fetched(urllib.request.Request(post["url"], ("".join(parts) + "--b--").encode(), headers))

@functools.cache
def client(service):
    return boto3.client(service, config=Config(signature_version="v4"))  # also of links and forms

def answered(service, operation, parameters):
    signed = {"read_by_link": read_by_link, "write_by_form": write_by_form}.get(operation)
    if signed:
        return signed(client(service), **parameters)
    try:
        getattr(client(service), operation)(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "allowed"

def handler(event, context):
    return [answered(*asked) for asked in event]
"""

DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "403", "Forbidden"}


@dataclass(frozen=True)
class Probe:
    """function: its own name."""

    lambda_: Any
    function: str

    def __call__(self, *asked: Asked) -> list[str]:
        """For each call "allowed", or the code of the error."""
        answer = self.lambda_.invoke(FunctionName=self.function, Payload=json.dumps(asked).encode())
        content: list[str] = json.load(answer["Payload"])
        assert "FunctionError" not in answer, content
        return content


@contextmanager
def probes(stack: Service) -> Iterator[dict[str, Probe]]:
    """One per function of a stack, by the function's logical id."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("probe.py", _CODE)
    aws = stack.deployed.client("lambda")
    found = {}
    for logical, function in stack.deployed.functions.items():
        found[logical] = Probe(aws, f"probe-{stack.deployed.name}-{logical}")
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
