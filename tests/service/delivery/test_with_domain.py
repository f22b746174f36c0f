"""Optional parts of a delivery: your own domain, its certificate, records and firewall."""

from tests.actors.client import wait_for
from tests.actors.edge import Edge


def test_a_domain_of_ones_own_gets_a_certificate_records_and_a_firewall(edge: Edge) -> None:
    route53, wafv2 = edge.deployed.client("route53"), edge.deployed.client("wafv2")
    zone = route53.create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"]
    settings = {
        "Domain": "pictures.example.com",
        "HostedZoneId": zone.removeprefix("/hostedzone/"),
        "Firewall": "Enabled",
        "BotControl": "Enabled",
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
    named = ["IpReputation", "CallsPerAddress", "CoreRules", "KnownBadInputs", "BotControl"]
    assert [rule["Name"] for rule in rules] == named
    rate = rules[1]["Statement"]["RateBasedStatement"]
    assert int(rate["Limit"]) == 50
    assert rate["ScopeDownStatement"]["ByteMatchStatement"]["SearchString"] == b"/uploads"
    policy = edge.get("/").headers["Content-Security-Policy"]
    assert "img-src 'self' blob: data: https://pictures.example.com " in policy
    assert edge.delivery.parent.parameters()["DeliveryDomain"] == "pictures.example.com"

    # Settings are kept, and can be reset.
    assert edge.command("--dry-run").stdout.count("nothing to change") == 2
    back = ("Domain=", "HostedZoneId=", "Firewall=Disabled", "BotControl=Disabled")
    answer = edge.command(*(f"--set={each}" for each in back))
    assert answer.returncode == 0, answer.stdout + answer.stderr
    wait_for(lambda: True if edge.delivery.stack.outputs()["DeliveryDomain"] == edge.domain else None, "domain")


def test_with_dns_elsewhere_the_service_is_connected_last(edge: Edge) -> None:
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
