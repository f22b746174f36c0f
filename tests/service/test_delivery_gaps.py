"""What the emulator cannot do with stacks/delivery.yaml. If one of these tests fails, the emulator can do it now:
delete its bridge in tests/standins/delivery_gaps.py, or, if there is none, test it in delivery/.
"""

import json
from collections.abc import Iterator

import pytest

from tests.actors.edge import Edge, undelivered
from tests.standins import delivery_gaps

JOB = f"{0xDE11:032x}"


@pytest.fixture(scope="module")
def unbridged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    with undelivered(tmp_path_factory.mktemp("project"), hosts=["pictures.example.com"], bridged=False) as edge:
        answer = edge.command("--set", "Firewall=Enabled", "--set", "CallsPerAddress=10")
        assert answer.returncode == 0, answer.stdout + answer.stderr
        edge.domain = edge.delivery.stack.outputs()["DeliveryDomain"]
        yield edge


# Bridged


@pytest.mark.parametrize("kind", delivery_gaps.MISSING_TYPES)
def test_log_deliveries_are_unknown(unbridged: Edge, kind: str) -> None:
    cloudformation = unbridged.deployed.client("cloudformation")
    template = json.dumps({"Resources": {"It": {"Type": kind, "Properties": {"Name": "it"}}}})

    with pytest.raises(cloudformation.exceptions.ClientError, match="Unrecognized resource types"):
        cloudformation.create_change_set(
            StackName="logs", ChangeSetName="logs", ChangeSetType="CREATE", TemplateBody=template
        )


def test_an_origin_with_a_name_of_aws_is_not_dialled(unbridged: Edge) -> None:
    assert unbridged.get("/limits").status_code == 502


def test_what_a_rule_searches_for_is_not_encoded(unbridged: Edge) -> None:
    wafv2 = unbridged.deployed.client("wafv2")
    (acl,) = wafv2.list_web_acls(Scope="CLOUDFRONT")["WebACLs"]

    with pytest.raises(ValueError, match="padding"):  # "/t/" is decoded as Base64
        wafv2.get_web_acl(Scope="CLOUDFRONT", Id=acl["Id"], Name=acl["Name"])


def test_the_page_may_connect_to_the_two_buckets_where_aws_has_them(unbridged: Edge) -> None:
    """What the bridge replaces, and what is correct on AWS."""
    policy = unbridged.get("/").headers["Content-Security-Policy"]
    buckets = [f"https://{name}.s3.us-east-1.amazonaws.com" for name in (unbridged.uploads, unbridged.thumbnails)]

    assert f"connect-src 'self' {' '.join(buckets)};" in policy
    assert f"img-src 'self' blob: data: {buckets[1]};" in policy, "links that were made before there was a domain"
    assert policy.count("https://") == 3


# Not bridged


def test_a_missing_page_is_forbidden_also_where_cloudfront_may_list(unbridged: Edge) -> None:
    bucket = unbridged.delivery.stack.outputs()["SiteBucket"]
    policy = json.loads(unbridged.s3.get_bucket_policy(Bucket=bucket)["Policy"])
    assert "s3:ListBucket" in [statement["Action"] for statement in policy["Statement"]]

    assert unbridged.get("/nothing").status_code == 403  # AWS: 404


def test_nothing_is_cached(unbridged: Edge) -> None:
    assert [unbridged.get("/").headers["X-Cache"] for _ in range(2)] == ["Miss from cloudfront"] * 2


def test_nothing_is_compressed(unbridged: Edge) -> None:
    assert "Content-Encoding" not in unbridged.get("/", **{"Accept-Encoding": "br, gzip"}).headers


def test_http3_is_not_offered(unbridged: Edge) -> None:
    assert "Alt-Svc" not in unbridged.get("/").headers


def test_the_firewall_lets_everything_through(unbridged: Edge) -> None:
    answers = {unbridged.get(f"/uploads/{JOB}").status_code for _ in range(30)}  # from an address with 10 calls

    assert answers == {502}


def test_a_domain_of_ones_own_is_not_served(unbridged: Edge) -> None:
    cloudfront = unbridged.deployed.client("cloudfront")
    distribution = unbridged.delivery.stack.outputs()["DeliveryDistribution"]
    answer = cloudfront.get_distribution_config(Id=distribution)
    config = answer["DistributionConfig"] | {"Aliases": {"Quantity": 1, "Items": ["pictures.example.com"]}}
    for origin in config["Origins"]["Items"]:
        if "CustomOriginConfig" in origin:
            origin["CustomOriginConfig"] |= {"HTTPPort": 80, "HTTPSPort": 443}  # botocore requires them
    cloudfront.update_distribution(Id=distribution, DistributionConfig=config, IfMatch=answer["ETag"])

    assert "<title>" not in unbridged.get("/", Host="pictures.example.com").text
