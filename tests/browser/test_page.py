"""The upload page against the running stack: what a person sees from the first file to the last thumbnail."""

import base64
import io
import re
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, FilePayload, JSHandle, Page, Route, expect

from tests.actors.client import Service
from tests.actors.tab import Network, Watch
from tests.actors.visitor import choose, expect_all_over, expect_stage, row
from tests.material.photos import jpeg, text

EVERYTHING = re.compile(".*")


# What everybody does.


def test_a_photo_becomes_thumbnails_at_their_true_sizes(page: Page, shoot: Any) -> None:
    choose(page, jpeg("photo.jpg", 1200, 900))
    photo = row(page, "photo.jpg")
    expect_stage(photo, "done")
    images = photo.get_by_role("img")
    expect(images).to_have_count(3)
    sizes = []
    for image in images.all():
        expect(image).to_have_js_property("complete", True)
        sizes.append(image.evaluate("image => [image.naturalWidth, image.naturalHeight, image.width, image.height]"))
    assert sizes == [[160, 120, 160, 120], [320, 240, 320, 240], [640, 480, 640, 480]]
    expect(photo).to_contain_text("3 thumbnails")
    expect(photo).to_contain_text("160 \N{MULTIPLICATION SIGN} 120")
    expect(photo.locator(".frame canvas")).to_have_count(0)  # the blurred placeholders have made room
    shoot("done")


def test_nothing_is_written_under_a_picture_that_can_be_seen_through(page: Page) -> None:
    content = io.BytesIO()
    Image.new("RGBA", (200, 150), (200, 30, 60, 100)).save(content, "PNG")
    choose(page, {"name": "logo.png", "mimeType": "image/png", "buffer": content.getvalue()}, text("letter.jpg"))

    expect(row(page, "logo.png").locator(".picture")).to_be_attached()
    expect(row(page, "logo.png").locator(".preview")).to_have_css("color", "rgba(0, 0, 0, 0)")
    expect(row(page, "letter.jpg").locator(".preview")).not_to_have_css("color", "rgba(0, 0, 0, 0)")


def test_a_text_file_renamed_to_jpg_is_refused_with_its_reason_in_its_row(page: Page, shoot: Any) -> None:
    choose(page, text("letter.jpg"))
    letter = row(page, "letter.jpg")
    expect_stage(letter, "stopped")
    expect(letter).to_contain_text("not a picture that we can read")
    expect(letter.get_by_role("button")).to_have_accessible_name("Remove letter.jpg")
    shoot("rejected")


def test_a_good_file_is_not_held_up_by_a_bad_one(page: Page, shoot: Any) -> None:
    choose(page, text("bad.jpg"), jpeg("good.jpg"))
    expect_stage(row(page, "good.jpg"), "done")
    expect_stage(row(page, "bad.jpg"), "stopped")
    expect(page.get_by_role("heading", level=2)).to_have_text("1 of 2 done, 1 stopped")
    shoot("one-good-one-bad")


def test_two_photos_at_once_both_come_back(page: Page, shoot: Any) -> None:
    choose(page, jpeg("one.jpg", seed=1), jpeg("two.jpg", 900, 1200, seed=2))
    for name in ("one.jpg", "two.jpg"):
        expect_stage(row(page, name), "done")
    page.get_by_role("button", name="Open all").click()
    expect(row(page, "two.jpg").get_by_role("img", name="two.jpg, small")).to_have_js_property("naturalWidth", 120)
    shoot("two-at-once")


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (text("letter.docx", "application/msword"), "This type of file is not accepted. Please choose JPEG"),
        ({"name": "empty.png", "mimeType": "image/png", "buffer": b""}, "The file is empty"),
        ({"name": "huge.png", "mimeType": "image/png", "buffer": bytes(20_000_001)}, "The file is larger than 20 MB"),
    ],
    ids=["type", "empty", "too-large"],
)
def test_what_cannot_be_accepted_is_named_before_anything_is_sent(
    page: Page, watch: Watch, shoot: Any, tmp_path: Path, file: FilePayload, reason: str
) -> None:
    path = tmp_path / file["name"]
    path.write_bytes(file["buffer"])  # handed over by its name: 20 MB in a message cost the browser seconds
    page.locator("#files").set_input_files(path)
    expect_stage(row(page, file["name"]), "stopped")
    expect(row(page, file["name"])).to_contain_text(reason)
    shoot("refused-before-upload")
    choose(page, jpeg("good.jpg"))
    expect_stage(row(page, "good.jpg"), "done")
    assert [[sent["name"] for sent in call] for call in watch.signings()] == [["good.jpg"]]


