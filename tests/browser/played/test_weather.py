"""The page with a bad network: slow responses from S3, lost responses, outages, throttles."""

import re
import threading
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.actors.tab import Watch
from tests.actors.visitor import choose, expect_all_over, expect_stage, row, title
from tests.material.photos import small, text
from tests.standins.service import HELD, LIMITS, POST, SIGN, STATUS, Standin, first, problem

LOST = "net::ERR_CONTENT_LENGTH_MISMATCH"


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


# Slow responses from S3.


def test_a_late_storage_is_waited_for_visibly_and_the_file_sent_once(blank: Page, standin: Standin) -> None:
    answered = threading.Event()
    standin.weather[POST] = lambda _: answered.wait(HELD) and ...
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


def test_a_file_whose_answer_was_lost_is_looked_up_before_a_second_upload(
    page: Page, standin: Standin, watch: Watch
) -> None:
    watch.expect(LOST)
    standin.weather[POST] = first(1, lambda _: None)  # it has arrived, without a response
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
    # Three were in progress when it began, then one at a time tried again: no other attempt was wasted.
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
    refused = {SIGN: 0, POST: 2, LIMITS: 1}[kind]  # the last time; the limits were requested before the reload, too
    times = standin.times(kind)
    assert times[refused + 1] - times[refused] >= 2


def test_what_stopped_is_counted_and_goes_on_in_one_press(page: Page, standin: Standin, watch: Watch) -> None:
    watch.expect("status of 403")
    standin.weather[POST] = first(2, problem(403))
    choose(page, *small(3), text("letter.docx", "application/msword"))
    expect_all_over(page)
    title(page).to_have_text("1 of 4 done, 3 failed")
    page.get_by_role("button", name="Retry all").click()
    title(page).to_have_text("3 of 4 done, 1 failed")
    expect(page.get_by_role("button", name="Retry all")).to_be_hidden()


def test_what_was_cancelled_is_sent_again_with_all_others(page: Page, standin: Standin, watch: Watch) -> None:
    watch.expect("status of 403")
    standin.weather[POST] = first(1, problem(403))
    choose(page, *small(1))
    expect_all_over(page)
    answered = threading.Event()
    standin.weather[POST] = lambda _: answered.wait(HELD) and ...
    choose(page, *small(2, start=1))
    page.get_by_role("button", name="Cancel all").click()
    expect_all_over(page)
    title(page).to_have_text("0 of 3 done, 1 failed")
    answered.set()

    page.get_by_role("button", name="Retry all").press("Enter")  # a click at once would be the second of a double click

    title(page).to_have_text("3 done")
