"""Page, API and thumbnails through one origin, deployed by the same command as on AWS."""

import re
from pathlib import Path

from operate.site import FOR_EVER, Page
from tests.actors.edge import JOB, Edge, done
from tests.material import pictures


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
    assert unknown.headers["Content-Type"] == "application/problem+json", "not replaced by a page of CloudFront"
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
