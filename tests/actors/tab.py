"""The environment of a tab under test: a watch for errors, and its connection."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import CDPSession, ConsoleMessage, Request


@dataclass
class Watch:
    """Forbidden behaviour of the page. A test that breaks something on purpose declares it with `expect`."""

    faults: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    _expected: list[str] = field(default_factory=list)

    def expect(self, *texts: str) -> None:
        self._expected += texts

    def signings(self) -> list[list[dict[str, Any]]]:
        """The files of each call that requested signatures."""
        calls = [request for request in self.requests if request.method == "POST" and request.url.endswith("/uploads")]
        return [json.loads(call.post_data or "{}")["files"] for call in calls]

    def console(self, message: ConsoleMessage) -> None:
        # Until a job has ended there is no result: the page polls, S3 responds with 404 or 403, and Chromium logs it.
        pending = "with a status of 40" in message.text and "manifest.json" in message.location["url"]
        if message.type in ("error", "warning") and not pending:
            self.faults.append(f"{message.text} ({message.location['url']})")

    def request(self, request: Request) -> None:
        self.requests.append(request)
        host = urlsplit(request.url).hostname or ""
        if host and host != "localhost" and not host.endswith(".localhost"):
            self.faults.append(f"asked a foreign host: {request.url}")

    def unexpected(self) -> list[str]:
        return [fault for fault in self.faults if not any(text in fault for text in self._expected)]


class Network:
    """The tab's connection."""

    def __init__(self, session: CDPSession):
        self._session = session

    def limit_uploads(self, bytes_per_second: int | None) -> None:
        """None: as fast as possible, also for running transfers."""
        conditions = {
            "offline": False,
            "latency": 0,
            "downloadThroughput": -1,
            "uploadThroughput": bytes_per_second or -1,
        }
        self._session.send("Network.emulateNetworkConditions", conditions)
