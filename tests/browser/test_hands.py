"""The page in real hands: in bad weather, with double clicks, in other languages, with what people really drop on it.

The service is played (standin.py), because its behaviour, and the network's, is what these tests are about.
"""

import gzip
import io
import re
import shutil
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import BrowserContext, FilePayload, Page, Route, expect

from operate.site import FRONTEND
from tests.actors.client import PAGE, Service
from tests.actors.tab import Network, Watch
from tests.actors.visitor import choose, expect_all_over, expect_stage, row
from tests.material.photos import jpeg, text
from tests.standins.service import LIMITS, MANIFEST, POST, SIGN, STATUS, THUMBNAIL, Standin, first, problem

LOST = "net::ERR_CONTENT_LENGTH_MISMATCH"


@pytest.fixture(scope="module")
def playing() -> Iterator[Standin]:
    standin = Standin()
    yield standin
    standin.stop()


@pytest.fixture
def standin(playing: Standin) -> Standin:
    playing.fair()
    return playing


@pytest.fixture
def page(blank: Page, standin: Standin) -> Page:
    blank.goto(standin.url)
    blank.locator("#terms:not(:empty)").wait_for()
    return blank


def small(count: int, start: int = 0) -> list[FilePayload]:
    """Files that are quickly sent, no two alike."""
    head = jpeg("any.jpg", 64, 48)["buffer"]
    return [
        {"name": f"IMG_{number:04}.jpg", "mimeType": "image/jpeg", "buffer": head + str(number).encode()}
        for number in range(start, start + count)
    ]


def title(page: Page) -> Any:
    return expect(page.get_by_role("heading", level=2))


def test_a_file_that_was_chosen_before_the_script_arrived_is_taken(blank: Page, standin: Standin) -> None:
    held: list[Route] = []
    blank.route(re.compile(r"/page\.js"), lambda route: held.append(route))
    blank.goto(standin.url, wait_until="commit")
    blank.locator("#files").wait_for(state="attached")
    choose(blank, *small(1))
    assert held, "the script has not arrived"
    for route in held:
        route.continue_()
    blank.unroute_all()

    expect_stage(row(blank, "IMG_0000.jpg"), "done")


# A storage that answers late.


def test_a_late_storage_is_waited_for_visibly_and_the_file_sent_once(blank: Page, standin: Standin) -> None:
    answered = threading.Event()
    standin.weather[POST] = lambda _: answered.wait(60) and ...
    blank.clock.install()
    blank.goto(standin.url)
    choose(blank, *small(1))
    photo = row(blank, "IMG_0000.jpg")
    expect_stage(photo, "storing")
    expect(photo).to_contain_text("Waiting for confirmation")
    blank.clock.fast_forward("05:00")
    expect_stage(photo, "storing")
    answered.set()
    expect_stage(photo, "done")
    assert standin.count(POST) == 1


def test_a_file_whose_answer_was_lost_is_asked_for_before_it_is_sent_again(
    page: Page, standin: Standin, watch: Watch
) -> None:
    watch.expect(LOST)
    standin.weather[POST] = first(1, lambda _: None)  # it has arrived, and nobody hears of it
    choose(page, *small(1))
    expect_stage(row(page, "IMG_0000.jpg"), "done")
    assert (standin.count(POST), standin.count(STATUS)) == (1, 1)


def test_a_file_that_did_not_arrive_is_sent_again(page: Page, standin: Standin, watch: Watch) -> None:
    watch.expect(LOST, "status of 404")

    def lose(handler: Any) -> None:
        standin.arrived.clear()

    standin.weather[POST] = first(1, lose)
    choose(page, *small(1))
    expect_stage(row(page, "IMG_0000.jpg"), "done")
    assert (standin.count(POST), standin.count(STATUS)) == (2, 1)


# Outages.


def test_an_outage_unseen_by_the_browser_costs_no_file_and_few_tries(
    page: Page, standin: Standin, watch: Watch
) -> None:
    watch.expect(LOST, "status of 404")
    standin.weather[POST] = first(5, lambda handler: standin.arrived.clear())
    choose(page, *small(12))
    title(page).to_have_text("12 done")
    # Three were under way when it began, then one at a time went ahead to look: nobody else burnt a try.
    assert standin.count(POST) == 12 + 5


