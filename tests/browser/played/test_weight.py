"""The weight of the page, and its client on a page of another site."""

import gzip
import re

from playwright.sync_api import BrowserContext, Page, Route

from operate.site import FRONTEND
from tests.actors.client import PAGE, Service
from tests.actors.tab import Watch
from tests.material.photos import jpeg


def needed(name: str, found: set[str]) -> set[str]:
    """The files that load before the page can do anything: those that index.html names, and all their imports."""
    if name not in found:
        found.add(name)
        content = (FRONTEND / name).read_text()
        pattern = (
            r'(?:href|src)="([\w.]+)"' if name.endswith(".html") else r'^(?:import|export) [^;]*?from "\./([\w.]+)"'
        )
        for other in re.findall(pattern, content, re.MULTILINE):
            needed(other, found)
    return found


def test_the_page_is_light_and_brings_only_what_the_first_file_needs(page: Page) -> None:
    first = needed("index.html", {"english.js"})
    later = {
        "zip.js",
        "download.js",
        "names.js",
        "thumbhash.js",
        "snippet.js",
        "preview.js",
        "picture.js",
        "thumbnails.js",
        "thumbnails.css",
        "still.js",
        "thumbnails-words.js",
        "styles.js",
        "german.js",
        "erasing.js",
        "erasing-words.js",
    }
    later |= {"choosing.js", "choosing-words.js", "choosing.css", "points.js", "aim.js"}  # where there is a choice
    later |= {"account.js", "account-words.js", "account.css", "openid.js"}  # where there is a sign-in
    meanwhile = {"journey.js", "patience.js", "problem-words.js", "result.js"}  # while people choose their first file
    assert not first & (later | meanwhile)
    assert {path.name for path in FRONTEND.iterdir()} - first >= later | meanwhile
    files = [(FRONTEND / name).read_bytes() for name in first]
    assert sum(map(len, files)) <= 89_000
    assert sum(len(gzip.compress(file)) for file in files) <= 35_000
    loaded = set(page.evaluate("performance.getEntriesByType('resource').map(({name}) => name.split('/').pop())"))
    assert not loaded & later
    assert page.locator(".account").count() == 0
    preloads = re.findall(r'modulepreload" href="([\w.]+)"', (FRONTEND / "index.html").read_text())
    modules = {name for name in first if name.endswith(".js")} - {"page.js", "english.js"}
    assert sorted(preloads) == sorted(modules), "all at once, not one after the other"


# Elsewhere.


def test_a_page_of_another_site_can_use_the_client(
    blank: Page, context: BrowserContext, stack: Service, watch: Watch
) -> None:
    """The modules and the page from there, the service from here, with a header that is fetched first."""

    def serve(route: Route) -> None:
        name = route.request.url.rsplit("/", 1)[1]
        if name.endswith(".js"):
            return route.fulfill(path=FRONTEND / name, content_type="text/javascript")
        return route.fulfill(body="<!doctype html><title>Photos</title>", content_type="text/html")

    watch.expect("asked a foreign host: https://photos.example.com")
    context.grant_permissions(["local-network-access"], origin=PAGE)
    blank.route(f"{PAGE}/**", serve)
    blank.goto(f"{PAGE}/")
    outcome = blank.evaluate(
        """async ([api, bytes]) => {
            const {upload} = await import("./upload.js");
            const file = new File([Uint8Array.from(bytes)], "photo.jpg", {type: "image/jpeg"});
            const troubles = [];
            const onProgress = ({problem}) => { if (problem) troubles.push(problem.message); };
            const headers = async () => ({accept: "application/json"});
            const made = upload(file, {api, headers, signal: AbortSignal.timeout(60_000), onProgress});
            return made.then(({thumbnails}) => thumbnails.length, (end) => `${end} ${troubles}`);
        }""",
        [stack.page_url, list(jpeg("photo.jpg", 200, 150)["buffer"])],
    )
    assert outcome == 3
    posts = [request for request in watch.requests if request.method == "POST" and request.url.endswith("/uploads")]
    assert posts[0].headers["accept"] == "application/json"
    assert posts[0].headers["origin"] == PAGE
