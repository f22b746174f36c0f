"""What visitors take from the upload page: addresses, all thumbnails, and the client itself."""

import base64
import io
import re
import zipfile
from typing import Any
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from tests.actors.network import EVERYTHING, answer_under
from tests.actors.tab import Watch
from tests.actors.visitor import choose, expect_all_over, expect_stage, row
from tests.material.photos import jpeg, text


def test_an_address_can_be_copied_and_shows_the_thumbnail(page: Page, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    choose(page, jpeg("photo.jpg"))
    expect_stage(row(page, "photo.jpg"), "done")
    page.get_by_role("button", name="Copy address of photo.jpg, medium").click()
    expect(page.get_by_text("Copied").first).to_be_visible()
    answer = context.request.get(page.evaluate("navigator.clipboard.readText()"))
    assert Image.open(io.BytesIO(answer.body())).size == (320, 240)
    page.get_by_role("button", name="Copy HTML").click()
    expect(page.get_by_role("status")).to_contain_text("Copied")
    html = page.evaluate("navigator.clipboard.readText()")
    assert re.findall(r" (\d+)w", html) == ["160", "320", "640"]


def test_all_thumbnails_can_be_downloaded_together(page: Page) -> None:
    choose(page, jpeg("one.jpg", seed=1), jpeg("zwölf.jpg", 900, 1200, seed=2), text("bad.jpg"))
    expect_all_over(page)
    # An opened row has its thumbnails in the cache, as images, which no script may read.
    page.get_by_role("button", name="Thumbnails of one.jpg").click()
    expect(page.get_by_role("img", name="one.jpg, large")).to_have_js_property("naturalWidth", 640)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all").click()
    assert download.value.suggested_filename == "thumbnails.zip"
    with zipfile.ZipFile(download.value.path()) as archive:
        assert archive.testzip() is None
        assert [name.rsplit(".")[0] for name in archive.namelist()] == [
            *("one-small", "one-medium", "one-large"),
            *("zwölf-small", "zwölf-medium", "zwölf-large"),
        ]
        assert Image.open(archive.open(archive.namelist()[4])).size == (240, 320)


def test_a_download_that_fails_says_so_where_it_is_seen(page: Page, watch: Watch) -> None:
    watch.expect("net::ERR_FAILED")
    choose(page, jpeg("photo.jpg"))
    expect_all_over(page)
    page.route(EVERYTHING, lambda route: route.abort() if route.request.resource_type == "fetch" else route.continue_())
    page.get_by_role("button", name="Download all").click()
    expect(page.locator("#notices")).to_contain_text("The thumbnails could not be fetched. Please try again.")
    expect(page.get_by_role("button", name="Download all")).to_be_enabled()


# Structure.


def test_other_sites_can_import_the_client(page: Page) -> None:
    photo = base64.b64encode(jpeg()["buffer"]).decode()
    outcome = page.evaluate(
        """async (data) => {
            const {upload} = await import("./upload.js");
            const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
            const stages = new Set();
            const {thumbnails} = await upload(new File([bytes], "photo.jpg", {type: "image/jpeg"}), {
                api: document.baseURI,
                onProgress: ({stage}) => stages.add(stage),
            });
            return {stages: [...stages], widths: thumbnails.map(({width}) => width)};
        }""",
        photo,
    )
    assert outcome == {"stages": ["signing", "uploading", "storing", "converting"], "widths": [160, 320, 640]}


def test_the_page_works_under_the_strictest_policy_with_its_storage(
    blank: Page, stack: Any, context: BrowserContext
) -> None:
    """The strictest Content-Security-Policy that lets the page reach its API and its storage."""
    asked = context.request.post(
        f"{stack.page_url}uploads", data={"files": [{"name": "a.jpg", "type": "image/jpeg", "size": 1}]}
    ).json()["uploads"][0]
    origins = {"{0.scheme}://{0.netloc}".format(urlsplit(url)) for url in (asked["upload"]["url"], asked["result"])}
    storage = " ".join(sorted(origins))
    policy = (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' {storage}; "
        f"connect-src 'self' {storage}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )

    answer_under(blank, stack.page_url, policy)
    blank.goto(stack.page_url)
    choose(blank, jpeg("photo.jpg"), text("bad.jpg"))
    expect_all_over(blank)
    blank.get_by_role("button", name="Thumbnails of photo.jpg").click()
    expect(blank.get_by_role("img", name="photo.jpg, large")).to_have_js_property("naturalWidth", 640)
    with blank.expect_download():
        blank.get_by_role("button", name="Download all").click()


def test_thumbnails_that_the_service_has_forgotten_are_not_shown_as_done(page: Page, watch: Watch, shoot: Any) -> None:
    watch.expect("status of 404")
    choose(page, photo := jpeg("photo.jpg"))
    expect_stage(row(page, "photo.jpg"), "done")
    page.route("**/uploads/*", lambda route: route.fulfill(status=404, body="{}"))
    page.reload()
    forgotten = row(page, "photo.jpg")
    expect_stage(forgotten, "stopped")
    expect(forgotten).to_contain_text("The service no longer knows this upload. Please upload the picture again.")
    expect(forgotten.get_by_role("button", name="Choose photo.jpg again")).to_be_visible()
    expect(page.get_by_role("button", name="Retry all")).to_be_hidden()
    shoot("forgotten")
    choose(page, photo)
    expect(page.locator('[data-stage="done"]')).to_have_count(1)