@pytest.mark.parametrize(("kind", "status"), [(SIGN, 429), (SIGN, 503), (POST, 503), (LIMITS, 503)])
def test_a_server_that_asks_for_patience_is_not_asked_earlier_by_anybody(
    page: Page, standin: Standin, watch: Watch, kind: str, status: int
) -> None:
    watch.expect(f"status of {status}", "status of 404")
    standin.weather[kind] = first(1 if kind in (SIGN, LIMITS) else 3, problem(status, retry_after="2"))
    if kind == LIMITS:
        page.reload()
    choose(page, *small(30))
    title(page).to_have_text("30 done")
    refused = {SIGN: 0, POST: 2, LIMITS: 1}[kind]  # the last time; the limits were asked for before the reload, too
    times = standin.times(kind)
    assert times[refused + 1] - times[refused] >= 2


def test_what_stopped_is_counted_and_goes_on_in_one_press(page: Page, standin: Standin, watch: Watch) -> None:
    watch.expect("status of 403")
    standin.weather[POST] = first(2, problem(403))
    choose(page, *small(3), text("letter.docx", "application/msword"))
    expect_all_over(page)
    title(page).to_have_text("1 of 4 done, 3 stopped")
    page.get_by_role("button", name="Retry stopped").click()
    title(page).to_have_text("3 of 4 done, 1 stopped")
    expect(page.get_by_role("button", name="Retry stopped")).to_be_hidden()


# Hands.


def test_a_double_click_on_remove_takes_one_row(page: Page) -> None:
    choose(page, *(text(f"letter{number}.docx", "application/msword") for number in range(4)))
    expect_all_over(page)
    page.get_by_role("button", name="Remove letter1.docx").dblclick()
    expect(page.get_by_role("listitem")).to_have_count(3)
    expect(row(page, "letter2.docx")).to_be_visible()


def test_a_double_click_on_cancel_cancels_and_one_on_retry_retries(page: Page, standin: Standin) -> None:
    going = threading.Event()
    standin.weather[POST] = lambda _: going.wait(60) and ...
    choose(page, *small(1))
    photo = row(page, "IMG_0000.jpg")
    expect_stage(photo, "storing")
    photo.get_by_role("button", name="Cancel").dblclick()
    expect_stage(photo, "cancelled")
    page.wait_for_timeout(600)  # a third click, so soon, would belong to the first two
    photo.get_by_role("button", name="Retry").dblclick()
    expect_stage(photo, "storing")
    going.set()
    expect_stage(photo, "done")


def test_a_row_opens_and_closes_with_successive_single_clicks(page: Page) -> None:
    choose(page, *small(2))
    title(page).to_have_text("2 done")
    opener = page.get_by_role("button", name="Thumbnails of IMG_0001.jpg")
    opener.click()
    expect(opener).to_have_attribute("aria-expanded", "true")
    page.wait_for_timeout(600)
    opener.click()
    expect(opener).to_have_attribute("aria-expanded", "false")


def test_a_lookalike_is_taken_and_what_is_left_out_is_named(page: Page) -> None:
    """A file that only looks like another has the same name, size and time, and other content."""
    page.evaluate(
        """() => {
            window.give = (...contents) => {
                const transfer = new DataTransfer();
                for (const content of contents) {
                    const bytes = new Uint8Array(3_000_000);
                    bytes.set([0xff, 0xd8, 0xff]);
                    bytes[2_500_000] = content;
                    transfer.items.add(new File([bytes], "scan.jpg", {type: "image/jpeg", lastModified: 1}));
                }
                document.querySelector("#files").files = transfer.files;
                document.querySelector("#files").dispatchEvent(new Event("change", {bubbles: true}));
            };
            give(1, 2);
        }"""
    )
    title(page).to_have_text("2 done")
    page.evaluate("give(2, 3)")
    title(page).to_have_text("3 done")
    notices = page.locator("#notices")
    expect(notices).to_have_text(re.compile(r"Already in the list, so not added again: scan\.jpg\."))
    notices.get_by_role("button", name="OK").click()
    expect(notices).to_be_hidden()


