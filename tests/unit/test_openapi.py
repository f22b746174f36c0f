"""The API's own document, from template.yaml, fuzzed: every request gets a response, and never an error of ours.

schemathesis makes calls that conform to the document and calls that violate it. A small gateway passes them to the
handlers as API Gateway would without its validator, so the functions receive worse requests than on AWS.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

import claim
import erase
import get_upload
import sign_upload
from dev import stack
from tests.material.invocation import Context
from tests.material.template import PACKAGES

# Per operation and kind, the same each time. With forty, all branches of the handlers are taken that 150 take.
EXAMPLES = 50
LONGEST_LINE = 5000  # of a log, in characters
LARGEST_ANSWER = 1_000_000  # bytes; API Gateway accepts ten times as much
ANSWERS = {
    "POST /uploads": {201, 400, 413, 415, 422},
    "OPTIONS /uploads": {204},
    "GET /limits": {200},
    "OPTIONS /limits": {204},
    "GET /uploads/{job}": {200, 202, 404},
    "DELETE /uploads/{job}": {404},
    "OPTIONS /uploads/{job}": {204},
    "POST /uploads/{job}/claim": {204, 404, 409, 410},
    "OPTIONS /uploads/{job}/claim": {204},
}
HANDLERS = {
    "GET /uploads/{job}": get_upload.handler,
    "DELETE /uploads/{job}": erase.handler,
    "POST /uploads/{job}/claim": claim.handler,
}

Answer = Callable[[str, list[tuple[str, str]]], object]


def document() -> dict[str, Any]:
    """The OpenAPI document of the stack, without AWS's extensions, and with the parameters of its paths."""
    body = stack.translate(stack.packaged(PACKAGES), {})["Resources"]["Api"]["Properties"]["Body"]
    paths: dict[str, Any] = {}
    for path, item in body["paths"].items():
        conditional = item.get("Fn::If", [None, item])[1]  # with the settings that they depend on
        methods = {method: operation.get("Fn::If", [None, operation])[1] for method, operation in conditional.items()}
        names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        parameters = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
        paths[path] = {
            method: {
                **{name: operation[name] for name in operation.keys() & {"requestBody"}},
                "parameters": parameters,
                "responses": {"default": {"description": "an answer"}},
            }
            for method, operation in methods.items()
        }
    schemas = body["components"]["schemas"]
    info = {"title": "thumbnails", "version": "1"}
    return {"openapi": body["openapi"], "info": info, "components": {"schemas": schemas}, "paths": paths}


class Gateway:
    """A WSGI application: passes calls on as API Gateway does, and serves the document."""

    def __init__(self, described: dict[str, Any]):
        self.described = described

    def __call__(self, environ: dict[str, Any], answer: Answer) -> Iterable[bytes]:
        path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
        if path == "/openapi.json":
            answer("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(self.described).encode()]
        event = self._event(environ, path)
        handler = HANDLERS.get(f"{event['httpMethod']} {event['resource']}", sign_upload.handler)
        said = handler(event, Context())
        status = HTTPStatus(said["statusCode"])
        answer(f"{status.value} {status.phrase}", [*said["headers"].items()])
        return [said["body"].encode()]

    def _event(self, environ: dict[str, Any], path: str) -> dict[str, Any]:
        resource, job = self._resource(path)
        content = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        headers = {name[5:].replace("_", "-").title(): value for name, value in environ.items() if name[:5] == "HTTP_"}
        return {
            "httpMethod": environ["REQUEST_METHOD"],
            "resource": resource,
            "path": path,
            "headers": headers or None,
            "queryStringParameters": dict(parse_qsl(environ.get("QUERY_STRING", ""))) or None,
            "pathParameters": {"job": job} if job is not None else None,
            "body": content.decode("utf-8", "replace") if content else None,
            "isBase64Encoded": False,
        }

    def _resource(self, path: str) -> tuple[str, str | None]:
        if not path.startswith("/uploads/"):
            return path, None
        job = path.removeprefix("/uploads/")
        is_claim = job.endswith("/claim")
        return "/uploads/{job}" + "/claim" * is_claim, job.removesuffix("/claim") if is_claim else job


def operations() -> Iterator[Any]:
    """Name, and strategy: made before the tests, because with the first one Hypothesis registers its random numbers. It
    warns if nothing refers to them, and after gc.freeze() (tests/conftest.py), Python does not tell what does.
    """
    described = document()
    schema = schemathesis.openapi.from_wsgi("/openapi.json", Gateway(described))
    for found in schema.get_all_operations():
        operation: Any = found
        operation = operation.ok()
        kinds = [GenerationMode.POSITIVE]
        if operation.body:  # a path accepts any text
            kinds.append(GenerationMode.NEGATIVE)
        for kind in kinds:
            calls = operation.as_strategy(generation_mode=kind)
            yield pytest.param(operation.label, calls, id=f"{operation.label}, {kind.value}")


@pytest.mark.usefixtures("s3")
@pytest.mark.parametrize(("label", "calls"), [*operations()])
def test_whatever_is_asked_is_answered(label: str, calls: Any, capsys: pytest.CaptureFixture[str]) -> None:
    seen: set[int] = set()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=calls)
    def ask(case: Any) -> None:
        answer = case.call()
        seen.add(answer.status_code)
        assert answer.status_code in ANSWERS[label]
        assert answer.headers["access-control-allow-origin"] == ["*"]
        assert len(answer.content) < LARGEST_ANSWER
        if answer.status_code != HTTPStatus.NO_CONTENT:
            problem = answer.status_code >= HTTPStatus.BAD_REQUEST
            assert answer.headers["content-type"] == [f"application/{'problem+json' if problem else 'json'}"]
            assert isinstance(json.loads(answer.content), dict)

    ask()

    assert seen <= ANSWERS[label]
    for line in capsys.readouterr().out.splitlines():
        assert isinstance(json.loads(line), dict), "one line for each event, whatever is in it"
        assert len(line) < LONGEST_LINE


def test_every_operation_of_the_document_is_fuzzed() -> None:
    assert {parameter.values[0] for parameter in operations()} == ANSWERS.keys()
