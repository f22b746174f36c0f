"""A client of a stack that allows one request a second: it retries as requested."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import requests

from dev.emulator import Emulator
from dev.gaps import PARAMETERS as OF_THE_EMULATOR
from dev.stack import NAME, Stack
from operate import door
from tests.actors.client import PATIENCE, Service
from tests.standins.ports import free_port

_SECRET = "of-the-distribution"


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

    @property
    def outputs(self) -> list[str]:
        """The names of the formats, in the order of the settings."""
        return (self.set["ThumbnailFormats"] or self.set["ThumbnailFormat"]).split(",")

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


@contextmanager
def at_an_end(chosen: dict[str, str], origins: list[str]) -> Iterator[End]:
    """A stack of its own with these parameters. origins: from which pages may upload to the emulator's buckets."""
    with Emulator(free_port(), origins=origins) as emulator:
        deployed = Stack(emulator.url, chosen | OF_THE_EMULATOR)
        deployed.parameters["Authorizer"] = ""  # a made-up ARN is no user pool; test_owners.py has a real one
        if chosen["DeliverySecrets"]:  # the maximum number of versions, but existing ones
            deployed.parameters["DeliverySecrets"] = "2,1"
            for value in ("another", _SECRET):
                deployed.client("ssm").put_parameter(
                    Name=door.parameter(NAME), Value=value, Type="String", Overwrite=True
                )
        deployed.deploy()
        yield End(deployed, _SECRET if chosen["DeliverySecrets"] else None)


def patiently(call: Callable[[], requests.Response]) -> requests.Response:
    """With one request a second, some responses are 429."""
    deadline = time.monotonic() + PATIENCE
    while (answer := call()).status_code == 429 and time.monotonic() < deadline:
        time.sleep(int(answer.headers["Retry-After"]))
    return answer