def test_a_file_without_type_and_extension_is_known_by_its_first_bytes(page: Page, watch: Watch) -> None:
    (photo,) = small(1)
    choose(
        page, {**photo, "name": "image:1641", "mimeType": ""}, {**photo, "name": "export", "mimeType": "image/jpeg "}
    )
    title(page).to_have_text("2 done")
    assert {file["type"] for call in watch.signings() for file in call} == {"image/jpeg"}


def test_buttons_of_a_translated_page_still_do_what_they_did(page: Page) -> None:
    # As the translators of browsers do it: each text is replaced by an element with another text, again and again.
    page.evaluate(
        """() => {
            const translate = () => {
                const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
                const texts = [];
                while (walker.nextNode()) texts.push(walker.currentNode);
                for (const text of texts) {
                    if (!text.data.trim() || text.parentElement.localName === "font") continue;
                    const font = document.createElement("font");
                    font.textContent = `«${text.data}»`;
                    text.replaceWith(font);
                }
            };
            new MutationObserver(translate).observe(document, {childList: true, subtree: true, characterData: true});
            translate();
        }"""
    )
    choose(page, *small(2))
    expect(page.locator("h2")).to_contain_text("2 done")
    every = page.locator("#summary-actions").get_by_role("button")
    opens = every.filter(has_text=re.compile("Open all|Close all"))
    opens.click()
    expect(page.locator(".panel:not([hidden])")).to_have_count(2)
    page.wait_for_timeout(600)
    opens.click()
    expect(page.locator(".panel:not([hidden])")).to_have_count(0)
    every.filter(has_text="Clear list").click()
    expect(page.get_by_role("listitem")).to_have_count(0)


# What is dropped.

FOLDERS = """(things) => {
    const entry = ({name, gone, files}) => files
        ? {name, isDirectory: true, createReader: () => {
            const some = [files.map(entry), []];
            return {readEntries: (resolve) => resolve(some.shift())};
        }}
        : {name, isFile: true, file: (resolve, reject) => gone ? reject(new DOMException("", "NotFoundError"))
            : resolve(file(name))};
    const file = (name) => new File([Uint8Array.of(0xff, 0xd8, 0xff), name], name, {type: "image/jpeg"});
    const items = things.map((thing) => ({
        kind: "file",
        webkitGetAsEntry: () => thing.entryless ? null : entry(thing),
        getAsFile: () => thing.gone ? null : file(thing.name),
    }));
    const event = new Event("drop", {bubbles: true, cancelable: true});
    Object.defineProperty(event, "dataTransfer", {value: {types: ["Files"], items, files: []}});
    document.body.dispatchEvent(event);
}"""


def test_of_a_drop_all_that_can_be_read_is_taken_and_the_rest_is_named(page: Page) -> None:
    folder = {
        "name": "summer",
        "files": [{"name": "in.jpg"}, {"name": "gone.jpg", "gone": True}, {"name": ".DS_Store"}],
    }
    page.evaluate(FOLDERS, [folder, {"name": "mailed.jpg", "entryless": True}, {"name": "empty", "files": []}])
    title(page).to_have_text("2 done")
    for name in ("in.jpg", "mailed.jpg"):
        expect_stage(row(page, name), "done")
    notices = page.locator("#notices")
    expect(notices).to_contain_text("Could not be read, so not added: gone.jpg.")
    expect(notices).to_contain_text("There are no files in empty.")


# What is taken away.


def unpacked(archive: Path, folder: Path) -> list[str]:
    """The names in the archive, after two tools have unpacked it alike."""
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        opened.extractall(folder / "python")
        names = opened.namelist()
    tool = shutil.which("unzip")
    if tool is None:
        pytest.fail("no unzip: the archive must be unpacked by a second tool")
    subprocess.run([tool, "-q", archive, "-d", folder / "unzip"], check=True, env={"LANG": "C.UTF-8"})
    for name in names:
        assert (folder / "python" / name).read_bytes() == (folder / "unzip" / name).read_bytes()
    return names


