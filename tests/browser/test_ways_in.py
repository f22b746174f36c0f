"""Other ways into the upload page: a drop, a folder, the clipboard, the camera, the keyboard; and announcements."""

import base64
from typing import Any

import pytest
from playwright.sync_api import FilePayload, JSHandle, Page, expect

from tests.actors.client import Service
from tests.actors.visitor import choose, expect_all_over, expect_stage, row
from tests.material.photos import jpeg, text


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
    # A drop from a script has no folders, so its file is put into one, next to a broken link.
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
    """The camera's input, which a phone shows: here it gets a file as from the camera."""
    page.locator("#camera").set_input_files([jpeg("image.jpg")])
    expect_stage(row(page, "image.jpg"), "done")


def test_a_conversion_that_failed_for_good_says_so_and_offers_a_retry(page: Page, stack: Service) -> None:
    """Nobody may read originals for a while. After three attempts the page shows the failure; then the outage ends."""
    with stack.outage("uploads/*"):
        choose(page, jpeg("unlucky.jpg"))
        expect_stage(row(page, "unlucky.jpg"), "stopped")
        expect(row(page, "unlucky.jpg")).to_contain_text("Something went wrong on our side")
    row(page, "unlucky.jpg").get_by_role("button", name="Retry").click()
    expect_stage(row(page, "unlucky.jpg"), "done")


def test_everything_can_be_done_with_the_keyboard(page: Page, shoot: Any) -> None:
    # Playwright starts intercepting file choosers when a listener is added, and a key press may be faster.
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
    # The focus stayed in the list when the row was removed: it is on the next one.
    expect(page.locator(":focus")).to_have_accessible_name("Thumbnails of two.jpg")


def test_what_happens_is_announced(page: Page) -> None:
    announcer = page.get_by_role("status")
    choose(page, text("letter.docx", "application/msword"))
    expect(announcer).to_contain_text("1 file added.")
    expect(announcer).to_contain_text("letter.docx: This type of file is not accepted.")
    choose(page, jpeg("photo.jpg"))
    expect(announcer).to_contain_text("photo.jpg: 3 thumbnails")
