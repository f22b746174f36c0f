"""A version is verified although Lambda has no room for it at first: strangers may have used up the concurrency."""

import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest
from botocore.exceptions import ClientError

from tests.actors.web_server import serving
from thumbs.aws import functions

SECONDS = 7.0


class Throttled(BaseHTTPRequestHandler):
    """Lambda, which throttles each call as often as the server's setting says (API reference, Invoke, "Errors")."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        left: list[str] = self.server.errors  # type: ignore[attr-defined]
        error = left.pop(0) if left else None
        content = json.dumps({"Type": "User", "Message": "no"} if error else "done").encode()
        self.send_response(429 if error else 200)
        self.send_header("Content-Length", str(len(content)))
        if error:
            self.send_header("x-amzn-errortype", error)
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def errors(environment: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The errors with which Lambda answers the next calls."""
    with serving(Throttled) as server:
        server.errors = []  # type: ignore[attr-defined]
        environment.setenv("AWS_ENDPOINT_URL_LAMBDA", f"http://127.0.0.1:{server.server_port}")
        environment.setattr(time, "sleep", lambda _: None)
        functions._impatient_lambda.cache_clear()
        yield server.errors  # type: ignore[attr-defined]
        functions._impatient_lambda.cache_clear()


def test_a_throttled_call_is_made_again(errors: list[str]) -> None:
    errors += ["TooManyRequestsException"] * 3

    assert functions.call("convert:3", {}, SECONDS) == "done"


def test_a_call_that_stays_throttled_ends(errors: list[str], environment: pytest.MonkeyPatch) -> None:
    environment.setattr(functions, "ROOM_SECONDS", -1.0)
    errors += ["TooManyRequestsException"]

    with pytest.raises(ClientError, match="TooManyRequestsException"):
        functions.call("convert:3", {}, SECONDS)


def test_any_other_refusal_counts_at_once(errors: list[str]) -> None:
    errors += ["ResourceNotFoundException"]

    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        functions.call("convert:3", {}, SECONDS)
