"""The upload page with the running stack: what a visitor sees from the first file to the last thumbnail."""

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.actors.client import Service
from tests.actors.tab import Watch
from tests.actors.visitor import choose, expect_stage, row
from tests.material.photos import jpeg, text


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
    expect(photo.locator(".frame canvas")).to_have_count(0)  # the thumbnails have replaced the placeholders
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
    expect(page.get_by_role("heading", level=2)).to_have_text("1 of 2 done, 1 failed")
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
    path.write_bytes(file["buffer"])  # passed by name, because 20 MB in a message take the browser seconds
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


def test_another_file_than_the_announced_one_is_refused(page: Page, watch: Watch) -> None:
    watch.expect("400 (Bad Request)")
    page.evaluate(
        """() => {
            const {digest} = SubtleCrypto.prototype;
            SubtleCrypto.prototype.digest = function () {
                SubtleCrypto.prototype.digest = digest;
                return digest.call(this, "SHA-256", Uint8Array.of(1));
            };
        }"""
    )
    photo = jpeg("photo.jpg")
    choose(page, photo)
    expect_stage(row(page, "photo.jpg"), "stopped")
    expect(row(page, "photo.jpg")).to_contain_text("The file that arrived is not the one that was announced.")
    row(page, "photo.jpg").get_by_role("button", name="photo.jpg").click()
    expect_stage(row(page, "photo.jpg"), "done")
    (retried,) = watch.signings()[-1]
    assert retried["sha256"] == hashlib.sha256(photo["buffer"]).hexdigest()


def test_forty_files_take_two_signings_and_all_come_back(page: Page, watch: Watch, shoot: Any) -> None:
    choose(page, *(jpeg(f"IMG_{number:04}.jpg", 320, 240, seed=number) for number in range(40)))
    shoot("forty-under-way", full=False)
    expect(page.get_by_role("heading", level=2)).to_have_text("40 done")
    assert [len(call) for call in watch.signings()] == [25, 15]
    shoot("forty-done")


@pytest.mark.parametrize("lost", ["row.js", "english.js"])
def test_a_page_that_has_lost_a_module_asks_for_a_reload(blank: Page, stack: Service, watch: Watch, lost: str) -> None:
    watch.expect("net::ERR_FAILED", "Failed to fetch dynamically imported module")
    blank.route(f"**/{lost}", lambda route: route.abort())
    blank.goto(stack.page_url)
    advice = blank.get_by_text("please reload it")
    expect(advice).to_be_hidden()
    later = "document.getAnimations().map((animation) => animation.finish()).length"
    assert blank.evaluate(later) == 1
    expect(advice).to_be_visible()
    blank.unroute(f"**/{lost}")
    blank.reload()
    blank.locator("#terms:not(:empty)").wait_for()
    assert blank.evaluate(later) == 0
    expect(advice).to_be_hidden()
