"""The page in other languages, also from right to left."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.actors.tab import Watch
from tests.actors.visitor import PHONES, choose, expect_stage, row, title
from tests.material.photos import small, text
from tests.standins.service import POST, Standin, first, problem


@pytest.mark.parametrize("context_options", [{"locale": "de-DE", "viewport": {"width": 1280, "height": 800}}])
def test_the_page_speaks_german(page: Page, standin: Standin, watch: Watch) -> None:
    watch.expect("status of 403")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    standin.weather[POST] = first(1, problem(403))
    choose(page, *small(1), text("brief.docx", "application/msword"))
    expect(row(page, "brief.docx")).to_contain_text("Diese Art von Datei wird nicht angenommen. Bitte wählen Sie JPEG")
    expect(row(page, "IMG_0000.jpg")).to_contain_text("Die Datei wurde nicht angenommen.")
    page.get_by_role("button", name="Alle wiederholen").click()
    title(page).to_have_text("1 von 2 fertig, 1 fehlgeschlagen")
    page.get_by_role("button", name="Bilder von IMG_0000.jpg").click()
    expect(page.get_by_role("button", name="Adresse kopieren: IMG_0000.jpg, large")).to_be_visible()


@pytest.mark.parametrize("context_options", [{"locale": "en-GB"}, {"locale": "de-DE"}], ids=["en", "de"])
def test_no_single_word_is_the_last_line_of_the_terms(page: Page) -> None:
    """In the windows of phones, tablets and desks."""
    for width in range(360, 1401, 40):
        page.set_viewport_size({"width": width, "height": 800})
        lines = page.locator("#terms").evaluate(
            """(terms) => {
                const text = document.createRange();
                text.selectNodeContents(terms);
                return [...text.getClientRects()].map(({width}) => width);
            }"""
        )
        assert len(lines) > 2
        assert lines[-1] > max(lines) / 2, width


@pytest.mark.parametrize("context_options", PHONES)
def test_a_row_has_room_for_a_problem_whose_words_come_later(blank: Page, standin: Standin) -> None:
    held: list[Route] = []
    blank.route("**/problem-words.js", lambda route: held.append(route))
    blank.goto(standin.url)
    choose(blank, *small(1))
    photo = row(blank, "IMG_0000.jpg")
    expect_stage(photo, "waiting")
    before = photo.locator(".head").bounding_box()

    for route in held:
        route.continue_()

    expect_stage(photo, "done")
    assert held
    assert before
    assert photo.locator(".head").bounding_box() == before


@pytest.mark.parametrize("context_options", [{"locale": "de-DE"}])
def test_no_file_is_sent_before_there_are_words_for_its_problem(blank: Page, standin: Standin, watch: Watch) -> None:
    watch.expect("ERR_INTERNET_DISCONNECTED")
    blank.route("**/problem-words.js", lambda route: route.abort("internetdisconnected"))
    blank.goto(standin.url)
    choose(blank, *small(1), text("brief.docx", "application/msword"))
    again = blank.locator("#terms").get_by_role("button", name="Nochmal versuchen")
    expect(again).to_be_visible()
    expect_stage(row(blank, "IMG_0000.jpg"), "waiting")
    expect_stage(row(blank, "brief.docx"), "waiting")

    blank.unroute_all()
    again.click()

    expect(row(blank, "brief.docx")).to_contain_text("Diese Art von Datei wird nicht angenommen.")
    expect_stage(row(blank, "IMG_0000.jpg"), "done")


# A language in which every word is marked: text without marks did not come from it, text with two was assembled.
MARKED = """
import {words as english} from "./english.js";
export function words(figures) {
    const facts = (list) => figures.facts(list).replace(/[⟦⟧]/g, "");
    const mark = (value) => typeof value === "string" ? `⟦${value.replace(/[⟦⟧]/g, "")}⟧`
        : typeof value === "function" ? (...given) => mark(value(...given))
        : Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mark(inner)]));
    return mark(english({...figures, facts}));
}
"""

# The same for words that are loaded with the code that says them.
MARKED_LATER = """
import {LANGUAGES as plain} from "./%s?plain";
const mark = (value) => typeof value === "string" ? `⟦${value.replace(/[⟦⟧]/g, "")}⟧`
    : typeof value === "function" ? (...given) => mark(value(...given))
    : Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mark(inner)]));
export const LANGUAGES = mark(plain);
"""


@pytest.mark.parametrize("context_options", [{"locale": "de-DE", "viewport": {"width": 900, "height": 900}}])
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_no_sentence_is_glued_and_all_lies_well_from_right_to_left(
    blank: Page, standin: Standin, watch: Watch, direction: str
) -> None:
    watch.expect("status of 403")

    def mark(route: Route) -> None:
        name = route.request.url.rsplit("/", 1)[1]
        route.fulfill(body=MARKED_LATER % name, content_type="text/javascript")

    standin.offers = {"profiles": {"avatar": [{"name": "face", "width": 64, "height": 64, "crop": True}]}}
    blank.route("**/*-words.js", mark)
    blank.route("**/german.js", lambda route: route.fulfill(body=MARKED, content_type="text/javascript"))
    blank.goto(standin.url)
    blank.locator("#terms:not(:empty)").wait_for()
    blank.evaluate("(direction) => { document.documentElement.dir = direction; }", direction)
    standin.weather[POST] = first(1, problem(403))
    choose(blank, *small(3), text("letter.docx", "application/msword"))
    expect(blank.locator("h2")).to_contain_text("2 of 4 done, 2 failed")
    blank.locator("#list [aria-expanded=false]").first.click()
    expect(blank.locator("figure img").first).to_be_visible()
    blank.get_by_role("combobox").select_option("avatar")
    blank.get_by_role("checkbox").check()
    choose(blank, *small(1, start=3))
    expect(blank.get_by_role("slider")).to_be_visible()
    texts = blank.evaluate(
        """() => {
            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            const said = [];
            while (walker.nextNode()) {
                const {data, parentElement} = walker.currentNode;
                const others = "noscript, .unloaded, .name, .preview, figure a, script, option[translate]";
                const ours = !parentElement.closest(others);
                if (data.trim() && ours) said.push(data.trim());
            }
            for (const element of document.querySelectorAll("[aria-label]")) said.push(element.ariaLabel);
            for (const element of document.querySelectorAll("[aria-valuetext]")) said.push(element.ariaValueText);
            for (const image of document.querySelectorAll("img[alt]")) if (image.alt) said.push(image.alt);
            return said.flatMap((text) => text.split("\\n"));
        }"""
    )
    assert len(texts) > 40
    assert [said for said in texts if not re.fullmatch(r"⟦[^⟦⟧]*⟧", said)] == []
    assert blank.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture, name, button = (
        blank.locator(f".row:first-child {part}").first.bounding_box()
        for part in (".preview", ".name", ".head .actions")
    )
    assert picture
    assert name
    assert button
    assert (picture["x"] < name["x"] < button["x"]) == (direction == "ltr")
    assert (picture["x"] > name["x"] > button["x"]) == (direction == "rtl")
