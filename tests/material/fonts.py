"""Fonts for the tests, because the widths of the machine's own fonts are unknown."""

import importlib.resources
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route

# From pinned packages, a narrow and a wide one. The wide one has the spacing that a reader may set (WCAG 2.2, 1.4.12):
# the same sentence is then almost twice as long.
PACKAGES = ("font_fjallaone", "font_fredoka_one")
NARROW = "font-family: 'Fjalla One'"
WIDE = "font-family: 'Fredoka One'; letter-spacing: 0.12em; word-spacing: 0.16em"


def install(folder: Path) -> dict[str, str]:
    """The environment in which a browser finds these fonts in addition to the machine's own."""
    ours = "".join(f"<dir>{importlib.resources.files(package)}</dir>" for package in PACKAGES)
    system = '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>'
    config = folder / "fonts.conf"
    config.write_text(f"<fontconfig>{system}{ours}<cachedir>{folder}</cachedir></fontconfig>")
    return {"FONTCONFIG_FILE": str(config)}


def write_in(page: Page, font: str) -> None:
    """Sets the page's font, as if the reader had chosen it: adds a line to its style sheet."""

    def restyle(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=f"{answer.text()} :root, button {{ {font} }}")

    page.route("**/style.css", restyle)


def enlarge(page: Page, percent: int) -> None:
    """The reader's own text size, as in the browser's settings: 100 % are 16 pixels."""
    session: Any = page.context.new_cdp_session(page)
    session.send("Page.setFontSizes", {"fontSizes": {"standard": 16 * percent // 100}})
