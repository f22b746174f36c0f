"""What the emulator cannot do with stacks/delivery.yaml, and how each gap is bridged. Tests fail as soon as it can:
tests/service/test_delivery_gaps.py.

Nothing here adds to the template; only addresses differ.
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
    """Without resources of types that the emulator does not know, which it refuses even under a false condition.

    api: the emulator's address of the API, because it does not connect to an origin with AWS's name. None bridges
    nothing else.
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
    """The rules' search strings in Base64, as in the API of AWS WAF; CloudFormation encodes them there."""
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
    """Lets the page connect to the emulator instead of a bucket's own address."""
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
