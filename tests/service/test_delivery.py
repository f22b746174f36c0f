"""Page, API and thumbnails through one origin, put there by the command that does it on AWS."""

import json
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from operate.site import FOR_EVER, Page
from tests.actors.client import PAGE, PATIENCE, wait_for
from tests.actors.edge import Edge, deliver, undelivered
from tests.material import pictures

JOB = "{:032x}"


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    with undelivered(tmp_path_factory.mktemp("project"), origins=[PAGE]) as undelivered_edge:
        deliver(undelivered_edge)
        yield undelivered_edge


def done(edge: Edge) -> dict[str, str]:
    """The addresses of the thumbnails of a picture that went through, by size."""
    manifest = edge.convert(pictures.jpeg())
    assert manifest["status"] == "done"
    return {thumbnail["size"]: thumbnail["url"] for thumbnail in manifest["thumbnails"]}


# One origin


def test_the_page_and_all_its_parts_come_from_the_domain(edge: Edge) -> None:
    page = edge.get("/")

    assert page.status_code == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Cache-Control"] == "no-cache"
    names = re.findall(r'(?:href|src)="([^"]+)"', page.text)
    assert {Path(name).suffix for name in names} == {".js", ".css", ".svg"}
    for name in names:
        part = edge.get(f"/{name}")
        assert part.status_code == 200, name
        assert part.headers["Content-Type"].split(";")[0] in ("text/javascript", "text/css", "image/svg+xml")
        assert part.headers["Cache-Control"] == FOR_EVER
        imported = set(re.findall(r'from "\./([^"]+)"', part.text))
        assert {f"{Path(name).parent}/{module}" for module in imported} <= set(names), name


def test_what_lies_beside_the_page_is_not_published(edge: Edge) -> None:
    bucket = edge.delivery.stack.outputs()["SiteBucket"]
    keys = [entry["Key"] for entry in edge.s3.list_objects_v2(Bucket=bucket)["Contents"]]

    version = Page(edge.project / "frontend").version
    assert {key.split("/")[0] for key in keys} == {"index.html", version}
    assert {Path(key).suffix for key in keys} == {".html", ".js", ".css", ".svg"}
    for name in ("template.yaml", "package.json", "samconfig.toml"):
        for path in (f"/{name}", f"/{version}/{name}"):
            assert edge.get(path).status_code in (403, 404), path


def test_the_api_is_on_the_same_origin(edge: Edge) -> None:
    limits = edge.get("/limits")
    assert limits.status_code == 200
    assert limits.json()["maxFiles"] == 25

    refused = edge.ask({"files": [{"name": "a.pdf", "type": "application/pdf", "size": 1}]})
    assert refused.status_code == 415
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["errors"][0]["code"] == "type_not_supported"

    unknown = edge.get(f"/uploads/{JOB.format(1)}")
    assert unknown.status_code == 404
    assert unknown.headers["Content-Type"] == "application/problem+json", "no page of CloudFront stands in for it"
    assert unknown.headers["Cache-Control"] == "no-store"


def test_manifests_and_get_uploads_carry_addresses_of_the_domain(edge: Edge) -> None:
    signed = edge.upload(pictures.jpeg())
    for manifest in (edge.result(signed), edge.get(f"/uploads/{signed.job}").json()):
        urls = [thumbnail["url"] for thumbnail in manifest["thumbnails"]]
        assert urls == [f"https://{edge.domain}/t/{thumbnail['key']}" for thumbnail in manifest["thumbnails"]]
        assert signed.job not in "".join(urls)


def test_thumbnails_come_from_the_domain_for_a_year(edge: Edge) -> None:
    for size, url in done(edge).items():
        thumbnail = edge.get(url)
        assert thumbnail.status_code == 200, size
        assert thumbnail.headers["Content-Type"] == "image/webp"
        assert thumbnail.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert thumbnail.content[8:12] == b"WEBP"
        head = edge.request("HEAD", url)
        assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(thumbnail.content)))


def test_the_address_of_a_thumbnail_leads_to_no_other(edge: Edge) -> None:
    small, large = (done(edge)[size] for size in ("small", "large"))
    assert edge.get(large).status_code == 200

    for guess in (small.replace("small.", "large."), large.replace("large.", "small.")):
        assert edge.get(guess).status_code in (403, 404)


