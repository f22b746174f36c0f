"""examples/page: a page on another site, set up as in its README, with the service from here."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from dev.emulator import ROOT
from tests.actors.client import PAGE, Service
from tests.actors.tab import Watch
from tests.material.photos import jpeg, text

TYPES = {".html": "text/html", ".js": "text/javascript"}


@pytest.fixture
def site(tmp_path: Path, stack: Service) -> Path:
    """The folder of the page, in a copy of the project, after the README's commands and with the API's address."""
    for name in ("examples/page", "frontend"):
        shutil.copytree(ROOT / name, tmp_path / name)
    folder = tmp_path / "examples" / "page"
    commands = re.search(r"^    mkdir.*?^    done$", (folder / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    assert commands is not None
    subprocess.run(["bash", "-euc", commands[0]], cwd=folder, check=True)
    index = folder / "index.html"
    before = index.read_text()
    index.write_text(before.replace("http://localhost:3000/", stack.page_url))
    assert index.read_text() != before
    return folder


def test_the_page_of_another_site_shows_a_thumbnail(
    blank: Page, context: BrowserContext, site: Path, watch: Watch
) -> None:
    def serve(route: Route) -> None:
        path = site / (route.request.url.removeprefix(f"{PAGE}/") or "index.html")
        route.fulfill(path=path, content_type=TYPES[path.suffix]) if path.exists() else route.fulfill(status=404)

    # The example has no icon; and the emulator, unlike S3, has no TLS.
    watch.expect("asked a foreign host: https://photos.example.com", "favicon.ico", "Mixed Content")
    context.grant_permissions(["local-network-access"], origin=PAGE)
    blank.route(f"{PAGE}/**", serve)
    blank.goto(f"{PAGE}/")
    blank.get_by_label("Add pictures").set_input_files([jpeg("photo.jpg", 400, 300), text("letter.jpg")])

    thumbnail = blank.get_by_role("img", name="photo.jpg")
    expect(thumbnail).to_have_js_property("naturalWidth", 160)
    expect(blank.get_by_role("listitem").filter(has_text="letter.jpg")).to_contain_text(
        "not a picture that we can read"
    )
    assert {request.headers.get("origin") for request in watch.requests if request.method == "POST"} == {PAGE}
    assert len([*(site / "client").iterdir()]) == 12, "eleven modules besides upload.js, as the README says"
