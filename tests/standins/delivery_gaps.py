"""What the emulator cannot do of stacks/delivery.yaml, and how each gap is bridged. Tests fail on the day it can:
tests/service/test_delivery_gaps.py.

Nothing here is added to what the template says; only addresses differ.
"""

import base64
import json
from typing import Any
from urllib.parse import urlsplit

from samtranslator.yaml_helper import yaml_parse

from dev.stack import Stack
from operate.delivery import Delivery

MISSING_TYPES = ("AWS::Logs::DeliverySource", "AWS::Logs::DeliveryDestination", "AWS::Logs::Delivery")


def template(text: str, api: str | None) -> str:
    """Without resources of types that the emulator does not know, which it refuses under a false condition too.

    api: where the emulator has the API, because an origin with a name of AWS is not dialled. None bridges nothing else.
    """
    parsed = yaml_parse(text)
    parsed["Resources"] = {
        name: resource for name, resource in parsed["Resources"].items() if resource["Type"] not in MISSING_TYPES
    }
    if api:
        parsed["Resources"]["WebAcl"] = _encoded(parsed["Resources"]["WebAcl"])
        address = urlsplit(api)
        origins = parsed["Resources"]["Distribution"]["Properties"]["DistributionConfig"]["Origins"]
        (origin,) = (each for each in origins if each["Id"] == "api")
        origin["DomainName"], origin["OriginPath"] = address.hostname, address.path.rstrip("/")
        origin["CustomOriginConfig"] = {
            "OriginProtocolPolicy": "http-only",
            "HTTPPort": address.port,
            "HTTPSPort": 443,
        }
    return json.dumps(parsed)


def _encoded(node: Any) -> Any:
    """What the rules search for in Base64, as it is in the API of AWS WAF: CloudFormation encodes it there."""
    match node:
        case {"SearchString": str(text)}:
            return node | {"SearchString": base64.b64encode(text.encode()).decode()}
        case dict():
            return {key: _encoded(each) for key, each in node.items()}
        case list():
            return [_encoded(each) for each in node]
    return node


def bridge(stack: Stack, delivery: Delivery) -> None:
    """After the delivery stack is deployed and connected."""
    bucket_addresses(stack, delivery)


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
