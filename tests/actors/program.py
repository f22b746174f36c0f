"""A program that uses any stack of the service: it knows the address and, if keys are required, its own."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.actors.client import PATIENCE, Signed, wait_for


def base(outputs: dict[str, str], parameters: dict[str, str]) -> str:
    """A stack's address, with a slash at the end: behind a firewall, the domain of its page."""
    behind = parameters.get("DeliverySecrets")
    return f"https://{parameters['DeliveryDomain']}/" if behind else outputs["ApiUrl"]


@dataclass(frozen=True)
class Api:
    """The service as used by a program. url: ends with a slash. lines: of convert's log that contain a text."""

    url: str
    headers: dict[str, str]
    lines: Callable[[str], list[dict[str, Any]]]
    jobs: list[str] = field(default_factory=list)  # all signed jobs

    def ask(self, body: Any) -> requests.Response:
        headers = {"Content-Type": "application/json"} | self.headers
        return requests.post(f"{self.url}uploads", json.dumps(body), headers=headers, timeout=PATIENCE)

    def get(self, path: str) -> requests.Response:
        return requests.get(self.url + path, headers=self.headers, timeout=PATIENCE)

    def sign(self, size: int, content_type: str = "image/jpeg") -> Signed:
        answer = self.ask({"files": [{"name": "smoke", "type": content_type, "size": size}]})
        assert answer.status_code == 201, answer.text
        entry = answer.json()["uploads"][0]
        self.jobs.append(entry["job"])
        return Signed(entry["job"], **entry["upload"], result=entry["result"], expires=entry["expires"])

    def convert(self, content: bytes, content_type: str = "image/jpeg") -> dict[str, Any]:
        signed = self.sign(len(content), content_type)
        assert signed.post(content).status_code == 204

        def read() -> dict[str, Any] | None:
            answer = requests.get(signed.result, timeout=PATIENCE)
            found: dict[str, Any] | None = answer.json() if answer.status_code == 200 else None
            return found

        return wait_for(read, "manifest")