def test_thumbnails_of_version_0_1_are_found_where_they_were(edge: Edge) -> None:
    for key in (f"{JOB.format(2)}/card-2x.avif", f"{JOB.format(2)}/0123456789abcdef/card-2x.avif"):
        edge.s3.put_object(Bucket=edge.thumbnails, Key=key, Body=b"x", ContentType="image/avif")

        assert edge.get(f"/t/{key}").content == b"x"


# Who may read what


def test_the_buckets_refuse_whoever_comes_directly(edge: Edge) -> None:
    site = edge.delivery.stack.outputs()["SiteBucket"]
    key = done(edge)["small"].split("/t/")[1]

    for bucket, name in ((site, "index.html"), (edge.thumbnails, key)):
        assert edge.s3.head_object(Bucket=bucket, Key=name), "it is there"
        for address in (f"{edge.deployed.endpoint}/{bucket}/{name}", f"{edge.deployed.endpoint}/{bucket}"):
            assert requests.get(address, timeout=PATIENCE).status_code == 403, address


def test_another_distribution_may_not_read_the_buckets(edge: Edge) -> None:
    """The proof that the condition in both policies is what lets this one in."""
    cloudfront = edge.deployed.client("cloudfront")
    ours = edge.delivery.stack.outputs()["DeliveryDistribution"]
    config = cloudfront.get_distribution_config(Id=ours)["DistributionConfig"] | {"CallerReference": "another"}
    other = cloudfront.create_distribution(DistributionConfig=config)["Distribution"]["DomainName"]
    url = done(edge)["small"]

    assert edge.get(url).status_code == 200
    assert edge.get("/").status_code == 200
    assert edge.get(f"/t/{url.split('/t/')[1]}", Host=other).status_code == 403
    assert edge.get("/", Host=other).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/t/{job}/manifest.json",
        "/t/{job}/",
        "/t/",
        "/t/{folder}",
        "/t/{folder}/",
        "/t/{folder}/{digest}/",
        "/t/../{small}",
        "/t/{folder}/../{job}/manifest.json",
        "/t/{small}/",
        "/t/{folder}/SMALL.webp",
        "/t/{folder}/{digest}/small.svg",
        "/t//{small}",
        "/t/uploads/{job}",
    ],
)
def test_what_is_no_thumbnail_never_reaches_the_bucket(edge: Edge, path: str) -> None:
    signed = edge.upload(pictures.jpeg())
    small: str = edge.result(signed)["thumbnails"][0]["key"]
    folder, digest, _ = small.split("/")
    # As it is written: requests would tidy the dots away.
    prepared = requests.Request("GET", edge.page_url, headers={"Host": edge.domain}).prepare()
    prepared.url = edge.page_url.rstrip("/") + path.format(job=signed.job, folder=folder, digest=digest, small=small)
    answer = requests.Session().send(prepared, timeout=PATIENCE)

    assert answer.status_code == 404
    assert answer.headers["X-Cache"] == "FunctionGeneratedResponse from cloudfront"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_manifest_is_refused_by_the_bucket_too(edge: Edge) -> None:
    """Were the function gone, the bucket's policy would still let no manifest out."""
    policy = json.loads(edge.s3.get_bucket_policy(Bucket=edge.thumbnails)["Policy"])
    (read,) = (statement for statement in policy["Statement"] if statement["Effect"] == "Allow")
    arn = f"arn:aws:s3:::{edge.thumbnails}"

    assert read["Resource"] == [f"{arn}/*.webp", f"{arn}/*.jpg", f"{arn}/*.avif"]
    ours = edge.delivery.stack.outputs()["DeliveryDistribution"]
    assert read["Condition"]["StringEquals"]["AWS:SourceArn"].endswith(f":distribution/{ours}")

    signed = edge.upload(pictures.jpeg())
    small = edge.result(signed)["thumbnails"][0]["key"]
    cloudfront = edge.deployed.client("cloudfront")
    answer = cloudfront.get_distribution_config(Id=ours)
    config = answer["DistributionConfig"]
    thumbnails = config["CacheBehaviors"]["Items"][0]
    associations, thumbnails["FunctionAssociations"] = thumbnails["FunctionAssociations"], {"Quantity": 0}
    thumbnails["PathPattern"] = "/*/*"
    etag = cloudfront.update_distribution(Id=ours, DistributionConfig=config, IfMatch=answer["ETag"])["ETag"]
    try:
        assert edge.get(f"/{small}").status_code == 200
        assert edge.get(f"/{signed.job}/manifest.json").status_code == 403
    finally:
        thumbnails["FunctionAssociations"], thumbnails["PathPattern"] = associations, "/t/*"
        cloudfront.update_distribution(Id=ours, DistributionConfig=config, IfMatch=etag)


