"""Chromium with Playwright, as fixtures, and a watch for forbidden behaviour."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from dev.emulator import ROOT
from tests.actors.tab import Network, Watch
from tests.actors.visitor import PATIENCE
from tests.material import fonts

expect.set_options(timeout=PATIENCE)
SHOTS = ROOT / "tests" / "browser" / "shots"

# A name in somebody else's DNS that resolves to this machine: see test_isolation.py.
REBOUND = "rebound.example.com"

# A browser under test connects only to the page: no updates, no safe-browsing lists, no QUIC probes.
FLAGS = [
    "--no-sandbox",  # CI runs as root, where Chromium's sandbox does not start
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Chromium draws parts of its own window as web pages, in two processes per context, which is more than half of a
    # test's cost. The last such list counts, so Playwright's own list, without "WebUI", is repeated here.
    "--disable-features=AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,"
    "HttpsFirstBalancedModeAutoEnable,LensOverlay,MediaRouter,PaintHolding,ThirdPartyStoragePartitioning,"
    "AvoidCorsURLLoaderRestartOnRedirect,OptimizationHints,NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch,"
    "WebUIOmniboxPopup,WebUIOmniboxFullPopup,WebUIOmniboxAimPopup,PreloadTopChromeWebUI,"
    # A process for the next page, which each context starts, and no test waits for.
    "SpareRendererForSitePerProcess",
    f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1",
]


def installed() -> str | None:
    """The Chromium that CHROMIUM names, or this machine's. None: the one that Playwright has installed, if any."""
    found = map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
    return os.environ.get("CHROMIUM") or next(filter(None, found), None)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = installed()
        if found is None and not Path(playwright.chromium.executable_path).exists():
            missing = "no Chromium: install one, or name it in CHROMIUM, or run `playwright install chromium`"
            if os.environ.get("CI"):
                pytest.fail(missing)
            pytest.skip(missing)
        browser = playwright.chromium.launch(
            executable_path=found,
            args=FLAGS,
            env={**os.environ, **fonts.install(tmp_path_factory.mktemp("fonts"))},
        )
        yield browser
        browser.close()


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def context_options() -> dict[str, Any]:
    """The browser window's options; a test that needs another one parametrizes this fixture."""
    return {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"}


@pytest.fixture
def context(browser: Browser, context_options: dict[str, Any]) -> Iterator[BrowserContext]:
    context = browser.new_context(**context_options)
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture
def blank(context: BrowserContext, watch: Watch) -> Iterator[Page]:
    """A watched tab that has not visited any page yet."""
    page = context.new_page()
    page.on("console", watch.console)
    page.on("pageerror", lambda error: watch.faults.append(f"threw: {error}"))
    page.on("request", watch.request)
    yield page
    assert watch.unexpected() == [], watch.unexpected()


@pytest.fixture
def page(blank: Page, stack: Any) -> Page:
    """The upload page, ready: the service's limits are shown."""
    blank.goto(stack.page_url)
    blank.locator("#terms:not(:empty)").wait_for()
    return blank


@pytest.fixture
def network(context: BrowserContext, page: Page) -> Network:
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    return Network(session)


def assure_accessible(page: Page) -> None:
    """axe finds nothing in the page as it is now."""
    # Half a megabyte, which is most of the cost: once per document.
    script = "undefined" if page.evaluate("'axe' in window") else AXE_SCRIPT
    # Without the style sheets, which fail to load offline, and which only a rule reads that is experimental and off.
    found = Axe(script).run(page, options={"resultTypes": ["violations"], "preload": {"assets": ["media"]}})
    assert found.violations_count == 0, found.generate_report()


@pytest.fixture
def shoot(page: Page, request: pytest.FixtureRequest) -> Any:
    """Checks that the page as it is now is accessible: `shoot("done")`. If the environment has a variable SHOTS, also
    saves a picture of the page in tests/browser/shots (not in git)."""
    # Parametrized tests take one per parameter.
    parameter = request.node.callspec.id if hasattr(request.node, "callspec") else ""

    def shoot(name: str, *, full: bool = True) -> None:
        if os.environ.get("SHOTS"):
            SHOTS.mkdir(exist_ok=True)
            page.screenshot(path=SHOTS / f"{'-'.join(filter(None, (name, parameter)))}.png", full_page=full)
        assure_accessible(page)

    return shoot
