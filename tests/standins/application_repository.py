"""A stand-in for the HTTP API of the AWS Serverless Application Repository, derived from botocore's model.

Published packages must already be in S3, because the repository copies them.
"""

import json
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from botocore.exceptions import ClientError
from botocore.model import OperationModel
from botocore.validate import ParamValidator
from samtranslator.yaml_helper import yaml_parse

from publish import capabilities
from publish.application import Application, parts
from tests.standins.application_model import MODEL, Failure, Members, check, wire

ACCOUNT, REGION = "123456789012", "us-east-1"


class Repository:
    """url: its address. calls: the requested operations, in order.

    applications: by id, their latest content. versions: by id and version, their content.
    """

    def __init__(self, s3: Any):
        """s3: a boto3 client for the packages."""
        self.s3 = s3
        self.applications: dict[str, Members] = {}
        self.versions: dict[str, dict[str, Members]] = {}
        self.calls: list[str] = []
        self._operations: dict[str, Callable[[Members], Members]] = {
            "CreateApplication": self._create_application,
            "CreateApplicationVersion": self._create_application_version,
            "CreateCloudFormationTemplate": self._create_template,
            "GetApplication": self._get_application,
            "UpdateApplication": self._update_application,
        }
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def file(self, uri: str) -> str:
        """The object at an S3 address."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        text: str = self.s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
        return text

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Members]:
        """Status and body of the response."""
        try:
            signed = (
                rf"AWS4-HMAC-SHA256 Credential=\w+/\d{{8}}/{REGION}/serverlessrepo/aws4_request, .*Signature=\w{{64}}$"
            )
            if not re.match(signed, headers.get("Authorization", "")):
                raise Failure("ForbiddenException", "not signed for this service")
            operation, members = self._read(method, path, body)
            assert operation.input_shape is not None
            assert operation.output_shape is not None
            self.calls.append(operation.name)
            check(members, operation.input_shape)
            answer = self._operations[operation.name](members)
            assert not ParamValidator().validate(answer, operation.output_shape).has_errors(), "a fault of the stand-in"
            return operation.http["responseCode"], wire(answer, operation.output_shape)
        except Failure as failure:
            status = MODEL.shape_for(failure.code).metadata["error"]["httpStatusCode"]
            return status, {"errorCode": failure.code, "message": str(failure), "__type": failure.code}

    def _read(self, method: str, path: str, body: bytes) -> tuple[OperationModel, Members]:
        """The operation of a request, with its members from path, query and body."""
        address = urlsplit(path)
        for name in self._operations:
            operation = MODEL.operation_model(name)
            template = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(operation.http["requestUri"]))
            if operation.http["method"] == method and (found := re.fullmatch(template, address.path)):
                shapes = operation.input_shape.members if operation.input_shape else {}
                places = {shape.serialization["name"]: name for name, shape in shapes.items()}
                sent = json.loads(body or b"{}") | {key: values[0] for key, values in parse_qs(address.query).items()}
                sent |= {key: unquote(text) for key, text in found.groupdict().items()}
                return operation, {places.get(key, key): value for key, value in sent.items()}
        raise Failure("NotFoundException", f"{method} {path} is not stood in for")

    def _create_application(self, members: Members) -> Members:
        identifier = f"arn:aws:serverlessrepo:{REGION}:{ACCOUNT}:applications/{members['Name']}"
        if identifier in self.applications:
            raise Failure("ConflictException", f"Application with id {identifier} already exists")
        for name in {"LicenseUrl", "ReadmeUrl"} & members.keys():
            self._copy(members[name])
        if "SemanticVersion" in members:
            self._store(identifier, members)
        self.applications[identifier] = members
        self.versions.setdefault(identifier, {})
        return self._application(identifier)

    def _update_application(self, members: Members) -> Members:
        self._existing(members)
        if "ReadmeUrl" in members:
            self._copy(members["ReadmeUrl"])
        self.applications[members["ApplicationId"]] |= members
        return self._application(members["ApplicationId"])

    def _create_application_version(self, members: Members) -> Members:
        self._existing(members)
        if members["SemanticVersion"] in self.versions.get(members["ApplicationId"], {}):
            raise Failure("ConflictException", f"Version {members['SemanticVersion']} already exists")
        self._store(members["ApplicationId"], members)
        return self._version(members["ApplicationId"], members["SemanticVersion"])

    def _get_application(self, members: Members) -> Members:
        self._existing(members)
        if "SemanticVersion" in members and members["SemanticVersion"] not in self.versions[members["ApplicationId"]]:
            raise Failure("NotFoundException", "no such version")
        return self._application(members["ApplicationId"])

    def _create_template(self, members: Members) -> Members:
        """What SAM requests if the application is nested in another template. It is ready at once."""
        self._existing(members)
        if members["SemanticVersion"] not in self.versions[members["ApplicationId"]]:
            raise Failure("NotFoundException", "no such version")
        version = self._version(members["ApplicationId"], members["SemanticVersion"])
        told = {name: version[name] for name in ("ApplicationId", "CreationTime", "SemanticVersion", "TemplateUrl")}
        return told | {"ExpirationTime": version["CreationTime"], "Status": "ACTIVE", "TemplateId": "1"}

    def _existing(self, members: Members) -> None:
        if members["ApplicationId"] not in self.applications:
            raise Failure("NotFoundException", "no such application")

    def _store(self, identifier: str, members: Members) -> None:
        template = yaml_parse(members["TemplateBody"])
        for part in parts(template["Resources"]):
            for name in ("CodeUri", "ContentUri"):
                if isinstance(part, dict) and name in part:
                    self._copy(part[name])
        self.versions.setdefault(identifier, {})[members["SemanticVersion"]] = members | {"Template": template}

    def _copy(self, uri: Any) -> None:
        """Read a package from S3, as the repository does."""
        found = re.fullmatch(r"s3://([^/]+)/(.+)", str(uri))
        if not found:
            raise Failure("BadRequestException", f"Invalid S3 URI: {uri}")
        try:
            self.s3.head_object(Bucket=found[1], Key=found[2])
        except ClientError:
            message = f"Failed to copy S3 object. Access denied: bucket={found[1]}, key={found[2]}"
            raise Failure("BadRequestException", message) from None

    def _application(self, identifier: str) -> Members:
        told = self.applications[identifier]
        shared = {"Author", "Description", "Name", "Labels", "HomePageUrl", "SpdxLicenseId", "LicenseUrl", "ReadmeUrl"}
        answer = {name: told[name] for name in shared & told.keys()} | {"ApplicationId": identifier}
        if version := told.get("SemanticVersion"):
            answer["Version"] = self._version(identifier, version)
        return answer

    def _version(self, identifier: str, version: str) -> Members:
        template = self.versions[identifier][version]["Template"]
        return {
            "ApplicationId": identifier,
            "CreationTime": datetime.now(UTC).isoformat(),
            "ParameterDefinitions": [
                {"Name": name, "ReferencedByResources": []} for name in template.get("Parameters", {})
            ],
            "RequiredCapabilities": [*capabilities.needed(Application(template, Path()))],
            "ResourcesSupported": True,
            "SemanticVersion": version,
            "TemplateUrl": f"{self.url}/templates/{version}",
        }

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        repository = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, answer = repository.answer(self.command, self.path, self.headers, body)
                content = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                if status >= 400:
                    self.send_header("X-Amzn-ErrorType", answer["errorCode"])
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_PATCH = _answer  # noqa: N815 (http.server's names)

            def log_message(self, *_: Any) -> None:
                """Nothing: the tests look at `calls`."""

        return Handler
