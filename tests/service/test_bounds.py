"""The whole service with all parameters at their minimum, and with all at their maximum."""

import base64
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from PIL import Image

from dev import stack as stacks
from dev.stack import NAME
from tests.actors.client import PAGE, PATIENCE, wait_for
from tests.actors.patient import End, at_an_end, patiently
from tests.material import pictures
from tests.material.bounds import SERVICE, Bounds
from tests.material.template import PACKAGES
from thumbs import sizes

ELSEWHERE = "https://elsewhere.example.com"  # not among the longest AllowedOrigins, as PAGE is
# A private API excludes DeliverySecrets. There is no policy and no layer with the longest name (test_organisation.py).
EXCLUDED = {"EndpointType": "REGIONAL", "PermissionsBoundary": "", "TelemetryLayer": ""}
ENDS = {"least": Bounds.least, "most": Bounds.most}


@pytest.fixture(scope="module", params=ENDS)
def end(request: pytest.FixtureRequest) -> Iterator[End]:
    chosen = {name: ENDS[request.param](SERVICE, name) for name in SERVICE.parameters} | EXCLUDED
    with at_an_end(chosen, origins=[PAGE, ELSEWHERE]) as deployed:
        yield deployed


def file(size: int) -> dict[str, Any]:
    return {"files": [{"name": "picture.jpg", "type": "image/jpeg", "size": size}]}


def test_the_page_receives_the_limits(end: End) -> None:
    limits = end.get("limits").json()

    assert limits["maxUploadBytes"] == end.number("MaxUploadMegabytes") * 1_000_000
    assert limits["maxMegapixels"] == end.number("MaxMegapixels")
    assert limits["keepOriginalsDays"] == end.number("KeepOriginalsDays")
    for name in ("keepThumbnailsDays", "unclaimedDays"):
        assert limits.get(name, 0) == end.number(name[0].upper() + name[1:])
    assert limits["sizes"] == [size.described for size in sizes.parse(end.set["ThumbnailSizes"])]


def test_one_byte_more_than_the_limit_is_not_signed(end: End) -> None:
    most = end.number("MaxUploadMegabytes") * 1_000_000

    assert end.ask(file(most)).status_code == 201
    refused = end.ask(file(most + 1))

    assert refused.status_code == 413
    assert f"larger than {end.set['MaxUploadMegabytes']} MB" in refused.json()["errors"][0]["detail"]


def test_a_picture_of_exactly_the_limit_is_converted(end: End) -> None:
    megapixels = end.number("MaxMegapixels")
    side = 1000 * round(megapixels**0.5)
    assert side**2 == megapixels * 1_000_000
    content = pictures.jpeg(picture=Image.new("L", (side, side), 128))
    if megapixels == 1:  # then the file has the maximum size too: data after a JPEG's end is ignored
        content = content.ljust(end.number("MaxUploadMegabytes") * 1_000_000, b"\0")

    manifest = end.convert(content)

    assert manifest["status"] == "done"
    assert (manifest["original"]["width"], manifest["original"]["bytes"]) == (side, len(content))
    chosen = sizes.parse(end.set["ThumbnailSizes"])
    made = [(each["type"], each["size"], each["width"], each["height"]) for each in manifest["thumbnails"]]
    assert made == [(f"image/{name}", size.name, size.width, size.height) for name in end.outputs for size in chosen]


def test_animations_move_as_is_set(end: End) -> None:
    manifest = end.convert(pictures.animated_gif(64, 48, frames=2), "image/gif")

    moves = end.set["Animated"] == "yes"
    shown = {"animated": True, "reason": None, "duration": 200, "loop": 0}
    assert manifest["animation"] == (shown if moves else None)
    frames = {(each["type"], each.get("frames")) for each in manifest["thumbnails"]}
    assert frames == {(f"image/{name}", 2 if moves and name != "jpeg" else None) for name in end.outputs}


def test_what_nobody_claims_is_tagged_as_is_set(end: End) -> None:
    job, expected = end.convert(pictures.jpeg())["job"], end.number("UnclaimedDays") > 0
    assert end.tagged(job) == (end.keys(job) if expected else set())

    for _ in range(2):
        assert end.post(f"uploads/{job}/claim").status_code == (204 if expected else 404)

    assert end.tagged(job) == set()
    assert end.get(f"uploads/{job}").json()["claimed"] is (True if expected else None)


def test_one_column_of_pixels_more_is_refused(end: End) -> None:
    side = 1000 * round(end.number("MaxMegapixels") ** 0.5)

    manifest = end.convert(pictures.huge_png(side + 1, side), "image/png")

    assert (manifest["status"], manifest["reason"]["code"]) == ("rejected", "too_many_pixels")
    assert f"more than {end.set['MaxMegapixels']} megapixels" in manifest["reason"]["message"]


def test_s3_itself_refuses_one_byte_more(end: End) -> None:
    most = end.number("MaxUploadMegabytes") * 1_000_000
    signed = end.sign(1)
    # The largest file is not sent, only announced: S3 responds before it has read it.
    conditions = json.loads(base64.b64decode(signed.fields["policy"]))["conditions"]
    assert ["content-length-range", 1, most] in conditions
    if most > 1_000_000:
        return

    answer = signed.post(b"\0" * (most + 1))

    assert answer.status_code == 400
    assert "EntityTooLarge" in answer.text


def test_signatures_are_good_for_as_long_as_is_set(end: End) -> None:
    before = datetime.now(UTC)
    signed = end.sign()
    after = datetime.now(UTC)

    lifetime = timedelta(seconds=end.number("UploadExpirySeconds"))
    second = timedelta(seconds=1)  # the response shows no fractions
    assert before + lifetime - second <= datetime.fromisoformat(signed.expires) <= after + lifetime
    assert parse_qs(urlsplit(signed.result).query)["X-Amz-Expires"] == [end.set["LinkExpirySeconds"]]


