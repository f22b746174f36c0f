"""The page with many files: only rows near the window are drawn, and a reload brings all of them back."""

import re
import threading

from playwright.sync_api import Page, expect

from tests.actors.tab import Watch
from tests.actors.visitor import choose, expect_all_over, row, title
from tests.material.photos import small, text
from tests.standins.service import HELD, POST, STATUS, THUMBNAIL, Standin

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


def test_a_file_is_decoded_only_for_those_who_wait_for_its_thumbnail(
    page: Page, standin: Standin, watch: Watch
) -> None:
    page.evaluate(
        """() => {
            window.decoded = [];
            const whole = window.createImageBitmap;
            window.createImageBitmap = (file) => {
                window.decoded.push(file.name);
                return whole(file);
            };
        }"""
    )
    choose(page, *small(3))
    title(page).to_have_text("3 done")
    expect(page.locator("img.picture")).to_have_count(3)

    going = threading.Event()
    standin.weather[POST] = lambda _: going.wait(HELD) and ...
    choose(page, *small(1, 3))
    expect(row(page, "IMG_0003.jpg").locator("canvas.picture")).to_be_attached()
    going.set()

    standin.weather[THUMBNAIL] = lambda _: (403, {}, b"")  # the address has expired
    watch.expect("Failed to load resource")
    choose(page, *small(1, 4))
    expect(row(page, "IMG_0004.jpg").locator("canvas.picture")).to_be_attached()
    assert page.evaluate("window.decoded") == ["IMG_0003.jpg", "IMG_0004.jpg"]


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
    assert page.locator(".row .picture").count() < 60
    # Each upload changes when it is chosen, signed and done; changes are written together.
    assert page.evaluate("written") < 200
    assert page.get_by_role("listitem").count() == 200  # screen readers see all of them
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
