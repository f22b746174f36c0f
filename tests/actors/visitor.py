"""What a person does on the page, and waits to see there."""

from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.actors import client

PATIENCE = 1000 * client.PATIENCE  # milliseconds


def choose(page: Page, *files: FilePayload) -> None:
    page.locator("#files").set_input_files(list(files))


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("listitem").filter(has=page.locator(f'[title="{name}"]'))


def expect_stage(row: Locator, stage: str) -> None:
    expect(row).to_have_attribute("data-stage", stage)


def expect_all_over(page: Page) -> None:
    expect(page.get_by_role("button", name="Clear list")).to_be_visible()
