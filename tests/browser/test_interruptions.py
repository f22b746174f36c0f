"""The upload page during interruptions: the network, the service, a reload, a hidden tab."""

import re
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.actors.network import EVERYTHING, cut_uploads, is_signing, is_upload, once
from tests.actors.tab import Network, Watch
from tests.actors.visitor import choose, expect_all_over, expect_stage, row
from tests.material.photos import jpeg


def test_an_upload_goes_on_by_itself_when_the_network_is_back(
    page: Page, context: BrowserContext, watch: Watch, shoot: Any
) -> None:
    watch.expect("net::ERR_INTERNET_DISCONNECTED")
    # Chromium's own switch does not stop running requests, so the upload is held here until the network is off.
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
    page.evaluate("now => { Date.now = () => now; }", page.evaluate("Date.now()"))  # no time passes for signatures
    cut_uploads(page)
    choose(page, jpeg("photo.jpg"))
    photo = row(page, "photo.jpg")
    expect_stage(photo, "again")
    expect(photo).to_contain_text("The connection was lost.")
    shoot("network-lost")
    page.unroute(EVERYTHING)
    expect_stage(photo, "done")
    assert len(watch.signings()) == 1  # the signature was still valid


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


def test_an_upload_does_not_insist_on_a_bucket_that_is_gone(page: Page, watch: Watch) -> None:
    watch.expect("net::ERR_FAILED")
    page.route(
        EVERYTHING,
        lambda route: route.abort() if is_upload(route) and len(watch.signings()) == 1 else route.continue_(),
    )
    choose(page, jpeg("photo.jpg"))
    photo = row(page, "photo.jpg")
    expect_stage(photo, "again")
    page.evaluate("now => { Date.now = () => now; }", page.evaluate("Date.now()") + 11_000)
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
    watch.expect("status of 404")  # from the service, which is asked for running uploads
    choose(page, jpeg("arrived.jpg", seed=1))
    expect_stage(row(page, "arrived.jpg"), "done")
    network.limit_uploads(20_000)
    # A file on disk keeps its date, by which the page recognises it; the browser gives a file without one the current
    # time.
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
        arrived.append(route.fetch().status)  # but the page gets no response
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
    watch.expect("status of 404")  # from the service, which is asked for running uploads
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


def test_a_row_says_that_the_code_which_sends_it_cannot_be_loaded(
    blank: Page, context: BrowserContext, stack: Any, watch: Watch
) -> None:
    watch.expect("net::ERR_")
    blank.route("**/journey.js", lambda route: route.abort())
    blank.goto(stack.page_url)
    choose(blank, jpeg("early.jpg"))
    expect(row(blank, "early.jpg")).to_contain_text("The connection was lost.")
    context.set_offline(True)
    choose(blank, jpeg("late.jpg", seed=2))
    expect_stage(row(blank, "late.jpg"), "offline")
    blank.unroute("**/journey.js")
    context.set_offline(False)
    expect_all_over(blank)


def test_a_hidden_tab_does_not_ask_for_results(page: Page, watch: Watch) -> None:
    # Playwright's tabs are always visible, so the browser's property is changed, and its event fired.
    hide = """hidden => {
        Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.evaluate(hide, True)
    choose(page, jpeg("photo.jpg"))
    expect_stage(row(page, "photo.jpg"), "converting")
    page.wait_for_timeout(3_000)  # some polls would have been in this interval
    assert not [request for request in watch.requests if "manifest.json" in request.url]
    page.evaluate(hide, False)
    expect_stage(row(page, "photo.jpg"), "done")