def test_a_type_that_the_browser_does_not_know_is_taken_from_the_name(page: Page, watch: Watch) -> None:
    photo = jpeg("IMG_2041.JPG")
    choose(page, {**photo, "mimeType": ""})
    expect_stage(row(page, "IMG_2041.JPG"), "done")
    assert watch.signings()[0][0]["type"] == "image/jpeg"


def test_forty_files_take_two_signings_and_all_come_back(page: Page, watch: Watch, shoot: Any) -> None:
    choose(page, *(jpeg(f"IMG_{number:04}.jpg", 320, 240, seed=number) for number in range(40)))
    shoot("forty-under-way", full=False)
    expect(page.get_by_role("heading", level=2)).to_have_text("40 done")
    assert [len(call) for call in watch.signings()] == [25, 15]
    shoot("forty-done")


# Other ways in.


def carried(page: Page, file: FilePayload) -> JSHandle:
    """The file as a drag or the clipboard holds it."""
    return page.evaluate_handle(
        """([name, data]) => {
            const transfer = new DataTransfer();
            const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
            transfer.items.add(new File([bytes], name, {type: "image/jpeg"}));
            return transfer;
        }""",
        [file["name"], base64.b64encode(file["buffer"]).decode()],
    )


def test_a_drop_anywhere_on_the_window_is_taken(page: Page, shoot: Any) -> None:
    photo = jpeg("dropped.jpg")
    transfer = carried(page, photo)
    page.dispatch_event("body", "dragenter", {"dataTransfer": transfer})
    expect(page.locator("html")).to_have_class("dropping")
    shoot("dropping")
    page.dispatch_event("body", "drop", {"dataTransfer": transfer})
    expect(page.locator("html")).not_to_have_class("dropping")
    expect_stage(row(page, "dropped.jpg"), "done")


def test_an_unreadable_file_of_a_dropped_folder_costs_no_other_file(page: Page) -> None:
    transfer = carried(page, jpeg("inside.jpg"))
    # A drop that a script makes has no folders: its file is put into one, beside a link that leads nowhere.
    page.evaluate(
        """() => {
            DataTransferItem.prototype.webkitGetAsEntry = function () {
                const file = this.getAsFile();
                const gone = (_, reject) => reject(new DOMException("", "NotFoundError"));
                const files = [
                    {name: "gone.jpg", isFile: true, file: gone},
                    {name: file.name, isFile: true, file: (resolve) => resolve(file)},
                ];
                const some = [files, []];
                const readEntries = (resolve) => resolve(some.shift());
                return {name: "folder", isFile: false, isDirectory: true, createReader: () => ({readEntries})};
            };
        }"""
    )
    page.dispatch_event("body", "drop", {"dataTransfer": transfer})
    expect_stage(row(page, "inside.jpg"), "done")


def test_a_pasted_picture_is_taken(page: Page) -> None:
    photo = jpeg("pasted.jpg")
    transfer = carried(page, photo)
    page.evaluate(
        """(transfer) => document.dispatchEvent(
            new ClipboardEvent("paste", {clipboardData: transfer, bubbles: true, cancelable: true}))""",
        transfer,
    )
    expect_stage(row(page, "pasted.jpg"), "done")


def test_a_picture_that_was_just_taken_is_taken(page: Page) -> None:
    """The camera's input, which a phone shows: here it is given a file as the camera would."""
    page.locator("#camera").set_input_files([jpeg("image.jpg")])
    expect_stage(row(page, "image.jpg"), "done")


