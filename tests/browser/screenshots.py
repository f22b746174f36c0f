"""The documents' pictures of the page: `python -m tests.browser.screenshots URL`, while `make run` serves URL."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import requests
from playwright.sync_api import FilePayload, sync_playwright

from dev.emulator import ROOT
from tests.actors import chromium
from tests.actors.client import PATIENCE
from tests.actors.visitor import choose, expect_all_over
from tests.material import fonts
from tests.material.photos import jpeg, text

LAKE, SUMMIT = jpeg("Lake.jpg", 1600, 1200, seed=3), jpeg("Summit.jpg", 1200, 1600, seed=2)
SNOW, VALLEY = jpeg("First snow.jpg", 1600, 1067, seed=1), jpeg("Valley.jpg", 1600, 1000, seed=4)
LETTER = text("Letter.jpg")

DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 1000}, "color_scheme": "light"}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "color_scheme": "light",
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
PICTURES: dict[str, tuple[dict[str, Any], tuple[FilePayload, ...]]] = {
    "upload-page.png": (DESK, (LAKE, SUMMIT, LETTER, SNOW, VALLEY)),
    "upload-page-phone.png": (PHONE, (LAKE, SUMMIT, LETTER, VALLEY)),
}
SETTLED = 1000  # milliseconds until the last thumbnail is drawn


def main(address: str) -> None:
    try:
        requests.get(address, timeout=PATIENCE)
    except requests.RequestException:
        sys.exit(f"Nothing responds at {address}: start `make run`, and give the address of its page.")
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.installed(),
            args=chromium.FLAGS,
            env={**os.environ, **fonts.install(Path(scratch))},
        )
        for name, (options, files) in PICTURES.items():
            page = browser.new_context(**options).new_page()
            page.goto(address)
            page.locator("#terms:not(:empty)").wait_for()
            choose(page, *files)
            expect_all_over(page)
            page.wait_for_timeout(SETTLED)
            page.screenshot(path=ROOT / "docs" / name)
        browser.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