def test_an_archive_can_be_unpacked_everywhere(page: Page, tmp_path: Path) -> None:
    (photo,) = small(1)
    names = [
        "a/b:c.jpg",
        "A_b_c.jpg",
        "CON.jpg",
        ".hidden.jpg",
        f"{'ü' * 150}.jpg",
        "right‮gpj.jpg",
        "Zoë.jpg",
        "zoe\u0308.jpg",
    ]
    files: list[FilePayload] = [{**photo, "name": name} for name in names]
    choose(page, *files)
    title(page).to_have_text(f"{len(names)} done")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all").click()
    found = unpacked(download.value.path(), tmp_path)
    assert len(found) == len({name.lower() for name in found}) == 3 * len(names)
    assert all(len(name.encode()) <= 200 and not re.search(r'[<>:"/\\|?*\x00-\x1f\u202e]|^\.', name) for name in found)
    assert "_CON-small.webp" in found


def test_one_missing_thumbnail_does_not_cost_the_archive(
    page: Page, standin: Standin, watch: Watch, tmp_path: Path
) -> None:
    watch.expect("status of 404")
    choose(page, *small(2))
    title(page).to_have_text("2 done")
    gone = max(standin.arrived, key=lambda job: int(job.removeprefix("job")))  # a page before may still be sending
    standin.weather[THUMBNAIL] = lambda handler: (404, {}, b"") if f"{gone}/medium" in handler.path else ...
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all").click()
    assert len(unpacked(download.value.path(), tmp_path)) == 5
    expect(page.locator("#notices")).to_have_text(
        re.compile(r"Could not be fetched, so not in the archive: IMG_000\d-medium\.webp\.")
    )


# What a reload keeps.


def test_a_full_storage_is_said_with_what_a_reload_will_forget(page: Page) -> None:
    page.evaluate("sessionStorage.setItem('other', 'x'.repeat(5 * 1024 * 1024 - 600))")
    choose(page, *small(20))
    title(page).to_have_text("20 done")
    expect(page.locator("#notices")).to_have_text(
        re.compile(r"memory for this page is full\. .* \d+ files are missing")
    )
    lost = int(re.findall(r"reload (\d+) files", page.locator("#notices").inner_text())[0])
    page.reload()
    expect(page.get_by_role("listitem")).to_have_count(20 - lost)


def test_rows_are_back_at_once_after_a_reload_without_asking_for_each(page: Page, standin: Standin) -> None:
    choose(page, *small(60))
    title(page).to_have_text("60 done")
    page.evaluate("scrollTo(0, 0)")
    standin.asked.clear()
    page.reload()
    title(page).to_have_text("60 done")
    expect(row(page, "IMG_0059.jpg")).to_contain_text("3 thumbnails")
    assert standin.count(STATUS) < 40, "only those near the window are asked for their picture"
    row(page, "IMG_0059.jpg").get_by_role("button").click()
    expect(page.get_by_role("img", name="IMG_0059.jpg, large")).to_have_js_property("naturalWidth", 640)


# Many.


def test_only_rows_near_the_window_are_drawn_and_all_can_be_reached(page: Page) -> None:
    page.evaluate(
        """() => {
            window.written = 0;
            const {setItem} = Storage.prototype;
            Storage.prototype.setItem = function (key, value) {
                window.written += 1;
                setItem.call(this, key, value);
            };
        }"""
    )
    choose(page, *small(200))
    title(page).to_have_text("200 done")
    drawn = """[...document.querySelectorAll(".head")]
        .filter((head) => head.checkVisibility({contentVisibilityAuto: true})).length"""
    assert page.evaluate(drawn) < 60
    assert page.locator(".row canvas").count() < 60
    # Each upload changes when it is chosen, signed and done: what changes is written together.
    assert page.evaluate("written") < 200
    assert page.get_by_role("listitem").count() == 200  # for those who do not see it, all are there
    page.evaluate("document.body.append(Object.assign(document.createElement('button'), {id: 'end'}))")
    page.locator("#end").focus()
    page.keyboard.press("Shift+Tab")
    expect(page.locator(":focus")).to_have_accessible_name("Thumbnails of IMG_0199.jpg")
    expect(page.locator(":focus")).to_be_in_viewport()
    page.keyboard.press("Shift+Tab")
    expect(page.locator(":focus")).to_have_accessible_name("Thumbnails of IMG_0198.jpg")
    page.get_by_role("button", name="Clear list").click()
    expect(page.get_by_role("listitem")).to_have_count(0)
    page.wait_for_timeout(1_000)
    assert page.evaluate("sessionStorage.length") == 0


