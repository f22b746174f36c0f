"""The button that deletes an upload for good, where callers are identified. A stack with an authorizer has the same
page; here the answers of the API that only such a stack gives are put in the place of those of the stack."""

import json
import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.actors.client import Service
from tests.actors.tab import Watch
from tests.actors.visitor import choose, expect_stage, row
from tests.material.photos import jpeg

WARNING = "Delete photo.jpg and its thumbnails for good? This cannot be undone."


@pytest.fixture
def asked(blank: Page) -> list[str]:
    """The calls that erase, which the service answers with 204."""
    calls: list[str] = []

    def limits(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json=answer.json() | {"erasable": True})

    def upload(route: Route) -> None:
        if route.request.method != "DELETE":
            return route.fallback()
        calls.append(route.request.url)
        return route.fulfill(status=204)

    blank.route("**/limits", limits)
    blank.route(re.compile(r"/uploads/[0-9a-f]{32}$"), upload)
    return calls


def test_an_upload_is_deleted_for_good_once_the_visitor_has_confirmed_it(
    asked: list[str], page: Page, shoot: object
) -> None:
    choose(page, jpeg("photo.jpg"))
    photo = row(page, "photo.jpg")
    expect_stage(photo, "done")
    assert callable(shoot)

    photo.get_by_role("button", name="Delete photo.jpg").click()
    expect(photo).to_contain_text(WARNING)
    expect(photo.get_by_role("button", name="Keep photo.jpg")).to_be_focused()
    shoot("delete")
    for key in ("Enter", "Escape"):
        page.keyboard.press(key)
        expect(photo).not_to_contain_text(WARNING)
        expect(photo.get_by_role("button", name="Delete photo.jpg")).to_be_focused()
        assert asked == []
        page.keyboard.press("Enter")
        expect(photo.get_by_role("button", name="Keep photo.jpg")).to_be_focused()

    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(photo).to_have_count(0)
    expect(page.get_by_text("photo.jpg was deleted.")).to_be_attached()
    assert len(asked) == 1
    kept = page.evaluate("JSON.stringify({...sessionStorage})")
    assert "photo.jpg" not in json.dumps(kept), "it would come back with the next reload"


def test_what_cannot_be_deleted_stays_and_says_so(asked: list[str], page: Page, watch: Watch) -> None:
    watch.expect("status of 404")
    page.route(re.compile(r"/uploads/[0-9a-f]{32}$"), lambda route: route.fulfill(status=404, json={"status": 404}))
    choose(page, jpeg("photo.jpg"))
    photo = row(page, "photo.jpg")
    expect_stage(photo, "done")

    photo.get_by_role("button", name="Delete photo.jpg").click()
    photo.get_by_role("button", name="Delete for good: photo.jpg").click()

    expect(photo).to_contain_text("It could not be deleted. Please try again.")
    expect(photo.get_by_role("button", name="Delete photo.jpg")).to_be_enabled()


def test_nobody_is_offered_what_the_stack_does_not_have(page: Page, stack: Service) -> None:
    choose(page, jpeg("photo.jpg"))
    photo = row(page, "photo.jpg")
    expect_stage(photo, "done")

    expect(photo.get_by_role("button", name="Copy HTML")).to_be_visible()
    expect(photo.get_by_role("button", name="Delete")).to_have_count(0)


PHONE = {"viewport": {"width": 320, "height": 640}, "is_mobile": True, "has_touch": True}


@pytest.mark.parametrize("context_options", [PHONE])
def test_the_summary_does_not_hide_what_has_the_focus(asked: list[str], page: Page) -> None:
    """WCAG 2.2, 2.4.11. On a phone it is at the bottom, above the buttons to choose pictures."""
    choose(page, jpeg("photo.jpg", 900, 1200))
    photo = row(page, "photo.jpg")
    expect_stage(photo, "done")
    page.evaluate("scrollTo(0, 0)")
    photo.get_by_role("button", name="Thumbnails of photo.jpg").focus()

    for name in ("Copy HTML for photo.jpg", "Delete photo.jpg"):
        button = photo.get_by_role("button", name=name)
        for _ in range(10):
            if not button.evaluate("button => button === document.activeElement"):
                page.keyboard.press("Tab")
        expect(button).to_be_focused(timeout=5000)
        expect(button).to_be_in_viewport()
        assert button.evaluate(
            """button => {
                const {left, right, top, bottom} = button.getBoundingClientRect();
                return document.elementFromPoint((left + right) / 2, (top + bottom) / 2) === button;
            }"""
        ), name