def test_a_conversion_that_failed_for_good_says_so_and_offers_a_retry(page: Page, stack: Service) -> None:
    """Nobody may read originals for a while: after three attempts the page learns of it; then the outage is over."""
    with stack.outage("uploads/*"):
        choose(page, jpeg("unlucky.jpg"))
        expect_stage(row(page, "unlucky.jpg"), "stopped")
        expect(row(page, "unlucky.jpg")).to_contain_text("Something went wrong on our side")
    row(page, "unlucky.jpg").get_by_role("button", name="Retry").click()
    expect_stage(row(page, "unlucky.jpg"), "done")


def test_everything_can_be_done_with_the_keyboard(page: Page, shoot: Any) -> None:
    # Playwright begins to catch file choosers when somebody listens, and a key may be quicker than that.
    page.on("filechooser", lambda _: None)
    page.keyboard.press("Tab")
    expect(page.locator("#files")).to_be_focused()
    shoot("keyboard-focus")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files([jpeg("one.jpg", seed=1), text("bad.jpg"), jpeg("two.jpg", seed=2)])
    expect_all_over(page)

    def tab_to(name: str) -> None:
        passed: list[str] = []
        for _ in range(20):
            page.keyboard.press("Tab")
            passed.append(page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.textContent"))
            if passed[-1] == name:
                return
        pytest.fail(f"Tab never came to {name!r}, but to {passed}")

    tab_to("Thumbnails of one.jpg")
    page.keyboard.press("Enter")
    expect(page.locator(":focus")).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("img", name="one.jpg, large")).to_be_visible()
    tab_to("Copy address of one.jpg, small")
    tab_to("Remove bad.jpg")
    page.keyboard.press("Space")
    expect(row(page, "bad.jpg")).to_have_count(0)
    # The focus did not fall out of the list with the row: it is on the next one.
    expect(page.locator(":focus")).to_have_accessible_name("Thumbnails of two.jpg")


def test_what_happens_is_announced(page: Page) -> None:
    announcer = page.get_by_role("status")
    choose(page, text("letter.docx", "application/msword"))
    expect(announcer).to_contain_text("1 file added.")
    expect(announcer).to_contain_text("letter.docx: This type of file is not accepted.")
    choose(page, jpeg("photo.jpg"))
    expect(announcer).to_contain_text("photo.jpg: 3 thumbnails")


# When something gets in the way.


def test_an_upload_goes_on_by_itself_when_the_network_is_back(
    page: Page, context: BrowserContext, watch: Watch, shoot: Any
) -> None:
    watch.expect("net::ERR_INTERNET_DISCONNECTED")
    # Chromium's own switch lets go what is under way already: the upload is held here until the network is gone.
    held: list[Route] = []
    page.route(EVERYTHING, lambda route: held.append(route) if is_upload(route) else route.continue_())
    choose(page, jpeg("photo.jpg"))
    photo = row(page, "photo.jpg")
    expect_stage(photo, "uploading")
    while not held:
        page.wait_for_timeout(50)
    context.set_offline(True)
    held[0].abort("internetdisconnected")
    expect_stage(photo, "offline")
    expect(photo).to_contain_text("No connection. Continues automatically.")
    shoot("offline")
    page.unroute(EVERYTHING)
    context.set_offline(False)
    expect_stage(photo, "done")


def test_progress_is_shown_in_bytes_and_time(page: Page, network: Network, shoot: Any) -> None:
    network.limit_uploads(50_000)
    choose(page, jpeg("one.jpg", 2400, 1800, seed=1), jpeg("two.jpg", 2400, 1800, seed=2))
    one = row(page, "one.jpg")
    expect(one).to_contain_text(re.compile(r"Uploading: 0\.[1-9] of 1\.\d MB, \d+ sec left"))
    assert 0 < float(one.get_by_role("progressbar").evaluate("bar => bar.value")) < 1
    shoot("uploading")
    network.limit_uploads(None)
    expect_all_over(page)


def test_a_failing_upload_continues_by_itself_after_the_outage(page: Page, watch: Watch, shoot: Any) -> None:
    watch.expect("net::ERR_FAILED")
    cut_uploads(page)
    choose(page, jpeg("photo.jpg"))
    photo = row(page, "photo.jpg")
    expect_stage(photo, "again")
    expect(photo).to_contain_text("The connection was lost.")
    shoot("network-lost")
    page.unroute(EVERYTHING)
    expect_stage(photo, "done")
    assert len(watch.signings()) == 1  # the signature was still good