def test_the_focus_goes_to_the_next_row_also_where_rows_are_kept_together(page: Page) -> None:
    choose(page, *(text(f"letter{number}.docx", "application/msword") for number in range(12)))
    expect_all_over(page)
    assert page.locator(".chunk").count() == 2
    for gone, next_ in ((9, 10), (10, 11), (11, 8)):
        page.get_by_role("button", name=f"Remove letter{gone}.docx").press("Enter")
        expect(page.locator(":focus")).to_have_accessible_name(f"Remove letter{next_}.docx")
    assert page.locator(".chunk").count() == 1
    choose(page, text("after.docx", "application/msword"))
    expect(page.get_by_role("listitem").last).to_contain_text("after.docx")


# Eyes.


@pytest.mark.parametrize(
    "context_options",
    [
        pytest.param({"locale": locale, "viewport": {"width": width, "height": 740}}, id=f"{locale}-{width}")
        for locale in ("en-US", "de-DE")
        for width in (390, 320)
    ],
)
def test_a_name_has_the_whole_width_of_a_phone_before_it_is_cut(page: Page, standin: Standin) -> None:
    going = threading.Event()
    standin.weather[POST] = lambda _: going.wait(60) and ...
    long = "The whole family on the way to the summit 0042.jpg"
    choose(page, jpeg("holiday 0042.jpg", 64, 48), jpeg(long, 64, 48, seed=2))
    uncut = "(name) => [...name.children].every((part) => part.scrollWidth <= part.clientWidth)"
    for stage in ("storing", "done"):
        expect_stage(row(page, "holiday 0042.jpg"), stage)
        expect_stage(row(page, long), stage)
        assert row(page, "holiday 0042.jpg").locator(".name").evaluate(uncut)
        assert not row(page, long).locator(".name").evaluate(uncut)
        button, name = (row(page, long).locator(part).bounding_box() for part in ("button", ".name"))
        assert button
        assert name
        assert name["x"] + name["width"] == pytest.approx(button["x"] + button["width"] - 8, abs=1)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        going.set()