def test_a_stack_without_a_delivery_lets_no_distribution_in(edge: Edge) -> None:
    before = edge.delivery.parent.parameters()
    edge.set_of_the_service(DeliveryDistribution="")
    try:
        policy = json.loads(edge.s3.get_bucket_policy(Bucket=edge.thumbnails)["Policy"])
        assert [statement["Effect"] for statement in policy["Statement"]] == ["Deny"]
    finally:
        edge.set_of_the_service(DeliveryDistribution=before["DeliveryDistribution"])


# Headers


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

    buckets = edge.deployed.endpoint  # where the emulator has both of them
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
    """As a balancer in front would tell of a visitor without TLS."""
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


# The command


def invalidations(edge: Edge) -> list[list[str]]:
    """The paths of all so far, the newest last."""
    cloudfront = edge.deployed.client("cloudfront")
    place = {"DistributionId": edge.delivery.stack.outputs()["DeliveryDistribution"]}
    listing = cloudfront.list_invalidations(**place)["InvalidationList"].get("Items", ())
    found = [cloudfront.get_invalidation(**place, Id=item["Id"])["Invalidation"] for item in listing]
    found.sort(key=lambda each: each["CreateTime"])
    return [each["InvalidationBatch"]["Paths"]["Items"] for each in found]


def test_given_again_the_command_changes_nothing(edge: Edge) -> None:
    before = invalidations(edge)
    answer = edge.command("--page-only")

    assert answer.returncode == 0, answer.stderr
    assert "the page is up to date" in answer.stdout
    assert "publish " not in answer.stdout
    assert answer.stdout.splitlines()[-1] == f"Upload page: https://{edge.domain}/"
    assert invalidations(edge) == before


def test_an_edited_page_joins_the_old_one_and_invalidates_only_its_index(edge: Edge) -> None:
    """Both versions stay published, because a page that is open still loads its parts."""
    old = re.findall(r'src="([^"]+)/page.js"', edge.get("/").text)[0]
    style = edge.project / "frontend" / "style.css"
    style.write_text(style.read_text() + "\n/* edited */\n")

    dry = edge.command("--page-only", "--dry-run")
    assert dry.returncode == 0
    assert "publish index.html" in dry.stdout
    assert "invalidate / and /index.html" in dry.stdout
    assert f'src="{old}/page.js"' in edge.get("/").text, "a dry run does nothing"

    before = invalidations(edge)
    assert edge.command("--page-only").returncode == 0
    new = re.findall(r'src="([^"]+)/page.js"', edge.get("/").text)[0]
    assert new != old
    assert edge.get(f"/{new}/style.css").text.endswith("/* edited */\n")
    assert edge.get(f"/{old}/style.css").status_code == 200, "a page that is open still finds its parts"
    assert invalidations(edge)[len(before) :] == [["/", "/index.html"]]

    style.write_text(style.read_text() + "\n/* edited again */\n")
    assert edge.command("--page-only").returncode == 0
    assert edge.get(f"/{old}/style.css").status_code in (403, 404), "two versions are kept"
    assert edge.get(f"/{new}/style.css").status_code == 200


