"""Headers, methods and caching at the edge."""

import pytest

from operate.site import FOR_EVER
from tests.actors.client import PAGE
from tests.actors.edge import JOB, Edge, done


@pytest.mark.parametrize("path", ["/", "/limits", "/t/{small}", "/t/{missing}/small.webp", "/nothing"])
def test_every_answer_carries_the_security_headers(edge: Edge, path: str) -> None:
    small = done(edge)["small"].split("/t/")[1]
    headers = edge.get(path.format(small=small, missing=JOB.format(3))).headers

    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_the_page_may_connect_to_its_origin_and_the_services_buckets_only(edge: Edge) -> None:
    policy = edge.get("/").headers["Content-Security-Policy"]
    directives = {name: sources for name, *sources in (part.split() for part in policy.split(";"))}

    buckets = edge.deployed.endpoint  # the emulator's address of both
    assert directives == {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:", buckets],
        "connect-src": ["'self'", buckets, buckets],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": ["'none'"],
    }


def test_another_site_may_show_and_read_thumbnails_and_not_the_page(edge: Edge) -> None:
    thumbnail = edge.get(done(edge)["small"], Origin=PAGE)
    assert thumbnail.headers["Access-Control-Allow-Origin"] == "*"
    assert thumbnail.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Access-Control-Allow-Credentials" not in thumbnail.headers

    page = edge.get("/", Origin=PAGE)
    assert "Access-Control-Allow-Origin" not in page.headers
    assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_plain_http_is_led_to_https_and_the_api_takes_none(edge: Edge) -> None:
    """As a load balancer would report a visitor without TLS."""
    plain = {"X-Forwarded-Proto": "http"}
    for path in ("/", f"/t/{JOB.format(4)}/small.webp"):
        answer = edge.get(path, **plain)
        assert (answer.status_code, answer.headers["Location"]) == (301, f"https://{edge.domain}{path}")
    assert edge.get("/limits", **plain).status_code == 403
    assert edge.ask({"files": []}, **plain).status_code == 403


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/"), ("PUT", "/index.html"), ("DELETE", "/t/x"), ("POST", "/limits")]
)
def test_methods_that_make_no_sense_end_at_the_edge(edge: Edge, method: str, path: str) -> None:
    answer = edge.request(method, path)

    assert answer.status_code == 403
    assert answer.headers["X-Cache"] == "Error from cloudfront"


def test_a_thumbnail_that_is_missing_may_come_later(edge: Edge) -> None:
    key = f"{JOB.format(5)}/small.webp"
    missing = edge.get(f"/t/{key}")
    assert missing.status_code in (403, 404)
    assert "Cache-Control" not in missing.headers, "a year of caching would be said of the error too"
    assert "Expires" not in missing.headers

    edge.s3.put_object(Bucket=edge.thumbnails, Key=key, Body=b"here", ContentType="image/webp", CacheControl=FOR_EVER)

    assert edge.get(f"/t/{key}").content == b"here"


def test_a_page_that_has_not_changed_is_not_sent_again(edge: Edge) -> None:
    first = edge.get("/")

    assert edge.get("/", **{"If-None-Match": first.headers["ETag"]}).status_code == 304
