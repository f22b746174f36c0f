"""Callers of a service behind its firewall, through the distribution and past it."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import requests

from dev.stack import NAME
from operate.door import Door
from operate.stack import Stack
from tests.actors.client import PATIENCE
from tests.actors.edge import Edge


class Guarded(Edge):
    """The service behind its firewall, with an API that requires a key."""

    def directly(self, method: str, path: str, **headers: str) -> requests.Response:
        """A call past the distribution."""
        url = self.deployed.api_url + path
        body = json.dumps({"files": [{"name": "a.jpg", "type": "image/jpeg", "size": 1}]}) if method == "POST" else None
        sent = {"Content-Type": "application/json"} | self.key | headers
        return requests.request(method, url, data=body, headers=sent, timeout=PATIENCE)

    def door(self, say: Callable[[str], None] = lambda _: None) -> Door:
        service, delivery = (Stack(self.deployed.client, name, say, 0.1) for name in (NAME, f"{NAME}-delivery"))
        return Door(service, delivery, 0)

    @contextmanager
    def called(self) -> Iterator[list[int]]:
        """The responses to calls through the distribution, one after the other, meanwhile."""
        answers: list[int] = []
        ended = threading.Event()

        def call() -> None:
            while not ended.wait(0.02):  # otherwise it takes the machine from the command
                answers.append(self.get("/limits", **self.key).status_code)

        caller = threading.Thread(target=call)
        caller.start()
        try:
            yield answers
        finally:
            ended.set()
            caller.join(PATIENCE)
        assert len(answers) > 10