@pytest.mark.parametrize("context_options", [{"forced_colors": "active", "viewport": {"width": 800, "height": 700}}])
def test_bars_and_focus_are_seen_in_the_colours_of_the_system(page: Page, standin: Standin) -> None:
    going = threading.Event()
    standin.weather[POST] = lambda _: going.wait(60) and ...
    choose(page, *small(2))
    bar = row(page, "IMG_0000.jpg").get_by_role("progressbar")
    expect_stage(row(page, "IMG_0000.jpg"), "storing")
    bar.evaluate("(bar) => { bar.value = 0.5; }")
    shot = Image.open(io.BytesIO(bar.screenshot(animations="disabled"))).convert("RGB")
    done, rest = (shot.getpixel((x, shot.height // 2)) for x in (10, shot.width - 10))
    paper = Image.open(io.BytesIO(page.screenshot())).convert("RGB").getpixel((2, 2))
    assert len({done, rest, paper}) == 3
    assert shot.height == 4
    page.keyboard.press("Tab")
    ring = page.locator(".choose").evaluate(
        "(label) => [getComputedStyle(label).outlineStyle, getComputedStyle(label).outlineWidth]"
    )
    assert ring == ["solid", "2px"]
    going.set()
    expect_all_over(page)


# Languages.


def stages() -> set[str]:
    """All that an upload can be in, as the page itself lists them."""
    found = re.search(r"@typedef \{([^{}]*)\} Stage", (FRONTEND / "uploads.js").read_text())
    assert found
    return set(re.findall(r'"(\w+)"', found[1]))


@pytest.mark.parametrize(
    "context_options",
    [
        pytest.param({"locale": locale, "viewport": {"width": 1280, "height": 800}}, id=locale)
        for locale in ("en-US", "de-DE")
    ],
)
def test_everybody_can_use_every_state_of_the_page(
    blank: Page, context: BrowserContext, standin: Standin, watch: Watch
) -> None:
    """One visit that goes through all of them: axe finds nothing in any."""
    watch.expect("status of 40", "status of 503", "ERR_INTERNET_DISCONNECTED")
    session = context.new_cdp_session(blank)
    session.send("Network.enable")
    network = Network(session)
    blank.clock.install()
    seen: set[str] = set()

    def usable(**rows: str) -> None:
        """rows: which stage each has meanwhile."""
        for name, stage in rows.items():
            expect_stage(row(blank, f"{name}.jpg"), stage)
        found = Axe().run(blank)
        assert found.violations_count == 0, found.generate_report()
        for name, stage in rows.items():
            expect_stage(row(blank, f"{name}.jpg"), stage)
        seen.update(rows.values())

    def press(name: str) -> None:
        blank.clock.fast_forward(1_000)  # or it would be the second click of a double one
        row(blank, f"{name}.jpg").get_by_role("button").first.click()

    def refused(handler: Any) -> Any:
        standin.arrived.clear()
        return problem(503, retry_after="600")(handler)

    # Without an answer of the service, and with something that hangs over the page.
    standin.weather[LIMITS] = first(1, problem(503, retry_after="600"))
    blank.goto(standin.url)
    again = blank.locator("#terms button")
    expect(again).to_be_visible()
    choose(blank, jpeg("small.jpg", 64, 48), {**text("other.jpg"), "buffer": b""})
    blank.evaluate(
        """() => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File(["x"], "x.jpg"));
            document.body.dispatchEvent(new DragEvent("dragenter", {bubbles: true, cancelable: true, dataTransfer}));
        }"""
    )
    expect(blank.locator("html")).to_have_class("dropping")
    usable(small="waiting", other="waiting")
    blank.evaluate("() => document.dispatchEvent(new DragEvent('dragleave'))")

    # Under way, and stopped.
    signing, storing = threading.Event(), threading.Event()
    standin.weather[SIGN] = first(1, lambda _: signing.wait(60) and ...)
    standin.weather[POST] = first(1, lambda _: storing.wait(60) and problem(403)(_))
    again.click()
    usable(small="signing", other="stopped")
    signing.set()
    usable(small="storing")
    storing.set()
    usable(small="stopped", other="stopped")

    # Converting, for long, and done; opened, and copied from.
    standin.weather[MANIFEST] = lambda _: (404, {}, b"")
    press("small")
    usable(small="converting")
    while row(blank, "small.jpg").get_attribute("data-stage") == "converting":
        blank.clock.fast_forward(5_000)
        blank.wait_for_timeout(50)
    usable(small="slow")
    standin.weather.clear()
    blank.clock.fast_forward(12_000)
    expect_stage(row(blank, "small.jpg"), "done")
    press("small")
    row(blank, "small.jpg").locator("figcaption button").first.click()
    expect(row(blank, "small.jpg").locator("figure img")).to_have_count(3)
    usable(small="done")

    # With a notice, and a line that is slow, gone, and back at a busy storage.
    network.limit_uploads(10_000)
    blank.evaluate(FOLDERS, [{"name": "empty", "files": []}])
    choose(blank, jpeg("large.jpg"))
    expect(blank.locator("#notices")).to_be_visible()
    usable(large="uploading")
    press("large")
    usable(large="cancelled")
    network.limit_uploads(None)
    context.set_offline(True)
    press("large")
    usable(large="offline")
    standin.weather[POST] = refused
    context.set_offline(False)
    usable(large="again")
    blank.reload()
    usable(large="interrupted", small="done")
    blank.locator("#summary-actions button").last.click()
    expect(blank.get_by_role("listitem")).to_have_count(0)
    expect(blank.locator("#terms:not(:empty)")).to_be_visible()
    usable()
    assert seen == stages()


@pytest.mark.parametrize("context_options", [{"locale": "de-DE", "viewport": {"width": 1280, "height": 800}}])
def test_the_page_speaks_german(page: Page, standin: Standin, watch: Watch) -> None:
    watch.expect("status of 403")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    standin.weather[POST] = first(1, problem(403))
    choose(page, *small(1), text("brief.docx", "application/msword"))
    expect(row(page, "brief.docx")).to_contain_text("Diese Art von Datei wird nicht angenommen. Bitte wählen Sie JPEG")
    expect(row(page, "IMG_0000.jpg")).to_contain_text("Die Datei wurde nicht angenommen.")
    page.get_by_role("button", name="Angehaltene wiederholen").click()
    title(page).to_have_text("1 von 2 fertig, 1 angehalten")
    page.get_by_role("button", name="Bilder von IMG_0000.jpg").click()
    expect(page.get_by_role("button", name="Adresse kopieren: IMG_0000.jpg, large")).to_be_visible()


# A language whose every word is marked: what has no marks was not taken from it, what has two was glued.
MARKED = """
import {words as english} from "./english.js";
export function words(figures) {
    const facts = (list) => figures.facts(list).replace(/[⟦⟧]/g, "");
    const mark = (value) => typeof value === "string" ? `⟦${value.replace(/[⟦⟧]/g, "")}⟧`
        : typeof value === "function" ? (...given) => mark(value(...given))
        : Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mark(inner)]));
    return mark(english({...figures, facts}));
}
"""


@pytest.mark.parametrize("context_options", [{"locale": "de-DE", "viewport": {"width": 900, "height": 900}}])
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_no_sentence_is_glued_and_all_lies_well_from_right_to_left(
    blank: Page, standin: Standin, watch: Watch, direction: str
) -> None:
    watch.expect("status of 403")
    blank.route("**/german.js", lambda route: route.fulfill(body=MARKED, content_type="text/javascript"))
    blank.goto(standin.url)
    blank.locator("#terms:not(:empty)").wait_for()
    blank.evaluate("(direction) => { document.documentElement.dir = direction; }", direction)
    standin.weather[POST] = first(1, problem(403))
    choose(blank, *small(3), text("letter.docx", "application/msword"))
    expect(blank.locator("h2")).to_contain_text("2 of 4 done, 2 stopped")
    blank.locator("#list [aria-expanded=false]").first.click()
    expect(blank.locator("figure img").first).to_be_visible()
    texts = blank.evaluate(
        """() => {
            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            const said = [];
            while (walker.nextNode()) {
                const {data, parentElement} = walker.currentNode;
                const ours = !parentElement.closest("noscript, .name, .preview, figure a, script");
                if (data.trim() && ours) said.push(data.trim());
            }
            for (const element of document.querySelectorAll("[aria-label]")) said.push(element.ariaLabel);
            for (const image of document.querySelectorAll("img[alt]")) if (image.alt) said.push(image.alt);
            return said.flatMap((text) => text.split("\\n"));
        }"""
    )
    assert len(texts) > 40
    assert [said for said in texts if not re.fullmatch(r"⟦[^⟦⟧]*⟧", said)] == []
    assert blank.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture, name, button = (
        blank.locator(f".row:first-child {part}").first.bounding_box()
        for part in (".preview", ".name", ".head .actions")
    )
    assert picture
    assert name
    assert button
    assert (picture["x"] < name["x"] < button["x"]) == (direction == "ltr")
    assert (picture["x"] > name["x"] > button["x"]) == (direction == "rtl")


# Weight.


def needed(name: str, found: set[str]) -> set[str]:
    """The files that come before the page can do anything: those that index.html names, and all that they import."""
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
    later = {"zip.js", "download.js", "names.js", "thumbhash.js", "snippet.js", "thumbnails.js", "german.js"}
    assert not first & later
    assert {path.name for path in FRONTEND.glob("*.js")} - first >= later
    files = [(FRONTEND / name).read_bytes() for name in first]
    assert sum(map(len, files)) <= 100_000
    assert sum(len(gzip.compress(file)) for file in files) <= 40_000
    loaded = set(page.evaluate("performance.getEntriesByType('resource').map(({name}) => name.split('/').pop())"))
    assert not loaded & later
    preloads = re.findall(r'modulepreload" href="([\w.]+)"', (FRONTEND / "index.html").read_text())
    modules = {name for name in first if name.endswith(".js")} - {"page.js", "english.js"}
    assert sorted(preloads) == sorted(modules), "all at once, not one after the other"


# Elsewhere.


def test_a_page_of_another_site_can_use_the_client(
    blank: Page, context: BrowserContext, stack: Service, watch: Watch
) -> None:
    """The modules and the page from there, the service from here, with a header that somebody fetches first."""

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
