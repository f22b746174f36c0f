"""What must be true of stacks/delivery.yaml, and of the page that is published with it."""

import re
from typing import Any

import pytest

from dev.emulator import ROOT
from operate.site import Page
from tests.material.template import Template
from thumbs import formats, sizes
from thumbs.jobs import keys


@pytest.fixture(scope="module")
def distribution(delivery: Template) -> dict[str, Any]:
    config: dict[str, Any] = delivery["Resources"]["Distribution"]["Properties"]["DistributionConfig"]
    return config


def test_its_parameters_are_what_the_services_stack_puts_out(delivery: Template, template: Template) -> None:
    needed = {name for name, parameter in delivery["Parameters"].items() if "Default" not in parameter}

    assert needed == {"ApiUrl", "UploadBucket", "ThumbnailBucket", "ServiceRegion"}
    assert needed <= template["Outputs"].keys()
    assert {"DeliveryDomain", "DeliveryDistribution"} <= delivery["Outputs"].keys() & template["Parameters"].keys()


def test_every_parameter_has_bounds_a_description_and_a_group(delivery: Template) -> None:
    groups = delivery["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert sorted(name for group in groups for name in group["Parameters"]) == sorted(delivery["Parameters"])
    for name, parameter in delivery["Parameters"].items():
        assert parameter["Description"].endswith("."), name
        assert parameter.keys() & {"AllowedValues", "AllowedPattern", "MinValue"}, name
        if "AllowedValues" not in parameter:
            assert parameter["ConstraintDescription"].endswith("."), name


def test_the_documentation_has_every_setting_with_its_default(delivery: Template) -> None:
    document = (ROOT / "docs" / "delivery.md").read_text()
    for name, parameter in delivery["Parameters"].items():
        default = parameter.get("Default")
        if default is None or name == "ServiceRegion":
            assert f"`{name}`" in document
        else:
            assert f"| `{name}` | {f'`{default}`' if default != '' else 'none'} |" in document, name


def test_no_error_is_kept_and_none_is_replaced(distribution: dict[str, Any]) -> None:
    """Errors apply to the whole distribution: a page in their place would hide the API's own errors."""
    errors = distribution["CustomErrorResponses"]

    assert [error["ErrorCode"] for error in errors] == [403, 404, 500, 502, 503, 504]
    assert all(error.keys() == {"ErrorCode", "ErrorCachingMinTTL"} for error in errors)
    assert {error["ErrorCachingMinTTL"] for error in errors} == {0}


def test_no_policy_says_how_long_something_may_be_kept(delivery: Template) -> None:
    """It would apply to errors too. Objects and responses set it themselves."""
    for resource in delivery["Resources"].values():
        if resource["Type"] == "AWS::CloudFront::ResponseHeadersPolicy":
            config = resource["Properties"]["ResponseHeadersPolicyConfig"]
            custom = config.get("CustomHeadersConfig", {"Items": []})["Items"]
            named = {each["Fn::If"][1]["Header"] if "Fn::If" in each else each["Header"] for each in custom}
            assert "cache-control" not in {name.lower() for name in named}


# Ids of AWS's own policies: CloudFront Developer Guide, "Use managed cache policies" and "… origin request policies".
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CACHING_OPTIMIZED_UNCOMPRESSED = "b2884449-e4de-46a7-ac36-70bc7f1ddd6d"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"


def test_each_path_is_served_as_it_should_be(distribution: dict[str, Any]) -> None:
    behaviours = {each["PathPattern"]: each for each in distribution["CacheBehaviors"]}
    behaviours["*"] = distribution["DefaultCacheBehavior"]
    assert {
        path: (each["TargetOriginId"], each["ViewerProtocolPolicy"], each["CachePolicyId"], each["Compress"])
        for path, each in behaviours.items()
    } == {
        "*": ("site", "redirect-to-https", CACHING_OPTIMIZED, True),
        "/t/*": ("thumbnails", "redirect-to-https", CACHING_OPTIMIZED_UNCOMPRESSED, False),
        "/uploads*": ("api", "https-only", CACHING_DISABLED, False),
        "/limits": ("api", "https-only", CACHING_DISABLED, False),
    }
    for path in ("/uploads*", "/limits"):
        assert behaviours[path]["OriginRequestPolicyId"] == ALL_VIEWER_EXCEPT_HOST, "API Gateway refuses another's name"
    assert distribution["HttpVersion"] == "http2and3"
    assert distribution["IPV6Enabled"] is True


def test_cloudfront_signs_for_both_buckets_and_speaks_tls_with_the_api(distribution: dict[str, Any]) -> None:
    origins = {origin["Id"]: origin for origin in distribution["Origins"]}

    for bucket in ("site", "thumbnails"):
        assert origins[bucket]["OriginAccessControlId"] == {"Ref": "BucketAccess"}
    api = origins["api"]["CustomOriginConfig"]
    assert (api["OriginProtocolPolicy"], api["OriginSSLProtocols"]) == ("https-only", ["TLSv1.2"])


def test_every_bucket_is_private(delivery: Template) -> None:
    resources = delivery["Resources"]
    policies = [each["Properties"] for each in resources.values() if each["Type"] == "AWS::S3::BucketPolicy"]
    buckets = {name: each for name, each in resources.items() if each["Type"] == "AWS::S3::Bucket"}
    assert buckets.keys() == {"SiteBucket", "LogBucket"}
    for name, bucket in buckets.items():
        properties = bucket["Properties"]
        assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
        assert len(properties["PublicAccessBlockConfiguration"]) == 4
        assert properties["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
        assert properties["BucketEncryption"]
        assert {"DeletionPolicy", "UpdateReplacePolicy"} <= bucket.keys()
        (policy,) = (policy for policy in policies if policy["Bucket"] == {"Ref": name})
        tls, *others = policy["PolicyDocument"]["Statement"]
        assert (tls["Effect"], tls["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
        for statement in others:
            assert "Service" in statement["Principal"]
            assert {key.lower() for test in statement["Condition"].values() for key in test} >= {"aws:sourcearn"}


def test_the_distribution_may_read_thumbnails_of_every_format(template: Template) -> None:
    statements = template["Resources"]["ThumbnailBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    ((condition, read, otherwise),) = (each["Fn::If"] for each in statements if "Fn::If" in each)

    assert condition == "HasDelivery"
    assert otherwise == {"Ref": "AWS::NoValue"}
    assert read["Action"] == "s3:GetObject"
    assert {resource["Fn::Sub"] for resource in read["Resource"]} == {
        f"${{ThumbnailBucket.Arn}}/*.{output.extension}" for output in formats.OUTPUTS.values()
    }


def test_the_function_knows_every_key_that_a_thumbnail_may_have(delivery: Template) -> None:
    code = delivery["Resources"]["ThumbnailKey"]["Properties"]["FunctionCode"]
    (source,) = re.findall(r"^const ADDRESS = /(.*)/;$", code, re.MULTILINE)
    address = re.compile(source.replace(r"\/", "/"))
    job = keys.new_job()

    for name in ("small", "a", "card-2x", "x" * 32):
        assert sizes.parse(f"{name}=1")
        for output in formats.OUTPUTS.values():
            for key in (f"{job}/{name}.{output.extension}", keys.thumbnail(job, name, output.extension, b"content")):
                match = address.match(f"/t/{key}")
                assert match, key
                assert match[1] == f"/{key}"
    assert address.match(f"/t/{keys.manifest(job)}") is None


def test_the_function_that_chooses_a_format_knows_the_same_keys(delivery: Template) -> None:
    """tests/frontend/accept.test.mjs runs it."""
    function = delivery["Resources"]["ChosenFormat"]
    (source,) = re.findall(r"^const ADDRESS = /(.*)/;$", function["Properties"]["FunctionCode"], re.MULTILINE)
    (alone,) = re.findall(
        r"^const ADDRESS = /(.*)/;$", delivery["Resources"]["ThumbnailKey"]["Properties"]["FunctionCode"], re.MULTILINE
    )

    assert function["Condition"] == "ChoosesFormat"
    extensions = "|".join(output.extension for output in formats.OUTPUTS.values())
    assert alone.endswith(rf"\.(?:{extensions}))$")
    assert source == alone.replace(rf"\.(?:{extensions}))$", rf")((?:\.(?:{extensions})){{1,3}})$")
    for output in formats.OUTPUTS.values():
        assert f"{output.extension}: '{output.content_type}'" in function["Properties"]["FunctionCode"]


def test_nothing_that_tells_who_somebody_is_comes_into_the_logs(delivery: Template) -> None:
    """Names of fields: CloudFront Developer Guide, "Standard logging reference"."""
    fields = set(delivery["Resources"]["LogDelivery"]["Properties"]["RecordFields"])

    assert {"date", "time", "cs-uri-stem", "sc-status", "x-edge-result-type"} <= fields
    personal = {"c-ip", "c-port", "x-forwarded-for", "cs(User-Agent)", "cs(Cookie)", "cs(Referer)", "cs-uri-query"}
    assert not fields & personal


# The page


def test_the_index_leads_to_every_file_of_its_version_and_no_other() -> None:
    page = Page()
    named = re.findall(r'\b(?:href|src)="([^"]+)"', page.index.content.decode())

    # What is needed later is named relative to the importing file, so in the same version.
    code = [(file.key, file.content.decode()) for file in page.assets if file.key.endswith(".js")]
    imported = {
        f"{key.rsplit('/', 1)[0]}/{name}"
        for key, text in code
        for name in re.findall(
            r'\b(?:import\(|from |new URL\()"\./([^"]+)"', re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
        )
    }
    files = sorted(file.key for file in page.assets)
    assert sorted({*named, *imported}) == files, "what nothing names would never be cached"
    assert len(named) == len(set(named))


def test_a_change_of_any_file_is_another_version(tmp_path_factory: pytest.TempPathFactory) -> None:
    def version(**files: str) -> str:
        folder = tmp_path_factory.mktemp("page")
        for name, content in ({"index_html": '<script src="page.js">', "page_js": "1"} | files).items():
            (folder / name.replace("_", ".")).write_text(content)
        return Page(folder).version

    assert version() == version()
    assert len({version(), version(page_js="2"), version(index_html="x"), version(style_css="1")}) == 4
    assert version() == version(template_yaml="x") == version(package_json="{}") == version(page_test_js="1")
