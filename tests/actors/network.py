"""What happens between the page and the service: other responses, interrupted uploads, policies."""

import re
from typing import Any

from playwright.sync_api import Page, Route

EVERYTHING = re.compile(".*")


def answer_under(page: Page, address: str, policy: str) -> None:
    """Serves the page at this address with this Content-Security-Policy.

    Not with `page.route`: a document that Playwright answers has no address space, and Chromium then asks the visitor
    before it may reach this machine.
    """
    session = page.context.new_cdp_session(page)

    def add(paused: dict[str, Any]) -> None:
        headers = [*paused["responseHeaders"], {"name": "Content-Security-Policy", "value": policy}]
        answer = {"requestId": paused["requestId"], "responseCode": 200, "responseHeaders": headers}
        session.send("Fetch.continueResponse", answer)

    session.on("Fetch.requestPaused", add)
    session.send("Fetch.enable", {"patterns": [{"urlPattern": address, "requestStage": "Response"}]})


def is_upload(route: Route) -> bool:
    """Whether it uploads a file to S3."""
    return route.request.method == "POST" and not is_signing(route)


def is_signing(route: Route) -> bool:
    return route.request.method == "POST" and route.request.url.endswith("/uploads")


def cut_uploads(page: Page) -> None:
    """Cuts the connection of every upload, until `page.unroute(EVERYTHING)`."""
    page.route(EVERYTHING, lambda route: route.abort() if is_upload(route) else route.continue_())


def once(page: Page, chosen: Any, **answer: Any) -> None:
    """Answers the next request of that kind like this, and lets all others through."""
    answered: list[Route] = []

    def handle(route: Route) -> None:
        if answered or not chosen(route):
            return route.continue_()
        answered.append(route)
        return route.fulfill(**answer)

    page.route(EVERYTHING, handle)
