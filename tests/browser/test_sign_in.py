"""The upload page of a service whose callers sign in, with two people in two browsers."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dev.server import Server
from dev.sign_in import HostedPage, SignIn
from dev.stack import Stack
from tests.actors.client import PATIENCE, Service
from tests.actors.members import Member
from tests.actors.tab import Watch
from tests.actors.visitor import choose, expect_stage, row, sign_in, token
from tests.material.photos import jpeg
from tests.standins.ports import free_port
from thumbs.jobs import keys

ANNA, BEN = "anna@example.com", "ben@example.com"


@pytest.fixture(scope="module")
def accounts(stack: Service, second_page: int) -> Iterator[SignIn]:
    """Two accounts, and the page to sign in."""
    signing = SignIn(stack.deployed.endpoint, f"http://localhost:{second_page}/", free_port(), "accounts")
    signing.deploy()
    signing.add("anna")
    signing.add("ben")
    page = HostedPage(signing)
    yield signing
    page.stop()


@pytest.fixture(scope="module")
def guarded(stack: Service, second_page: int, accounts: SignIn) -> Iterator[Service]:
    """A service in which only these two may upload, with its page."""
    parameters = accounts.identifying | {"ApiGatewayAccount": "configured"}
    deployed = Stack(stack.deployed.endpoint, parameters, f"{stack.deployed.name}-guarded")
    deployed.deploy()
    server = Server(second_page, deployed.api_url, stack.deployed.endpoint, sign_in=accounts.line)
    yield Service(server.url, deployed)
    server.stop()


@pytest.fixture
def page(blank: Page, guarded: Service) -> Page:
    """The page, on which nobody is signed in."""
    blank.goto(guarded.page_url)
    blank.locator(".account a[href]").wait_for()
    return blank


def enter(page: Page, accounts: SignIn, address: str) -> None:
    page.locator(".account a").click()
    sign_in(page, address, accounts.accounts[address])
    page.locator("#terms:not(:empty)").wait_for()


def end(page: Page, accounts: SignIn, watch: Watch) -> None:
    """The session is over: its token has expired, and cannot be refreshed."""
    watch.expect("/oauth2/token")  # its refusal, in the console
    refresh = page.evaluate("JSON.parse(sessionStorage.getItem('sign-in tokens')).refresh")
    accounts.revoke(refresh, accounts.outputs["SignInClient"])
    page.evaluate(
        """() => {
            const tokens = JSON.parse(sessionStorage.getItem("sign-in tokens"));
            sessionStorage.setItem("sign-in tokens", JSON.stringify({...tokens, until: 0, end: 0}));
        }"""
    )
    page.reload()


def member(page: Page, guarded: Service) -> Member:
    return Member(guarded, {"Authorization": f"Bearer {token(page)}"})


def only_job(page: Page) -> str:
    kept = page.evaluate("Object.entries(sessionStorage).find(([key]) => key.startsWith('uploads '))[1]")
    (job,) = re.findall(r'"job":"(\w{32})"', kept)
    return str(job)


def test_two_people_in_two_browsers_see_only_their_own(
    page: Page, browser: Browser, guarded: Service, accounts: SignIn
) -> None:
    enter(page, accounts, ANNA)
    assert page.url == guarded.page_url, "no code in the address"
    expect(page.locator(".account")).to_contain_text(f"Signed in as {ANNA}.")
    choose(page, jpeg("photo.jpg", 1200, 900))
    expect_stage(row(page, "photo.jpg"), "done")
    expect(row(page, "photo.jpg").get_by_role("img", name="photo.jpg, small")).to_have_js_property("naturalWidth", 160)
    job = only_job(page)

    manifest = member(page, guarded).status(job).json()
    cognito = guarded.deployed.client("cognito-idp")
    known = cognito.admin_get_user(UserPoolId=accounts.outputs["UserPool"], Username=ANNA)["UserAttributes"]
    assert manifest["owner"] == next(each["Value"] for each in known if each["Name"] == "sub")

    elsewhere = browser.new_context()
    other = elsewhere.new_page()
    other.goto(guarded.page_url)
    enter(other, accounts, BEN)
    expect(other.locator(".account")).to_contain_text(f"Signed in as {BEN}.")
    assert other.locator(".row").count() == 0
    assert member(other, guarded).status(job).status_code == 404
    elsewhere.close()

    page.reload()
    expect_stage(row(page, "photo.jpg"), "done")
    row(page, "photo.jpg").get_by_role("button", name="photo.jpg").click()
    expect(row(page, "photo.jpg").get_by_role("img", name="photo.jpg, small")).to_have_js_property("naturalWidth", 160)


def test_only_her_own_upload_is_deleted_for_good(
    page: Page, browser: Browser, guarded: Service, accounts: SignIn
) -> None:
    enter(page, accounts, ANNA)
    choose(page, jpeg("photo.jpg"))
    photo = row(page, "photo.jpg")
    expect_stage(photo, "done")
    job = only_job(page)

    elsewhere = browser.new_context()
    other = elsewhere.new_page()
    other.goto(guarded.page_url)
    enter(other, accounts, BEN)
    assert member(other, guarded).call("DELETE", f"uploads/{job}").status_code == 404
    elsewhere.close()
    assert len(guarded.keys(job)) > 3, "all is still there"

    photo.get_by_role("button", name="Delete photo.jpg").click()
    photo.get_by_role("button", name="Delete for good: photo.jpg").click()

    expect(photo).to_have_count(0)
    expect(page.get_by_text("photo.jpg was deleted.")).to_be_attached()
    assert member(page, guarded).status(job).status_code == 410
    assert guarded.keys(job) == {keys.manifest(job)}, "its tombstone"
    page.reload()
    page.locator("#terms:not(:empty)").wait_for()
    assert page.locator(".row").count() == 0


def test_signing_out_leaves_nothing_in_the_browser(page: Page, guarded: Service, accounts: SignIn) -> None:
    enter(page, accounts, ANNA)
    choose(page, jpeg("photo.jpg"))
    expect_stage(row(page, "photo.jpg"), "done")
    refresh = page.evaluate("JSON.parse(sessionStorage.getItem('sign-in tokens')).refresh")

    page.get_by_role("button", name="Sign out").click()

    expect(page.locator(".account")).to_contain_text("Sign in to upload pictures.")
    assert page.url == guarded.page_url
    assert page.locator(".row").count() == 0
    page.locator(".account a[href]").wait_for()
    assert page.evaluate("Object.keys(sessionStorage)") == ["sign-in asked"], "the next sign-in, and no token"
    form = {"grant_type": "refresh_token", "refresh_token": refresh, "client_id": accounts.outputs["SignInClient"]}
    answer = requests.post(f"http://localhost:{accounts.port}/oauth2/token", form, timeout=PATIENCE)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant"), "revoked"


def test_an_answer_to_no_question_of_this_tab_is_refused(page: Page, guarded: Service, shoot: Any) -> None:
    page.goto(f"{guarded.page_url}?code=stolen&state=another#there")

    expect(page.locator(".account")).to_contain_text("because this sign-in was not begun in this tab")
    assert page.url == f"{guarded.page_url}#there"
    page.locator(".account a[href]").wait_for()
    assert page.evaluate("Object.keys(sessionStorage)") == ["sign-in asked"]
    shoot("sign-in-refused", full=False)


def test_a_refusal_of_the_provider_is_a_sentence(page: Page, guarded: Service) -> None:
    (state,) = parse_qs(urlsplit(page.locator(".account a").get_attribute("href") or "").query)["state"]

    page.goto(f"{guarded.page_url}?error=access_denied&error_description=User+%3Cb%3Edisabled&state={state}")

    expect(page.locator(".account")).to_contain_text("The sign-in page says: \u201cUser <b>disabled\u201d")
    assert page.url == guarded.page_url


def test_a_provider_that_does_not_respond_is_asked_again(page: Page, accounts: SignIn, watch: Watch) -> None:
    watch.expect("/oauth2/token")
    page.route("**/oauth2/token", lambda route: route.abort())
    page.locator(".account a").click()
    sign_in(page, ANNA, accounts.accounts[ANNA])
    expect(page.locator(".account")).to_contain_text("because the sign-in does not respond")

    page.unroute("**/oauth2/token")

    expect(page.locator(".account")).to_contain_text(f"Signed in as {ANNA}.")


def test_files_wait_for_the_next_sign_in_in_another_tab(
    page: Page, context: BrowserContext, accounts: SignIn, watch: Watch, shoot: Any
) -> None:
    enter(page, accounts, ANNA)
    end(page, accounts, watch)
    expect(page.locator(".account")).to_contain_text("Your session has ended.")
    choose(page, jpeg("photo.jpg"))
    expect_stage(row(page, "photo.jpg"), "waiting")
    shoot("sign-in-again", full=False)

    with context.expect_page() as opened:
        page.locator(".account a").click()
    another = opened.value
    sign_in(another, ANNA, accounts.accounts[ANNA])

    expect(another.locator("#notices")).to_contain_text("Go back to it: this tab can be closed.")
    assert another.evaluate("sessionStorage.getItem('sign-in tokens')") is None
    expect_stage(row(page, "photo.jpg"), "done")
    expect(page.locator(".account")).to_contain_text(f"Signed in as {ANNA}.")


def test_the_next_person_gets_none_of_the_list(page: Page, accounts: SignIn, watch: Watch) -> None:
    enter(page, accounts, ANNA)
    choose(page, jpeg("photo.jpg"))
    expect_stage(row(page, "photo.jpg"), "done")
    end(page, accounts, watch)
    expect(page.locator(".account")).to_contain_text("Your session has ended.")

    enter(page, accounts, BEN)

    expect(page.locator("#notices")).to_contain_text("Another person was signed in here before")
    expect(page.locator(".row")).to_have_count(0)


@pytest.mark.parametrize(
    "context_options",
    [
        pytest.param({"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"}, id="desk-light"),
        pytest.param(
            {"viewport": {"width": 375, "height": 740}, "color_scheme": "dark", "locale": "de-DE", "is_mobile": True},
            id="phone-dark-german",
        ),
        pytest.param({"viewport": {"width": 320, "height": 256}, "color_scheme": "light"}, id="zoomed-400"),
    ],
)
def test_signing_in_looks_well_and_everybody_can_use_it(page: Page, accounts: SignIn, watch: Watch, shoot: Any) -> None:
    shoot("signed-out", full=False)
    enter(page, accounts, ANNA)
    shoot("signed-in", full=False)
    end(page, accounts, watch)
    page.locator(".account.trouble").wait_for()
    page.locator(".account a").focus()
    shoot("sign-in-trouble", full=False)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
