"""The page on every screen: nothing jumps, nothing is cut off, and everybody can use it."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.photos import jpeg, text
from tests.browser.steps import choose, expect_all_over, row

PHONE = {"viewport": {"width": 375, "height": 740}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1280, "height": 800}}
LIGHT, DARK = {"color_scheme": "light"}, {"color_scheme": "dark"}


@pytest.mark.parametrize(
    "context_options",
    [
        pytest.param({**DESK, **LIGHT}, id="desk-light"),
        pytest.param({**DESK, **DARK}, id="desk-dark"),
        pytest.param({**PHONE, **LIGHT}, id="phone-light"),
        pytest.param({**PHONE, **DARK}, id="phone-dark"),
        # 200 % zoom of a 1280 by 800 window.
        pytest.param({"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2, **LIGHT}, id="zoomed"),
        pytest.param({"viewport": {"width": 320, "height": 640}, "reduced_motion": "reduce", **LIGHT}, id="narrow"),
    ],
)
def test_nothing_jumps_and_everybody_can_use_it(page: Page, shoot: Any) -> None:
    """No row moves when another's result arrives, nothing scrolls sideways, and axe finds nothing."""
    page.evaluate(
        """() => {
            window.shifts = [];
            new PerformanceObserver((list) => {
                for (const {value, sources} of list.getEntries()) {
                    window.shifts.push([value, ...sources.map(({node}) => node?.textContent)]);
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
