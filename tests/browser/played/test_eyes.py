"""The page for all visitors: on a phone, in the system's colours, and accessible in every state."""

import io
import re
import threading
import time
from typing import Any, cast

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Locator, Page, expect

from operate.site import FRONTEND
from tests.actors import client
from tests.actors.chromium import assure_accessible
from tests.actors.tab import Network, Watch
from tests.actors.visitor import FOLDERS, PHONES, choose, expect_all_over, expect_stage, row
from tests.material.photos import jpeg, small, text
from tests.standins.service import HELD, LIMITS, MANIFEST, POST, SIGN, Standin, first, problem


@pytest.mark.parametrize("context_options", PHONES)
def test_a_name_has_the_whole_width_of_a_phone_before_it_is_cut(page: Page, standin: Standin) -> None:
    going = threading.Event()
    standin.weather[POST] = lambda _: going.wait(HELD) and ...
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
    standin.weather[POST] = lambda _: going.wait(HELD) and ...
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


def _blinks_once() -> bytes:
    """A WebP that is red, and stays blue after a tenth of a second."""
    content = io.BytesIO()
    red, blue = (Image.new("RGB", (160, 120), colour) for colour in ("red", "blue"))
    red.save(content, "WEBP", save_all=True, append_images=[blue], duration=[100, 60_000], loop=1)
    return content.getvalue()


def _becomes(picture: Locator, colour: str) -> None:
    """Waits until the middle of an element is "red" or "blue"."""
    until = time.monotonic() + client.PATIENCE
    while time.monotonic() < until:
        shot = Image.open(io.BytesIO(picture.screenshot())).convert("RGB")
        red, _, blue = cast("tuple[int, int, int]", shot.getpixel((shot.width // 2, shot.height // 2)))
        if colour == ("red" if red > blue else "blue"):
            return
    raise AssertionError(f"not {colour}")


@pytest.mark.parametrize("context_options", [{"reduced_motion": "reduce"}])
def test_only_who_accepts_motion_sees_a_thumbnail_move(page: Page, standin: Standin) -> None:
    standin.moving, standin.types = _blinks_once(), ("image/webp", "image/jpeg")
    choose(page, jpeg("film.jpg", 64, 48))
    expect_stage(row(page, "film.jpg"), "done")  # which opens it, because it is the only one
    picture = row(page, "film.jpg").locator(".frame").first
    expect(picture.locator(".first")).to_be_visible()
    expect(picture.get_by_role("img", name="film.jpg, small, WebP", exact=True)).to_be_visible()  # for screen readers
    # The same file without our code, which shows when it has moved.
    address = picture.locator("img").get_attribute("src")
    page.evaluate("(src) => document.body.prepend(Object.assign(new Image(), {id: 'control', src, alt: ''}))", address)
    _becomes(page.locator("#control"), "blue")
    _becomes(picture, "red")

    page.emulate_media(reduced_motion="no-preference")
    _becomes(picture, "blue")

    page.reload()  # then the list has no file to show, but its smallest thumbnail
    expect(row(page, "film.jpg").locator("canvas.picture")).to_be_visible()
    _becomes(row(page, "film.jpg").locator(".preview"), "red")


def stages() -> set[str]:
    """Every state of an upload, as listed in the page itself."""
    found = re.search(r"type Stage =([^;]*);", (FRONTEND / "types.d.ts").read_text())
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
        """rows: the stage of each meanwhile."""
        for name, stage in rows.items():
            expect_stage(row(blank, f"{name}.jpg"), stage)
        assure_accessible(blank)
        for name, stage in rows.items():
            expect_stage(row(blank, f"{name}.jpg"), stage)
        seen.update(rows.values())

    def press(name: str) -> None:
        blank.clock.fast_forward(1_000)  # otherwise it would be the second click of a double click
        row(blank, f"{name}.jpg").get_by_role("button").first.click()

    def refused(handler: Any) -> Any:
        standin.arrived.intersection_update(done)
        return problem(503, retry_after="600")(handler)

    # Without a response from the service, and with something dragged over the page.
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
    standin.weather[SIGN] = first(1, lambda _: signing.wait(HELD) and ...)
    standin.weather[POST] = first(1, lambda _: storing.wait(HELD) and problem(403)(_))
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
    done = set(standin.arrived)

    # With a notice, and a connection that is slow, lost, and back at a busy service.
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