def test_links_to_thumbnails_are_signed_or_of_the_delivery_domain(end: End) -> None:
    links = [urlsplit(thumbnail["url"]) for thumbnail in end.convert(pictures.jpeg())["thumbnails"]]

    for link in links:
        if end.set["DeliveryDomain"]:
            assert (link.netloc, link.path[:3], link.query) == (end.set["DeliveryDomain"], "/t/", "")
        else:
            assert parse_qs(link.query)["X-Amz-Expires"] == [end.set["LinkExpirySeconds"]]
            assert requests.get(link.geturl(), timeout=PATIENCE).status_code == 200


def test_the_distribution_and_nobody_else_may_read_thumbnails(end: End) -> None:
    policy = json.loads(end.s3.get_bucket_policy(Bucket=end.thumbnails)["Policy"])

    allowed = [statement["Condition"] for statement in policy["Statement"] if statement["Effect"] == "Allow"]

    if distribution := end.set["DeliveryDistribution"]:
        (condition,) = allowed
        assert condition["StringEquals"]["AWS:SourceArn"].endswith(f":distribution/{distribution}")
    else:
        assert allowed == []


def test_logs_are_kept_for_as_long_as_is_set(end: End) -> None:
    """Originals too, but the template's own tests cover them, because the emulator has no lifecycle (dev/gaps.py)."""
    groups = end.deployed.client("logs").describe_log_groups()["logGroups"]

    ours = [group for group in groups if NAME in group["logGroupName"]]
    assert len(ours) == 1 + len(end.deployed.functions)  # the API's own
    assert {group["retentionInDays"] for group in ours} == {end.number("LogRetentionDays")}


@pytest.mark.parametrize("origin", [PAGE, ELSEWHERE])
def test_the_allowed_origins_and_no_other_may_use_it(end: End, origin: str) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    answers = [
        end.get("limits", Origin=origin),
        patiently(lambda: requests.options(f"{end.page_url}uploads", headers=asked | end.key, timeout=PATIENCE)),
        requests.options(f"{end.deployed.endpoint}/{end.uploads}", headers=asked, timeout=PATIENCE),
    ]

    everybody = end.set["AllowedOrigins"] == "*"
    for answer in answers:
        expected = {"*", origin} if everybody else {origin} if origin == PAGE else {None}
        assert answer.headers.get("Access-Control-Allow-Origin") in expected


def test_requests_are_throttled_as_is_set(end: End) -> None:
    stage = end.deployed.client("apigateway").get_stage(restApiId=end.deployed.resources["Api"], stageName="v1")
    settings = stage["methodSettings"]["*/*"]
    assert settings["throttlingRateLimit"] == end.number("RequestsPerSecond")
    assert settings["throttlingBurstLimit"] == end.number("RequestBurst")

    def look(_: int) -> int:
        return requests.get(f"{end.page_url}limits", headers=end.key, timeout=PATIENCE).status_code

    with ThreadPoolExecutor(3) as crowd:
        answers = [*crowd.map(look, range(6))]

    assert (429 in answers) == (end.number("RequestBurst") < 3)


def test_a_key_is_required_where_the_setting_says_so(end: End) -> None:
    without = patiently(lambda: requests.get(f"{end.page_url}limits", timeout=PATIENCE))

    assert without.status_code == (403 if end.key else 200)
    assert end.get("limits").status_code == 200


def test_conversions_are_reserved_as_is_set(end: End) -> None:
    found = end.deployed.client("lambda").get_function_concurrency(
        FunctionName=end.deployed.functions["ConvertFunction"]
    )

    assert found.get("ReservedConcurrentExecutions", 0) == end.number("ConvertConcurrency")


def test_functions_run_log_and_trace_as_is_set(end: End) -> None:
    aws = end.deployed.client("lambda")
    for name, function in end.deployed.functions.items():
        found = aws.get_function_configuration(FunctionName=function)
        assert found["Architectures"] == [end.set["Architecture"]]
        assert found["TracingConfig"]["Mode"] == ("Active" if end.set["Tracing"] == "Active" else "PassThrough")
        assert end.environment(name)["POWERTOOLS_LOG_LEVEL"] == end.set["LogLevel"]


def test_the_log_says_as_much_as_is_set(end: End) -> None:
    before = len(end.blobs("sign_upload"))
    job = end.sign().job

    if end.set["LogLevel"] == "DEBUG":
        assert "signed" in [line["message"] for line in end.log_of("sign_upload", job)]
    else:
        wait_for(lambda: len(end.blobs("sign_upload")) > before or None, "metrics, which have no level")
        assert not [line for line in end.log("sign_upload") if job in line.get("jobs", ())]


def test_the_contact_that_is_set_is_subscribed_and_nobody_else(end: End) -> None:
    subscriptions = end.deployed.client("sns").list_subscriptions()["Subscriptions"]
    mailed = {each["Endpoint"] for each in subscriptions if each["Protocol"] == "email"}

    assert mailed == ({end.set["ContactEmail"]} if end.set["ContactEmail"] else set())


def test_a_cost_alarm_and_the_account_s_role_are_there_when_they_are_set(end: End) -> None:
    translated = stacks.translate(stacks.packaged(PACKAGES), end.set)  # the emulator has no alarms on metric math
    alarm = translated["Resources"]["CostPerDay"]
    assert (alarm["Condition"], alarm["Properties"]["Threshold"]) == ("HasCostAlarm", {"Ref": "CostAlarmDollars"})

    assert ("ApiGatewayLogRole" in end.deployed.resources) == (end.set["ApiGatewayAccount"] == "configure")
