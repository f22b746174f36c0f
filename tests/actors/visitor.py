"""A visitor's actions on the page, and what they wait for."""

from typing import Any

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.actors import client

PATIENCE = 1000 * client.PATIENCE  # milliseconds

# The options of a browser's context on a phone, a usual and a narrow one, in each language.
PHONES = [
    pytest.param({"locale": locale, "viewport": {"width": width, "height": 740}}, id=f"{locale}-{width}")
    for locale in ("en-US", "de-DE")
    for width in (390, 320)
]

# Drops these on the window: files and folders, some of which have been deleted when they are read.
FOLDERS = """(things) => {
    const entry = ({name, gone, files}) => files
        ? {name, isDirectory: true, createReader: () => {
            const some = [files.map(entry), []];
            return {readEntries: (resolve) => resolve(some.shift())};
        }}
        : {name, isFile: true, file: (resolve, reject) => gone ? reject(new DOMException("", "NotFoundError"))
            : resolve(file(name))};
    const file = (name) => new File([Uint8Array.of(0xff, 0xd8, 0xff), name], name, {type: "image/jpeg"});
    const items = things.map((thing) => ({
        kind: "file",
        webkitGetAsEntry: () => thing.entryless ? null : entry(thing),
        getAsFile: () => thing.gone ? null : file(thing.name),
    }));
    const event = new Event("drop", {bubbles: true, cancelable: true});
    Object.defineProperty(event, "dataTransfer", {value: {types: ["Files"], items, files: []}});
    document.body.dispatchEvent(event);
}"""


def choose(page: Page, *files: FilePayload) -> None:
    page.locator("#files").set_input_files(list(files))


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("listitem").filter(has=page.locator(f'[title="{name}"]'))


def expect_stage(row: Locator, stage: str) -> None:
    expect(row).to_have_attribute("data-stage", stage)


def expect_all_over(page: Page) -> None:
    expect(page.get_by_role("button", name="Clear list")).to_be_visible()


def title(page: Page) -> Any:
    return expect(page.get_by_role("heading", level=2))


def sign_in(page: Page, address: str, password: str) -> None:
    """From the sign-in page, at which the visitor is, back to the page."""
    page.locator("#username").fill(address)
    page.locator("#password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def token(page: Page) -> str:
    """The ID token that the page holds."""
    found: str = page.evaluate("JSON.parse(sessionStorage.getItem('sign-in tokens')).id")
    return found
