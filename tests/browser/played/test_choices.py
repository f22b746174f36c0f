"""What people choose for their files: a set of sizes, and the point that cropped thumbnails keep."""

import io
import re
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, Position, expect

from tests.actors.chromium import assure_accessible
from tests.actors.tab import Watch
from tests.actors.visitor import choose, expect_stage, row, title
from tests.material.photos import jpeg, landscape, small, text
from tests.standins.service import SIGN, Standin

CROPPED = {"name": "card", "width": 400, "height": 300, "crop": True, "fit": "crop"}
FITTED = {"name": "wide", "width": 900, "height": 900, "crop": False, "fit": "fit"}
ROTATED = 6  # EXIF: to be turned to the right by 90 degrees
MANY = 40


def chosen(watch: Watch) -> dict[str, tuple[Any, Any]]:
    """By the name of a file: its set of sizes and its point, as they were sent."""
    return {file["name"]: (file.get("profile"), file.get("focus")) for call in watch.signings() for file in call}


def sideways(name: str) -> FilePayload:
    """A portrait as many cameras store it: lying, with its orientation."""
    content, facts = io.BytesIO(), Image.Exif()
    facts[0x0112] = ROTATED
    landscape(400, 300).save(content, "JPEG", exif=facts)
    return {"name": name, "mimeType": "image/jpeg", "buffer": content.getvalue()}


def test_a_set_of_sizes_holds_for_files_chosen_from_then_on(blank: Page, standin: Standin, watch: Watch) -> None:
    standin.offers = {"profiles": {"avatar": [CROPPED], "post": [FITTED]}}
    blank.goto(standin.url)
    sets = blank.get_by_role("combobox", name="Thumbnails")
    expect(sets.get_by_role("option")).to_have_text(["Standard", "avatar", "post"])
    first, second, third = small(3)
    choose(blank, first)
    title(blank).to_have_text("1 done")
    aims = blank.get_by_role("checkbox")
    for name, offer, crops in (("avatar", "300 pixels", True), ("post", "900 pixels", False)):
        sets.select_option(name)
        expect(blank.locator("#offer")).to_contain_text(offer)
        expect(aims).to_be_visible(visible=crops)
    choose(blank, second)
    title(blank).to_have_text("2 done")
    sets.select_option("Standard")
    choose(blank, third)
    title(blank).to_have_text("3 done")
    names = [file["name"] for file in (first, second, third)]
    assert chosen(watch) == dict(zip(names, [(None, None), ("post", None), (None, None)], strict=True))


def test_a_point_is_taken_back_where_it_was_set_or_with_a_key(blank: Page, standin: Standin, watch: Watch) -> None:
    standin.offers = {"sizes": [CROPPED]}
    blank.goto(standin.url)
    blank.get_by_role("checkbox").check()
    choose(blank, jpeg("cat.jpg", 640, 480))
    cat = blank.get_by_role("slider", name="What matters in cat.jpg")
    expect(cat.locator("canvas")).to_be_visible()
    expect(cat).to_have_accessible_description(re.compile("To remove the point, tap or click it, or press Delete"))
    mark, here = cat.locator(".mark"), Position(x=60, y=40)

    for press in ("Delete", "Backspace", "Escape", None):
        cat.click(position=here)
        expect(mark).to_be_visible()
        expect(cat).not_to_have_attribute("aria-valuetext", "No point")
        if press:
            blank.keyboard.press(press)
        else:
            mark.click()
        expect(mark).to_be_hidden()
        expect(cat).to_have_attribute("aria-valuetext", "No point")
        expect(cat).to_have_attribute("aria-valuenow", "50")
        expect(cat).to_be_focused()

    cat.click(position=here)
    box = mark.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    blank.mouse.move(x, y)
    blank.mouse.down()
    blank.mouse.move(x + 90, y, steps=9)
    blank.mouse.up()
    dragged = mark.bounding_box()
    assert dragged, "a drag that begins on the point moves it"
    assert dragged["x"] - box["x"] == pytest.approx(90, abs=2)
    blank.mouse.down()
    blank.mouse.move(x + 92, y)
    blank.mouse.up()
    expect(mark).to_be_hidden()

    blank.get_by_role("button", name="Upload cat.jpg").click()
    title(blank).to_have_text("1 done")
    assert chosen(watch) == {"cat.jpg": (None, None)}


def test_a_picture_waits_for_its_point_and_hundreds_may_wait(blank: Page, standin: Standin, watch: Watch) -> None:
    standin.offers = {"sizes": [CROPPED, FITTED]}
    blank.goto(standin.url)
    blank.get_by_role("checkbox").check()
    files = [sideways("me.jpg"), jpeg("cat.jpg", 640, 480), jpeg("dog.jpg", 320, 240, seed=2)]
    choose(blank, *files)
    me, cat, dog = (blank.get_by_role("slider", name=f"What matters in {file['name']}") for file in files)
    upright = me.locator("canvas").evaluate("(canvas) => [canvas.width, canvas.height]")
    assert upright == [300, 400]
    expect(cat.locator("canvas")).to_be_visible()
    assure_accessible(blank)
    assert standin.count(SIGN) == 0

    expect(me).to_have_attribute("aria-valuetext", "No point")
    me.focus()
    blank.keyboard.press("ArrowRight")
    blank.keyboard.press("Shift+ArrowUp")
    expect(me).to_have_attribute("aria-valuetext", "55% from the left, 49% from the top")
    blank.get_by_role("button", name="Upload me.jpg").click()
    expect(cat).to_be_focused()
    box = cat.bounding_box()
    assert box
    cat.click(position={"x": box["width"] / 4, "y": box["height"] * 3 / 4})
    mark = cat.locator(".mark").bounding_box()
    assert mark
    assert mark["x"] + mark["width"] / 2 == pytest.approx(box["x"] + box["width"] / 4, abs=2)

    row(blank, "dog.jpg").get_by_role("button", name="Cancel").click()
    expect(dog).to_be_hidden()
    choose(blank, *small(MANY))
    expect(blank.locator(".point")).to_have_count(2 + MANY)
    expect(row(blank, "IMG_0000.jpg").locator(".point")).to_be_visible()
    assert blank.locator(".aim canvas").count() < MANY / 2
    blank.get_by_role("button", name="Upload all").click()
    title(blank).to_have_text(f"{MANY + 2} of {MANY + 3} done")
    expect(blank.locator(".point")).to_have_count(1)
    sent = chosen(watch)
    assert sent["me.jpg"] == (None, [0.55, 0.49])
    assert sent["cat.jpg"][1] == pytest.approx([0.25, 0.75], abs=0.02)
    assert sent["IMG_0000.jpg"] == (None, None)
    assert "dog.jpg" not in sent

    row(blank, "dog.jpg").get_by_role("button", name="Retry").click()
    expect(dog).to_be_visible()
    choose(blank, text("scan.tiff", "image/tiff"))
    expect(row(blank, "scan.tiff").locator(".point")).to_contain_text("This browser cannot show the picture.")
    blank.get_by_role("checkbox").uncheck()
    choose(blank, *small(1, start=MANY))
    expect_stage(row(blank, f"IMG_00{MANY}.jpg"), "done")
    expect(dog).to_be_visible()