def test_a_list_of_origins_is_completed_with_the_pages_own(edge: Edge) -> None:
    """The page sends pictures to the upload bucket, which is another origin."""
    service = edge.delivery.parent
    edge.set_of_the_service(AllowedOrigins="https://photos.example.com")
    try:
        answer = edge.command()
        assert answer.returncode == 0, answer.stdout + answer.stderr
        assert service.parameters()["AllowedOrigins"] == f"https://photos.example.com,https://{edge.domain}"
        assert edge.command("--dry-run").stdout.count("nothing to change") == 2

        long = f"https://{'a' * 80}.example.com"
        edge.set_of_the_service(AllowedOrigins=long)
        answer = edge.command()
        assert answer.returncode == 1
        assert "longer than the 100 characters that it may have. Remove an origin" in answer.stderr
        assert service.parameters()["AllowedOrigins"] == long
    finally:
        edge.set_of_the_service(AllowedOrigins="*")


@pytest.mark.parametrize(
    ("arguments", "environment", "status", "expected"),
    [
        (["--stack-name", "elsewhere"], {}, 1, "There is no stack 'elsewhere' in us-east-1."),
        (["--set", "CallsPerAddress=many"], {}, 1, "CallsPerAddress"),
        (["--set", "Domain=pictures.example.com"], {}, 1, "Domain needs HostedZoneId"),
        (["--set", "Firewall"], {}, 2, "'Firewall' is not NAME=VALUE"),
        (
            [],
            {"AWS_ENDPOINT_URL": "http://localhost:9", "AWS_MAX_ATTEMPTS": "1"},
            1,
            "The stack 'image-thumbnails' cannot be read: Could not connect",
        ),
        ([], {"AWS_PROFILE": "nobody"}, 1, "AWS cannot be reached: The config profile (nobody) could not be found"),
        ([], {"AWS_REGION": "", "AWS_CONFIG_FILE": "/dev/null"}, 1, "In which region is the stack 'image-thumbnails'?"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    edge: Edge, arguments: list[str], environment: dict[str, str], status: int, expected: str
) -> None:
    answer = edge.command(*arguments, **environment)

    assert answer.returncode == status, answer.stdout + answer.stderr
    assert expected in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_deployment_that_failed_says_why_and_is_simply_tried_again(edge: Edge) -> None:
    other = {
        "Parameters": {name: {"Type": "String", "Default": ""} for name in ("DeliveryDomain", "DeliveryDistribution")},
        "Resources": {"Told": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "DeliveryDomain"}}}},
        "Outputs": {
            "ApiUrl": {"Value": "https://api.example.com/v1/"},
            "UploadBucket": {"Value": edge.uploads},
            "ThumbnailBucket": {"Value": edge.thumbnails},
            "ServiceRegion": {"Value": "us-east-1"},
            "RedriveFunction": {"Value": "redrive"},
        },
    }
    edge.deployed.client("cloudformation").create_stack(StackName="other", TemplateBody=json.dumps(other))

    answer = edge.command(
        "--stack-name", "other", "--set=Domain=a.example.org", "--set=HostedZoneId=Z00000000000000000"
    )
    assert answer.returncode == 1
    assert "other-delivery is ROLLBACK_COMPLETE" in answer.stderr
    assert re.search(r"Record\w*: .*Z00000000000000000", answer.stderr)
    assert edge.command("--stack-name", "other", "--page-only").returncode == 1
    assert (
        "delete the remains of a failed first deployment" in edge.command("--stack-name", "other", "--dry-run").stdout
    )

    answer = edge.command("--stack-name", "other")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "delete the remains of a failed first deployment" in answer.stdout
    assert re.search(r"set DeliveryDomain=\S+\.cloudfront\.net", answer.stdout)


def test_a_command_that_was_stopped_says_what_goes_on(edge: Edge) -> None:
    with socket.create_server(("127.0.0.1", 0)) as storage:  # which takes a call and never answers
        storage.settimeout(PATIENCE)
        address = f"http://127.0.0.1:{storage.getsockname()[1]}"
        with edge.started("--dry-run", "--yes", AWS_ENDPOINT_URL_S3=address) as process:
            assert process.stderr is not None
            with storage.accept()[0]:  # the stack is done with, the page has begun
                process.send_signal(signal.SIGINT)

                assert process.wait(PATIENCE) == 130
            assert process.stderr.read().startswith("\nStopped. What is done stays done, and CloudFormation finishes")


