"""A page of another program on this machine, in a real browser, which attacks the emulator and the page's server."""

import base64
import io
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.actors.chromium import REBOUND
from tests.actors.client import Service
from tests.actors.web_server import serving

CODE = io.BytesIO()
with zipfile.ZipFile(CODE, "w") as archive:
    archive.writestr("evil.py", "def handler(event, context): return 'run'")

ATTACKS = """async ({emulator, page, role, running, code}) => {
    const link = (service) => "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-SignedHeaders=host&X-Amz-Signature=00" +
        `&X-Amz-Date=20260101T000000Z&X-Amz-Expires=604800&X-Amz-Credential=test/20260101/us-east-1/${service}/aws4_request`;
    const header = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, " +
        "SignedHeaders=host, Signature=00";
    const create = (name) => JSON.stringify(
        {FunctionName: name, Runtime: "python3.13", Role: role, Handler: "evil.handler", Code: {ZipFile: code}});
    const functions = `${emulator}/2015-03-31/functions`;
    const read = {};
    const attempt = async (name, url, options = {}) => {
        try {
            const answer = await fetch(url, options);
            read[name] = answer.type === "opaque" ? "sent blindly" : `${answer.status} ${await answer.text()}`;
        } catch {
            read[name] = "refused";
        }
    };
    const headers = {"Content-Type": "application/json", Authorization: header};
    await attempt("create", functions, {method: "POST", headers, body: create("evil-asked")});
    // No preflight: what a form could send as well.
    await attempt("create blindly", `${functions}?${link("lambda")}`,
        {method: "POST", mode: "no-cors", body: create("evil-blind")});
    await attempt("invoke", `${functions}/${running}/invocations?${link("lambda")}`, {method: "POST", body: "{}"});
    await attempt("list", `${functions}?${link("lambda")}`);
    await attempt("queues", `${emulator}/_ministack/sqs/messages`);
    await attempt("sign", `${page}uploads`, {method: "POST", body: "{}"});
    await attempt("limits", `${page}limits`);
    await new Promise((settle) => {
        const image = new Image();
        image.onerror = image.onload = settle;
        image.src = `${emulator}/?Action=CreateTopic&Name=evil&${link("sns")}`;
    });
    await attempt("reset", `${emulator}/_ministack/reset`, {method: "POST", mode: "no-cors"});
    return read;
}"""


class Another(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>Another page</title>")


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The address of another page on this machine."""
    with serving(Another) as server:
        yield server.server_port


@pytest.fixture
def tab(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "a.localhost"])
def test_another_page_of_this_machine_cannot_use_the_emulator(stack: Service, tab: Page, port: int, host: str) -> None:
    aws = stack.deployed.client("lambda")
    name = stack.deployed.functions["SignUploadFunction"]
    before = {each["FunctionName"] for each in aws.list_functions()["Functions"]}
    role = aws.get_function_configuration(FunctionName=name)["Role"]

    tab.goto(f"http://{host}:{port}/")
    read = tab.evaluate(
        ATTACKS,
        {
            "emulator": stack.deployed.endpoint,
            "page": stack.page_url,
            "role": role,
            "running": name,
            "code": base64.b64encode(CODE.getvalue()).decode(),
        },
    )

    blind = {name for name, what in read.items() if what == "sent blindly"}
    assert blind == {"create blindly", "reset"}, read
    assert {what for name, what in read.items() if name not in blind} == {"refused"}
    assert {each["FunctionName"] for each in aws.list_functions()["Functions"]} == before
    topics = stack.deployed.client("sns").list_topics()["Topics"]
    assert [topic for topic in topics if "evil" in topic["TopicArn"]] == []


def test_a_name_of_its_own_for_this_machine_helps_a_page_to_nothing(stack: Service, tab: Page) -> None:
    """DNS rebinding: its page and the emulator then have one origin, so that it could read every response."""
    for address in (f"{stack.deployed.endpoint}/_ministack/health", stack.page_url, f"{stack.page_url}limits"):
        rebound = urlsplit(address)._replace(netloc=f"{REBOUND}:{urlsplit(address).port}").geturl()
        answer = tab.goto(rebound)
        assert answer is not None
        assert (answer.status, answer.text()) == (403, f"This machine is not called '{urlsplit(rebound).netloc}'.\n")
