"""The upload page of a service whose API requires a key: the page carries the one that its head names."""

import re
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Route

from dev.emulator import ROOT
from tests.actors.client import PAGE, Service
from tests.actors.tab import Watch
from tests.actors.visitor import choose, expect_stage, row
from tests.material.photos import jpeg

TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


def test_the_page_carries_the_key_that_its_head_names(
    blank: Page, context: BrowserContext, neighbour: Service, watch: Watch
) -> None:
    def serve(route: Route) -> None:
        path = ROOT / "frontend" / (route.request.url.removeprefix(f"{PAGE}/") or "index.html")
        route.fulfill(body=told(path, neighbour), content_type=TYPES[path.suffix])

    # The emulator, unlike S3, has no TLS, and shows no other site a thumbnail (dev/isolation.py).
    watch.expect("asked a foreign host: https://photos.example.com", "Mixed Content", "403 (Forbidden)")
    context.grant_permissions(["local-network-access"], origin=PAGE)
    blank.route(f"{PAGE}/**", serve)
    blank.goto(f"{PAGE}/")
    choose(blank, jpeg("photo.jpg", 400, 300))

    expect_stage(row(blank, "photo.jpg"), "done")
    called = [request for request in watch.requests if request.url.startswith(neighbour.page_url)]
    assert {request.method for request in called} >= {"GET", "POST"}
    carried = {request.headers.get("x-api-key") for request in called if request.method != "OPTIONS"}
    assert carried == {neighbour.key["x-api-key"]}


def told(path: Path, service: Service) -> str:
    """A file of the page, whose head names the service and its key."""
    text = path.read_text()
    text = re.sub(r'(name="api" content=")', rf"\g<1>{service.page_url}", text.replace('content="./"', 'content=""'))
    return text.replace('name="api-key" content="', f'name="api-key" content="{service.key["x-api-key"]}')