def test_a_try_after_the_signature_has_expired_takes_a_fresh_one(page: Page, watch: Watch) -> None:
    watch.expect("net::ERR_FAILED")
    cut_uploads(page)
    choose(page, jpeg("photo.jpg"))
    photo = row(page, "photo.jpg")
    expect_stage(photo, "again")
    page.evaluate("now => { Date.now = () => now; }", page.evaluate("Date.now()") + 3_600_000)
    page.unroute(EVERYTHING)
    expect_stage(photo, "done")
    assert len(watch.signings()) == 2


def test_a_signature_that_the_storage_finds_expired_is_replaced(page: Page, watch: Watch) -> None:
    watch.expect("status of 403")
    once(
        page,
        is_upload,
        status=403,
        content_type="application/xml",
        headers={"access-control-allow-origin": "*"},
        body="<Error><Code>AccessDenied</Code><Message>Invalid according to Policy: Policy expired.</Message></Error>",
    )
    choose(page, jpeg("photo.jpg"))
    expect_stage(row(page, "photo.jpg"), "done")
    assert len(watch.signings()) == 2


@pytest.mark.parametrize("status", [429, 500])
def test_a_service_that_asks_for_patience_gets_it(page: Page, watch: Watch, status: int) -> None:
    watch.expect(f"status of {status}")
    once(page, is_signing, status=status, content_type="application/problem+json", body=f'{{"status": {status}}}')
    choose(page, jpeg("photo.jpg"))
    expect_stage(row(page, "photo.jpg"), "done")
    assert len(watch.signings()) == 2


def test_a_service_that_refuses_is_quoted_and_can_be_asked_again(page: Page, watch: Watch, shoot: Any) -> None:
    watch.expect("status of 403")
    detail = "Uploads are closed until noon."
    once(page, is_signing, status=403, content_type="application/problem+json", body=f'{{"detail": "{detail}"}}')
    choose(page, jpeg("photo.jpg"))
    photo = row(page, "photo.jpg")
    expect_stage(photo, "stopped")
    expect(photo).to_contain_text(detail)
    shoot("refused-by-the-service")
    photo.get_by_role("button", name="Retry").click()
    expect_stage(photo, "done")


def test_an_upload_can_be_cancelled_and_taken_up_again(page: Page, network: Network, shoot: Any) -> None:
    network.limit_uploads(50_000)
    choose(page, jpeg("one.jpg", 2400, 1800, seed=1), jpeg("two.jpg", 2400, 1800, seed=2))
    one = row(page, "one.jpg")
    expect_stage(one, "uploading")
    one.get_by_role("button", name="Cancel").click()
    expect_stage(one, "cancelled")
    expect(one.get_by_role("button", name="Retry")).to_be_focused()
    page.get_by_role("button", name="Cancel all").click()
    expect_stage(row(page, "two.jpg"), "cancelled")
    shoot("cancelled")
    network.limit_uploads(None)
    one.get_by_role("button", name="Retry").click()
    expect_stage(one, "done")


def test_a_reload_shows_what_had_arrived_and_names_what_had_not(
    page: Page, network: Network, watch: Watch, shoot: Any
) -> None:
    watch.expect("status of 404")  # of the service, which is asked for what was under way
    choose(page, jpeg("arrived.jpg", seed=1))
    expect_stage(row(page, "arrived.jpg"), "done")
    network.limit_uploads(20_000)
    # A file on disk keeps its date, by which the page knows it again; the browser gives one without a file the hour.
    choose(page, jpeg("half.jpg", 2400, 1800, seed=2))
    expect_stage(row(page, "half.jpg"), "uploading")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect_stage(row(page, "arrived.jpg"), "done")
    expect_stage(row(page, "half.jpg"), "interrupted")
    row(page, "arrived.jpg").get_by_role("button").click()
    expect(page.get_by_role("img", name="arrived.jpg, large")).to_have_js_property("naturalWidth", 640)
    shoot("after-reload")


