"""Real visitors' behaviour: double clicks, translations, odd drops, and downloads."""

import re
import shutil
import subprocess
import threading
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.actors.tab import Watch
from tests.actors.visitor import FOLDERS, choose, expect_all_over, expect_stage, row, title
from tests.material.photos import small, text
from tests.standins.service import HELD, POST, THUMBNAIL, Standin


def test_a_double_click_on_remove_takes_one_row(page: Page) -> None:
    choose(page, *(text(f"letter{number}.docx", "application/msword") for number in range(4)))
    expect_all_over(page)
    page.get_by_role("button", name="Remove letter1.docx").dblclick()
    expect(page.get_by_role("listitem")).to_have_count(3)
    expect(row(page, "letter2.docx")).to_be_visible()


def test_a_double_click_on_cancel_cancels_and_one_on_retry_retries(page: Page, standin: Standin) -> None:
    going = threading.Event()
    standin.weather[POST] = lambda _: going.wait(HELD) and ...
    choose(page, *small(1))
    photo = row(page, "IMG_0000.jpg")
    expect_stage(photo, "storing")
    photo.get_by_role("button", name="Cancel").dblclick()
    expect_stage(photo, "cancelled")
    page.wait_for_timeout(600)  # a third click within that time would belong to the first two
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
    # Like browsers' translators: each text is replaced by an element with another text, again and again.
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


# Downloads.


def unpacked(archive: Path, folder: Path) -> list[str]:
    """The names in the archive, after two tools have unpacked it identically."""
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
    gone = max(standin.arrived, key=lambda job: int(job.removeprefix("job")))  # an earlier page may still be sending
    standin.weather[THUMBNAIL] = lambda handler: (404, {}, b"") if f"{gone}/medium" in handler.path else ...
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all").click()
    assert len(unpacked(download.value.path(), tmp_path)) == 5
    expect(page.locator("#notices")).to_have_text(
        re.compile(r"Could not be fetched, so not in the archive: IMG_000\d-medium\.webp\.")
    )
