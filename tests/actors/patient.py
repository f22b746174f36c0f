"""A client of a stack that allows one request a second: it retries as requested."""

import time
from collections.abc import Callable
from functools import cached_property
from typing import Any

import requests

from dev.stack import Stack
from tests.actors.client import PATIENCE, Service


class End(Service):
    """The service at one extreme of its settings. set: its parameters."""

    def __init__(self, deployed: Stack, secret: str | None = None):
        """secret: what a distribution would send, if the API asks for one."""
        super().__init__(deployed.api_url, deployed)
        self.set, self._secret = deployed.parameters, secret

    @cached_property
    def key(self) -> dict[str, str]:
        """With the header that the distribution would add."""
        return super().key | ({"Referer": self._secret} if self._secret else {})

    def number(self, parameter: str) -> int:
        return int(self.set[parameter])

    def ask(self, body: Any, **headers: str) -> requests.Response:
        return patiently(lambda: super(End, self).ask(body, **headers))

    def get(self, path: str, **headers: str) -> requests.Response:
        return patiently(lambda: super(End, self).get(path, **headers))

    def post(self, path: str) -> requests.Response:
        return patiently(lambda: requests.post(self.page_url + path, headers=self.key, timeout=PATIENCE))

    def tagged(self, job: str) -> set[str]:
        """The keys of what was made of a job and has tags."""
        place = {"Bucket": self.thumbnails}
        return {key for key in self.keys(job) if self.s3.get_object_tagging(Key=key, **place)["TagSet"]}

    def environment(self, function: str) -> dict[str, str]:
        """The variables of the live version of a function. function: logical id."""
        answer = self.deployed.client("lambda").get_function_configuration(
            FunctionName=self.deployed.functions[function], Qualifier="live"
        )
        variables: dict[str, str] = answer["Environment"]["Variables"]
        return variables


def patiently(call: Callable[[], requests.Response]) -> requests.Response:
    """With one request a second, some responses are 429."""
    deadline = time.monotonic() + PATIENCE
    while (answer := call()).status_code == 429 and time.monotonic() < deadline:
        time.sleep(int(answer.headers["Retry-After"]))
    return answer
