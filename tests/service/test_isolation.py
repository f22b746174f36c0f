"""The callers of this machine's emulator and page server: programs, and the upload page.
tests/browser/test_isolation.py tries the same in a browser."""

import re
import socket
from pathlib import Path
from urllib.parse import urlsplit

import ministack.app
import pytest
import requests

from tests.actors.client import PAGE, PATIENCE, Service
from tests.material import pictures

STRANGERS = ["https://evil.example.com", "http://localhost:1", "http://127.0.0.1:1", "http://a.localhost:1", "null"]


def call(url: str, method: str = "GET", **headers: str) -> requests.Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.request(method, url, headers=sent, timeout=PATIENCE, allow_redirects=False)


@pytest.fixture(params=["page", "emulator"])
def url(request: pytest.FixtureRequest, stack: Service) -> str:
    """A resource that anybody may GET, behind each of the two servers."""
    return f"{stack.page_url}limits" if request.param == "page" else f"{stack.deployed.api_url}limits"


def own(stack: Service) -> str:
    """The page's origin."""
    return stack.page_url.rstrip("/")


@pytest.mark.parametrize(
    "host", ["evil.example.com", "localhost.example.com", "127.0.0.1.example.com", "localhost@x", ""]
)
def test_a_name_that_somebody_s_dns_gave_this_machine_is_refused(url: str, host: str) -> None:
    answer = call(url, Host=host)

    assert answer.status_code in (400, 403)  # 400: not a valid name
    assert "maxFiles" not in answer.text


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "[::1]", "172.17.0.1", "host.docker.internal", "api.localhost"]
)
def test_the_names_of_this_machine_are_served(url: str, host: str) -> None:
    port = urlsplit(url).port

    assert call(url, Host=f"{host}:{port}").json()["maxFiles"] == 25


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
@pytest.mark.parametrize("origin", STRANGERS)
def test_another_page_is_refused(url: str, origin: str, method: str) -> None:
    answer = call(url, method, Origin=origin, Access_Control_Request_Method="POST")

    assert answer.status_code == 403
    assert "PAGE_ORIGINS" in answer.text
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_the_page_and_those_that_are_named_are_served(url: str, stack: Service) -> None:
    for origin, site in ((own(stack), "same-site"), (PAGE, "cross-site")):
        assert call(url, Origin=origin, Sec_Fetch_Site=site).json()["maxFiles"] == 25


def test_a_request_without_an_origin_is_judged_by_its_site(url: str) -> None:
    """Like an image on another page."""
    assert call(url, Sec_Fetch_Site="cross-site").status_code == 403


