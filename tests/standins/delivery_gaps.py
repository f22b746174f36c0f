"""What the emulator cannot do of stacks/delivery.yaml, and how each gap is bridged. Tests fail on the day it can:
tests/service/test_delivery_gaps.py.

Everything here says again, through the service's API, what the template says already; only addresses differ.
"""

import json
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from dev.stack import Stack
from operate.delivery import Delivery

MISSING_TYPES = ("AWS::Logs::DeliverySource", "AWS::Logs::DeliveryDestination", "AWS::Logs::Delivery")


def template(text: str) -> str:
    """Without resources of types that the emulator does not know, which it refuses under a false condition too."""
    parsed = yaml_parse(text)
    parsed["Resources"] = {
        name: resource for name, resource in parsed["Resources"].items() if resource["Type"] not in MISSING_TYPES
    }
    return json.dumps(parsed)


def bridge(stack: Stack, delivery: Delivery) -> None:
    """After the delivery stack is deployed and connected."""
    api_origin(stack, delivery)
    bucket_addresses(stack, delivery)


def api_origin(stack: Stack, delivery: Delivery) -> None:
    """An origin with a name of AWS is not dialled."""
    cloudfront = stack.client("cloudfront")
    distribution = delivery.stack.outputs()["DeliveryDistribution"]
    answer = cloudfront.get_distribution_config(Id=distribution)
    config = answer["DistributionConfig"]
    (origin,) = (each for each in config["Origins"]["Items"] if each["Id"] == "api")
    _, _, host, path = stack.api_url.rstrip("/").split("/", 3)
    name, port = host.split(":")
    origin["DomainName"], origin["OriginPath"] = name, f"/{path}"
    origin["CustomOriginConfig"] |= {"OriginProtocolPolicy": "http-only", "HTTPPort": int(port), "HTTPSPort": 443}
    cloudfront.update_distribution(Id=distribution, DistributionConfig=config, IfMatch=answer["ETag"])


def bucket_addresses(stack: Stack, delivery: Delivery) -> None:
    """A bucket's own address is not where the emulator is, so the page may connect there in its place."""
    cloudfront = stack.client("cloudfront")
    policy = policies(cloudfront)[f"{delivery.stack.id}-page"]
    answer = cloudfront.get_response_headers_policy_config(Id=policy)
    config = answer["ResponseHeadersPolicyConfig"]
    csp = config["SecurityHeadersConfig"]["ContentSecurityPolicy"]
    for name in ("UploadBucket", "ThumbnailBucket"):
        address = f"https://{stack.outputs[name]}.s3.us-east-1.amazonaws.com"
        assert address in csp["ContentSecurityPolicy"]
        csp["ContentSecurityPolicy"] = csp["ContentSecurityPolicy"].replace(address, stack.endpoint)
    cloudfront.update_response_headers_policy(Id=policy, ResponseHeadersPolicyConfig=config, IfMatch=answer["ETag"])


def policies(cloudfront: Any) -> dict[str, str]:
    """Ids of the account's own response headers policies, by name."""
    items = cloudfront.list_response_headers_policies(Type="custom")["ResponseHeadersPolicyList"]["Items"]
    policies = [item["ResponseHeadersPolicy"] for item in items]
    return {policy["ResponseHeadersPolicyConfig"]["Name"]: policy["Id"] for policy in policies}
