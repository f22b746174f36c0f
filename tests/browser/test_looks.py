"""The page on every screen: nothing jumps, nothing is cut off, and it is accessible."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.actors.visitor import choose, expect_all_over, row
from tests.material.fonts import NARROW, WIDE, enlarge, write_in
from tests.material.photos import jpeg, text

PHONE = {"viewport": {"width": 375, "height": 740}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1280, "height": 800}}
LIGHT, DARK = {"color_scheme": "light"}, {"color_scheme": "dark"}


NARROW_WINDOW = {"viewport": {"width": 320, "height": 640}, "reduced_motion": "reduce", **LIGHT}


@pytest.fixture
def letters() -> Callable[[Page], None]:
    """The page's typography; a test that needs another parametrizes this fixture."""
    return lambda _: None


@pytest.fixture
def blank(blank: Page, letters: Callable[[Page], None]) -> Page:
    letters(blank)
    return blank


def written(options: dict[str, Any], name: str, letters: Callable[[Page], None] = lambda _: None) -> Any:
    return pytest.param(options, letters, id=name)


@pytest.mark.parametrize(
    ("context_options", "letters"),
    [
        written({**DESK, **LIGHT}, "desk-light"),
        written({**DESK, **DARK}, "desk-dark"),
        written({**PHONE, **LIGHT}, "phone-light"),
        written({**PHONE, **DARK}, "phone-dark"),
        # 200 % and 400 % zoom of a 1280 by 800, or 1280 by 1024, window.
        written({"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2, **LIGHT}, "zoomed"),
        written({"viewport": {"width": 320, "height": 256}, "device_scale_factor": 4, **LIGHT}, "zoomed-400"),
        written(NARROW_WINDOW, "narrow"),
        written(NARROW_WINDOW, "narrow-narrow-font", partial(write_in, font=NARROW)),
        written(NARROW_WINDOW, "narrow-wide-font", partial(write_in, font=WIDE)),
        written({**DESK, **LIGHT}, "desk-wide-font", partial(write_in, font=WIDE)),
        written({**PHONE, **LIGHT}, "phone-large-text", partial(enlarge, percent=200)),
        written({**DESK, **LIGHT}, "desk-large-text", partial(enlarge, percent=200)),
    ],
)
def test_nothing_jumps_and_everybody_can_use_it(page: Page, shoot: Any) -> None:
    """No row moves when another's result arrives, nothing scrolls sideways, and axe finds nothing."""
    page.evaluate(
        """() => {
            window.shifts = [];
            new PerformanceObserver((list) => {
                for (const {value, sources} of list.getEntries()) {
                    window.shifts.push([value, ...sources.map(({node}) => node?.outerHTML ?? node?.data)]);
                }
            }).observe({type: "layout-shift", buffered: true});
        }"""
    )
    shoot("empty", full=False)
    long = "The whole family on the way to the summit, second day, evening light 0042.jpg"
    files = jpeg(long, seed=1), text("letter.jpg"), jpeg("portrait.jpg", 900, 1200, seed=2)
    choose(page, *files, text("notes.docx", "application/msword"))
    expect(page.get_by_role("listitem")).to_have_count(4)
    expect_all_over(page)
    page.wait_for_timeout(500)  # a shift is reported with the next frame
    assert page.evaluate("window.shifts") == []
    shoot("several", full=False)
    page.get_by_role("button", name="Open all").click()
    expect(page.get_by_role("img", name="portrait.jpg, large")).to_have_js_property("naturalHeight", 640)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shoot("opened", full=False)
    row(page, "portrait.jpg").scroll_into_view_if_needed()
    shoot("opened-portrait", full=False)