def test_the_page_s_own_parts_come_from_its_own_origin_only(stack: Service) -> None:
    image = {"Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "image"}
    link = {"Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}

    assert call(stack.page_url, Sec_Fetch_Site="same-origin", **image).status_code == 200
    assert call(stack.page_url, Sec_Fetch_Site="same-site", **image).status_code == 403
    for site in ("none", "same-site", "cross-site"):
        assert call(stack.page_url, Sec_Fetch_Site=site, **link).status_code == 200, "a link leads to the page"
    assert call(f"{stack.page_url}uploads", "POST", Sec_Fetch_Site="cross-site", **link).status_code == 403


def test_the_page_is_led_to_the_name_that_its_bucket_has(stack: Service) -> None:
    answer = call(stack.page_url.replace("localhost", "127.0.0.1"))

    assert (answer.status_code, answer.headers["Location"]) == (307, stack.page_url)


# Only the emulator has these.


def test_what_lies_in_a_bucket_is_no_page_of_ours(stack: Service) -> None:
    """A link could make it be shown as HTML, and then it would be on the emulator's own origin."""
    host = urlsplit(stack.deployed.endpoint).netloc
    for name in (host, f"a-bucket.{host}", host.replace("localhost", "127.0.0.1")):
        assert "PAGE_ORIGINS" in call(stack.deployed.endpoint, "POST", Host=name, Origin=f"http://{name}").text

    distribution = f"unknown.cloudfront.{host}"
    answer = call(f"{stack.deployed.api_url}limits", Host=distribution, Origin=f"http://{distribution}")
    assert answer.json()["maxFiles"] == 25


SIGNED = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0"


@pytest.mark.parametrize("signed", [SIGNED, "Bearer x"])
@pytest.mark.parametrize("sent", [{"Sec_Fetch_Site": "same-origin"}, {"Origin": PAGE}])
def test_no_page_signs_requests(stack: Service, sent: dict[str, str], signed: str) -> None:
    functions = f"{stack.deployed.endpoint}/2015-03-31/functions"

    assert call(functions, Authorization=signed).status_code == 200, "a program is root with either"
    assert call(functions, Authorization=signed, **sent).text == "No page signs requests.\n"
    assert call(f"{stack.deployed.api_url}limits", Authorization="Bearer x", **sent).status_code == 200


@pytest.mark.parametrize("host", ["evil.cloudfront.net", "host.docker.internal"])
def test_a_name_that_a_hostile_network_may_answer_for_signs_nothing(stack: Service, host: str) -> None:
    """A page there needs no Origin for GET, and browsers send no Sec-Fetch-Site without TLS."""
    roles, port = f"{stack.deployed.endpoint}/?Action=ListRoles", urlsplit(stack.deployed.endpoint).port
    signed = SIGNED.replace("/lambda/", "/iam/")

    for name in ("localhost", "iam.localhost", "127.0.0.1", "[::1]"):
        assert "ListRolesResult" in call(roles, Authorization=signed, Host=f"{name}:{port}").text
    assert call(roles, Authorization=signed, Host=f"{host}:{port}").text == "Signed requests are for localhost.\n"
    assert call(f"{stack.deployed.api_url}limits", Authorization="Bearer x", Host=f"{host}:{port}").status_code == 200


def test_nothing_is_open_to_the_network(stack: Service) -> None:
    """The emulator would listen for MQTT on every address, see test_dev.py."""
    assert call(f"{stack.deployed.endpoint}/_ministack/health").json()["iot_mtls"] == "disabled"


def test_the_emulator_s_own_api_is_closed(stack: Service) -> None:
    source = Path(ministack.app.__file__).read_text()
    paths = set(re.findall(r'"(/_[a-z]+/[\w/.-]*)', source)) - {"/_ministack/health"}
    assert {"/_ministack/reset", "/_ministack/config", "/_ministack/sqs/messages", "/_aws/lambda-url/"} <= paths

    for path in [*sorted(paths), "/%5Fministack/ready", "/_"]:
        assert call(f"{stack.deployed.endpoint}{path}").text == "The emulator's own API is closed.\n", path
    assert call(f"{stack.deployed.endpoint}/_ministack/health", "POST").status_code == 403
    assert call(f"{stack.deployed.endpoint}/_ministack/health").status_code == 200


ROOT_BY_LINK = (
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=test/20260101/us-east-1/{}/aws4_request&X-Amz-Signature=0"
)


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", f"/?Action=CreateTopic&Name=evil&{ROOT_BY_LINK.format('sns')}"),
        ("GET", f"/?Action=CreateTopic&Name=evil&{ROOT_BY_LINK.format('s3')}"),
        ("GET", "/?Action=CreateTopic&Name=evil&AWSAccessKeyId=test&Signature=0"),
        ("GET", f"/2015-03-31/functions?{ROOT_BY_LINK.format('lambda')}"),
        ("HEAD", f"/2015-03-31/functions?{ROOT_BY_LINK.format('lambda')}"),
        ("POST", f"/2015-03-31/functions?{ROOT_BY_LINK.format('lambda')}"),
        ("POST", f"/a-bucket?{ROOT_BY_LINK.format('s3')}"),
        ("POST", f"/?{ROOT_BY_LINK.format('sns').lower()}"),
    ],
)
def test_a_link_with_credentials_reads_objects_and_does_nothing_else(stack: Service, method: str, target: str) -> None:
    answer = call(f"{stack.deployed.endpoint}{target}", method)

    assert answer.status_code == 403
    if method != "HEAD":
        assert answer.text == "A link may only read an object from S3.\n"


def test_what_a_link_with_a_password_sends_is_refused(stack: Service) -> None:
    assert requests.get(stack.deployed.endpoint, auth=("test", "test"), timeout=PATIENCE).status_code == 403


def test_links_that_were_signed_for_objects_are_served(stack: Service) -> None:
    link = stack.s3.generate_presigned_url("list_objects_v2", Params={"Bucket": stack.uploads})
    assert "ListBucketResult" in call(link).text, "as `aws s3 presign` would make one"

    signed = stack.upload(pictures.jpeg())
    stack.result(signed)
    assert call(signed.result, Origin=own(stack), Sec_Fetch_Site="same-site").json()["job"] == signed.job
    assert call(signed.result, Sec_Fetch_Site="same-site", Sec_Fetch_Dest="image").status_code == 200


def test_websockets_are_refused(stack: Service) -> None:
    asked = (
        "GET /event/realtime HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    for address in (stack.page_url, stack.deployed.endpoint):
        with socket.create_connection(("127.0.0.1", urlsplit(address).port or 0), PATIENCE) as connection:
            connection.sendall(asked.encode())
            assert connection.recv(1024).startswith(b"HTTP/1.1 403")
