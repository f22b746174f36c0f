"""Access behind the delivery: the buckets respond only to its distribution."""

import json

import pytest
import requests

from tests.actors.client import PATIENCE
from tests.actors.edge import Edge, done, invalidations
from tests.material import pictures
from thumbs.jobs import keys


def test_the_buckets_refuse_direct_requests(edge: Edge) -> None:
    site = edge.delivery.stack.outputs()["SiteBucket"]
    key = done(edge)["small"].split("/t/")[1]

    for bucket, name in ((site, "index.html"), (edge.thumbnails, key)):
        assert edge.s3.head_object(Bucket=bucket, Key=name), "it is there"
        for address in (f"{edge.deployed.endpoint}/{bucket}/{name}", f"{edge.deployed.endpoint}/{bucket}"):
            assert requests.get(address, timeout=PATIENCE).status_code == 403, address


def test_another_distribution_may_not_read_the_buckets(edge: Edge) -> None:
    """Proves that the condition in both policies is what allows this distribution."""
    cloudfront = edge.deployed.client("cloudfront")
    ours = edge.delivery.stack.outputs()["DeliveryDistribution"]
    config = cloudfront.get_distribution_config(Id=ours)["DistributionConfig"] | {"CallerReference": "another"}
    other = cloudfront.create_distribution(DistributionConfig=config)["Distribution"]["DomainName"]
    url = done(edge)["small"]

    assert edge.get(url).status_code == 200
    assert edge.get("/").status_code == 200
    assert edge.get(f"/t/{url.split('/t/')[1]}", Host=other).status_code == 403
    assert edge.get("/", Host=other).status_code == 403


def test_what_was_erased_is_invalidated_once(edge: Edge) -> None:
    """By the eraser's own role."""
    signed = edge.upload(pictures.jpeg())
    assert edge.result(signed)["status"] == "done"
    before, event = invalidations(edge), edge.event(keys.original(signed.job))

    answers = [edge.call("EraseFunction", event) for _ in range(2)]

    assert [answer["result"]["deleted"] for answer in answers] == [4, 0]
    folder = keys.folder(signed.job)
    assert invalidations(edge)[len(before) :] == [[f"/t/{folder}/*", f"/{folder}/*"]]


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
    # Sent unchanged, because requests would normalise the dots away.
    prepared = requests.Request("GET", edge.page_url, headers={"Host": edge.domain}).prepare()
    prepared.url = edge.page_url.rstrip("/") + path.format(job=signed.job, folder=folder, digest=digest, small=small)
    answer = requests.Session().send(prepared, timeout=PATIENCE)

    assert answer.status_code == 404
    assert answer.headers["X-Cache"] == "FunctionGeneratedResponse from cloudfront"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_manifest_is_refused_by_the_bucket_too(edge: Edge) -> None:
    """Even without the function, the bucket's policy would let no manifest out."""
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