def test_an_upload_that_arrived_during_a_reload_is_not_sent_again(page: Page, watch: Watch) -> None:
    arrived: list[int] = []

    def deliver(route: Route) -> None:
        if not is_upload(route):
            return route.continue_()
        arrived.append(route.fetch().status)  # and the page never hears of it
        return None

    page.route(EVERYTHING, deliver)
    choose(page, jpeg("photo.jpg"))
    expect_stage(row(page, "photo.jpg"), "uploading")
    while not arrived:
        page.wait_for_timeout(50)
    page.wait_for_timeout(1_000)
    (kept,) = page.evaluate("Object.values(sessionStorage)")
    assert '"job"' in kept, "a tab that crashes has no time to remember it then"
    page.unroute(EVERYTHING)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect_stage(row(page, "photo.jpg"), "done")
    assert len(watch.signings()) == 1


def test_a_file_that_was_interrupted_goes_on_in_its_row_when_chosen_again(
    page: Page, network: Network, watch: Watch, tmp_path: Any
) -> None:
    watch.expect("status of 404")  # of the service, which is asked for what was under way
    files = []
    for number in (1, 2):
        photo = jpeg(f"photo{number}.jpg", 2400, 1800, seed=number)
        (tmp_path / photo["name"]).write_bytes(photo["buffer"])
        files.append(tmp_path / photo["name"])
    network.limit_uploads(20_000)
    page.locator("#files").set_input_files(files)
    expect_stage(row(page, "photo1.jpg"), "uploading")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect_stage(row(page, "photo1.jpg"), "interrupted")
    network.limit_uploads(None)
    page.locator("#files").set_input_files(files)
    for name in ("photo1.jpg", "photo2.jpg"):
        expect(row(page, name)).to_have_count(1)
        expect_stage(row(page, name), "done")


def test_a_page_without_its_service_says_so_and_keeps_what_was_chosen(blank: Page, stack: Any, watch: Watch) -> None:
    watch.expect("net::ERR_FAILED")
    blank.route("**/limits", lambda route: route.abort())
    blank.goto(stack.page_url)
    expect(blank.locator("#terms")).to_contain_text("The connection was lost.")
    choose(blank, jpeg("early.jpg"))
    expect_stage(row(blank, "early.jpg"), "waiting")
    guarded = "!dispatchEvent(new Event('beforeunload', {cancelable: true}))"
    assert blank.evaluate(guarded), "files that wait for the service are not forgotten without a question"
    blank.unroute("**/limits")
    blank.get_by_role("button", name="Try again").click()
    expect_stage(row(blank, "early.jpg"), "done")


def test_a_hidden_tab_does_not_ask_for_results(page: Page, watch: Watch) -> None:
    # Playwright's tabs are always visible, so the browser's word for it is changed, and its event fired.
    hide = """hidden => {
        Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.evaluate(hide, True)
    choose(page, jpeg("photo.jpg"))
    expect_stage(row(page, "photo.jpg"), "converting")
    page.wait_for_timeout(3_000)  # some looks would have fallen into this
    assert not [request for request in watch.requests if "manifest.json" in request.url]
    page.evaluate(hide, False)
    expect_stage(row(page, "photo.jpg"), "done")


# What can be taken away.


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
    # An opened row has its thumbnails in the cache, as images: no script may read those.
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


# How it is built.


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


def answer_under(page: Page, address: str, policy: str) -> None:
    """Has the page at this address come with this Content-Security-Policy.

    Not by `page.route`: a document that Playwright answers has no address space, and Chromium then asks the visitor
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
    """Whether it carries a file to the storage."""
    return route.request.method == "POST" and not is_signing(route)


def is_signing(route: Route) -> bool:
    return route.request.method == "POST" and route.request.url.endswith("/uploads")


def cut_uploads(page: Page) -> None:
    """Cuts the connection of every upload, until `page.unroute(EVERYTHING)`."""
    page.route(EVERYTHING, lambda route: route.abort() if is_upload(route) else route.continue_())


def once(page: Page, chosen: Any, **answer: Any) -> None:
    """Answers the next request of that kind so, and lets all others through."""
    answered: list[Route] = []

    def handle(route: Route) -> None:
        if answered or not chosen(route):
            return route.continue_()
        answered.append(route)
        return route.fulfill(**answer)

    page.route(EVERYTHING, handle)
