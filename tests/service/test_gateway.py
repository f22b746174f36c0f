"""API Gateway's own responses, and which pages may read them."""

import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from dev.emulator import Emulator
from dev.stack import Stack
from tests.actors.client import CALLS, PAGE, PATIENCE, Service
from tests.standins.ports import free_port


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not JSON",
        b"[]",
        b"{}",
        b'{"files": []}',
        b'{"files": [{}]}',
        b'{"files": [{"name": "a", "type": "b"}]}',
        b'{"files": [{"name": "a.png", "type": "image/png", "size": 1, "focus": "centre"}]}',
    ],
)
def test_a_malformed_body_is_refused_before_a_function_runs(stack: Service, body: bytes) -> None:
    answer = _refused_before_a_function_runs(stack, body, Origin=PAGE)

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.json()["status"] == 400
    assert "1 to 25 files" in answer.json()["detail"]


def _refused_before_a_function_runs(stack: Service, body: object, **headers: str) -> requests.Response:
    """A function would log the id of the request, before it logs a later call."""
    request = uuid.uuid4().hex
    answer = stack.ask(body, **headers, **{"X-Request-Id": request})
    stack.log_of("sign_upload", stack.sign().job)
    assert not [line for line in stack.log("sign_upload") if line.get("correlation_id") == request]
    return answer


def test_twenty_six_files_are_refused_before_a_function_runs(stack: Service) -> None:
    files = [{"name": "a", "type": "image/png", "size": 1}] * 26

    answer = _refused_before_a_function_runs(stack, {"files": files})

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("file", "status", "code"),
    [
        ({"name": "a.jpg", "type": "image/jpeg", "size": 20_000_001}, 413, "too_large"),
        ({"name": "a.pdf", "type": "application/pdf", "size": 1}, 415, "type_not_supported"),
        ({"name": "a.jpg", "type": "image/jpeg", "size": 0}, 422, "invalid"),
        ({"name": "", "type": "image/jpeg", "size": 1}, 422, "invalid"),
    ],
)
def test_a_bad_file_is_refused_with_its_reason(stack: Service, file: object, status: int, code: str) -> None:
    good = {"name": "good.jpg", "type": "image/jpeg", "size": 1}

    answer = stack.ask({"files": [good, file]}, Origin=PAGE)

    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    (error,) = answer.json()["errors"]
    assert (error["file"], error["code"]) == (1, code)
    assert error["pointer"].startswith("#/files/1/")
    assert error["detail"].endswith(".")


def test_files_that_are_bad_in_different_ways_are_all_named(stack: Service) -> None:
    answer = stack.ask(
        {
            "files": [
                {"name": "a.pdf", "type": "application/pdf", "size": 1},
                {"name": "b.jpg", "type": "image/jpeg", "size": 1},
                {"name": "c.jpg", "type": "image/jpeg", "size": 20_000_001},
            ]
        }
    )

    assert answer.status_code == 422
    assert [(error["file"], error["name"], error["code"]) for error in answer.json()["errors"]] == [
        (0, "a.pdf", "type_not_supported"),
        (2, "c.jpg", "too_large"),
    ]


def test_a_path_that_does_not_exist_is_a_readable_404(stack: Service) -> None:
    answer = requests.get(stack.deployed.api_url + "elsewhere", timeout=PATIENCE)

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.json()["title"] == "Not Found"


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_browser_learns_that_it_may_call(stack: Service, method: str, path: str) -> None:
    asked = {
        "Origin": PAGE,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "content-type,x-api-key",
    }

    answer = requests.options(stack.page_url + path, headers=asked, timeout=PATIENCE)

    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert method in answer.headers["Access-Control-Allow-Methods"].split(",")
    allowed = answer.headers["Access-Control-Allow-Headers"].lower().split(",")
    assert {"content-type", "x-api-key"} <= set(allowed)


def test_a_browser_may_upload_and_read_the_result(stack: Service) -> None:
    signed = stack.sign()
    asked = {"Origin": PAGE, "Access-Control-Request-Method": "POST"}

    assert requests.options(signed.url, headers=asked, timeout=PATIENCE).headers["Access-Control-Allow-Origin"]
    assert requests.get(signed.result, headers={"Origin": PAGE}, timeout=PATIENCE).headers[
        "Access-Control-Allow-Origin"
    ]


@pytest.fixture(scope="module")
def strict() -> Iterator[Stack]:
    """A separate stack with few requests per second, and two pages that may use it."""
    others = ["https://other.example.com", "https://evil.example.com"]
    parameters = {
        "RequestsPerSecond": "1",
        "RequestBurst": "3",
        "AllowedOrigins": f"{PAGE},https://other.example.com",
    }
    with Emulator(free_port(), origins=[PAGE, *others]) as emulator:
        deployed = Stack(emulator.url, parameters)
        deployed.deploy()
        yield deployed


def test_too_many_requests_are_refused_so_that_a_page_can_read_it(strict: Stack) -> None:
    with ThreadPoolExecutor(20) as crowd:
        answers = list(crowd.map(lambda _: requests.get(f"{strict.api_url}limits", timeout=PATIENCE), range(20)))

    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert refused[0].headers["Content-Type"] == "application/problem+json"
    assert refused[0].headers["Access-Control-Allow-Origin"] == "*"
    assert refused[0].headers["Retry-After"] == "1"
    assert refused[0].json()["title"] == "Too Many Requests"


@pytest.mark.parametrize(
    ("origin", "allowed"), [(PAGE, True), ("https://other.example.com", True), ("https://evil.example.com", False)]
)
def test_only_allowed_origins_may_use_the_service(strict: Stack, origin: str, allowed: bool) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    bucket = f"{strict.endpoint}/{strict.outputs['UploadBucket']}"

    def unthrottled(method: str, path: str, **headers: str) -> requests.Response:
        """This stack allows one call per second."""
        while True:
            answer = requests.request(method, strict.api_url + path, headers=headers, timeout=PATIENCE)
            if answer.status_code != 429:
                return answer
            time.sleep(int(answer.headers["Retry-After"]))

    answers = [unthrottled("GET", "limits", Origin=origin)]
    for method, path in CALLS:
        wanted = {**asked, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": "x-api-key"}
        answers.append(unthrottled("OPTIONS", path, **wanted))

    for each in (*answers, requests.options(bucket, headers=asked, timeout=PATIENCE)):
        assert each.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)
    for each in answers:
        assert each.ok
        assert each.headers["Vary"] == "Origin"