def test_the_command_explains_itself(edge: Edge) -> None:
    answer = edge.command("--help")

    assert answer.returncode == 0
    for option in ("--stack-name", "--region", "--set", "--page-only", "--dry-run"):
        assert option in answer.stdout


# What is optional


def test_a_domain_of_ones_own_gets_a_certificate_records_and_a_firewall(edge: Edge) -> None:
    route53, wafv2 = edge.deployed.client("route53"), edge.deployed.client("wafv2")
    zone = route53.create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"]
    settings = {
        "Domain": "pictures.example.com",
        "HostedZoneId": zone.removeprefix("/hostedzone/"),
        "Firewall": "Enabled",
        "CallsPerAddress": "50",
    }
    answer = edge.command(*(f"--set={name}={value}" for name, value in settings.items()))
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert answer.stdout.splitlines()[-1] == "Upload page: https://pictures.example.com/"
    outputs = edge.delivery.stack.outputs()

    cloudfront = edge.deployed.client("cloudfront")
    config = cloudfront.get_distribution_config(Id=outputs["DeliveryDistribution"])["DistributionConfig"]
    assert config["Aliases"]["Items"] == ["pictures.example.com"]
    assert config["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    certificate = config["ViewerCertificate"]["ACMCertificateArn"]
    acm = edge.deployed.client("acm").describe_certificate(CertificateArn=certificate)["Certificate"]
    assert acm["DomainName"] == "pictures.example.com"
    records = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    aliases = {record["Type"]: record["AliasTarget"]["DNSName"] for record in records if "AliasTarget" in record}
    assert {kind: name.rstrip(".") for kind, name in aliases.items()} == {"A": edge.domain, "AAAA": edge.domain}
    acl = wafv2.list_web_acls(Scope="CLOUDFRONT")["WebACLs"][0]
    assert config["WebACLId"] == acl["ARN"]
    rules = wafv2.get_web_acl(Scope="CLOUDFRONT", Id=acl["Id"], Name=acl["Name"])["WebACL"]["Rules"]
    assert [rule["Name"] for rule in rules] == ["CallsPerAddress", "CoreRules", "KnownBadInputs"]
    assert int(rules[0]["Statement"]["RateBasedStatement"]["Limit"]) == 50
    policy = edge.get("/").headers["Content-Security-Policy"]
    assert "img-src 'self' blob: data: https://pictures.example.com " in policy
    assert edge.delivery.parent.parameters()["DeliveryDomain"] == "pictures.example.com"

    # What was set is kept, and can be taken back.
    assert edge.command("--dry-run").stdout.count("nothing to change") == 2
    back = ("Domain=", "HostedZoneId=", "Firewall=Disabled")
    answer = edge.command(*(f"--set={each}" for each in back))
    assert answer.returncode == 0, answer.stdout + answer.stderr
    wait_for(lambda: True if edge.delivery.stack.outputs()["DeliveryDomain"] == edge.domain else None, "domain")


def test_with_dns_elsewhere_the_service_is_told_once_the_domain_answers(edge: Edge) -> None:
    acm = edge.deployed.client("acm")
    certificate = acm.request_certificate(DomainName="pictures.example.net")["CertificateArn"]
    before = edge.delivery.parent.parameters()
    own = (f"--set=CertificateArn={certificate}", "--set=Domain=pictures.example.net")

    answer = edge.command(*own)
    assert answer.returncode == 1
    assert f"make pictures.example.net a CNAME (or an alias) of {edge.domain}" in answer.stderr
    assert edge.delivery.parent.parameters() == before
    assert edge.seen_from_where(lambda url: url == "https://pictures.example.net/").connect(lambda: None)
    assert edge.delivery.parent.parameters()["DeliveryDomain"] == "pictures.example.net"

    answer = edge.command("--set=Domain=", "--set=CertificateArn=")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    wait_for(lambda: True if edge.delivery.stack.outputs()["DeliveryDomain"] == edge.domain else None, "domain")


def test_a_name_too_long_for_a_delivery_is_refused_before_anything_is_made(edge: Edge) -> None:
    answer = edge.command("--stack-name", "s" * 120)

    assert answer.returncode == 1
    assert "Give the service's stack a name of at most 119 characters." in answer.stderr
