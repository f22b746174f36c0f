"""Changes of a template that the Serverless Application Repository would refuse, each with its rule."""

from collections.abc import Callable
from typing import Any

from publish import lint_sar
from publish.application import METADATA, Template

Change = Callable[[Template], Any]


def metadata(**properties: Any) -> Change:
    return lambda template: template["Metadata"][METADATA].update(properties)


def without(name: str) -> Change:
    return lambda template: template["Metadata"][METADATA].pop(name)


def resource(kind: str, **properties: Any) -> Change:
    return lambda template: template["Resources"].update(Added={"Type": kind, "Properties": properties})


def greet(**properties: Any) -> Change:
    return lambda template: template["Resources"]["Greet"]["Properties"].update(properties)


def allowing(actions: Any, resources: Any = "*", key: str = "Action") -> Change:
    statement = {"Effect": "Allow", key: actions, "Resource": resources}
    return greet(Policies=[{"Statement": [statement]}])


# The rule, the change, and words of the message.
BROKEN: list[tuple[lint_sar.Rule, Change, str]] = [
    (
        lint_sar.supported_types,
        resource("AWS::Budgets::Budget"),
        "AWS::Budgets::Budget, which the repository refuses",
    ),
    (lint_sar.supported_types, resource("Custom::Thing"), "write AWS::CloudFormation::CustomResource"),
    (
        lint_sar.supported_types,
        lambda template: template["Resources"].update({"Fn::ForEach::Queues": ["Name", ["a"], {}]}),
        "Fn::ForEach::Queues has no Type",
    ),
    *((lint_sar.complete_metadata, without(name), f"has no {name}") for name in sorted(lint_sar.REQUIRED)),
    (lint_sar.complete_metadata, metadata(Tags="a"), "has Tags, which the repository does not know"),
    (
        lint_sar.plain_metadata,
        metadata(Description={"Fn::Sub": "${AWS::Region}"}),
        "Description in the metadata is computed",
    ),
    (lint_sar.plain_metadata, metadata(Labels=["a", {"Ref": "B"}]), "Labels in the metadata is computed"),
    (lint_sar.plain_metadata, metadata(SemanticVersion=1.0), "put it between quotes"),
    (lint_sar.plain_metadata, metadata(Author=""), "put it between quotes"),
    (lint_sar.plain_metadata, metadata(Labels="hello"), "Labels in the metadata is not a list"),
    (lint_sar.metadata_within_limits, metadata(Name="a" * 141), "Name has 141 characters: shorten it to 140"),
    (lint_sar.metadata_within_limits, metadata(Name="two words"), "letters, digits and hyphens"),
    (lint_sar.metadata_within_limits, metadata(Description="a" * 257), "shorten it to 256"),
    (lint_sar.metadata_within_limits, metadata(Author="a" * 128), "shorten it to 127"),
    (lint_sar.metadata_within_limits, metadata(Author="Some Body"), "small letters and digits"),
    (lint_sar.metadata_within_limits, metadata(Author="some--body"), "single hyphens"),
    (lint_sar.metadata_within_limits, metadata(Labels=["a"] * 11), "There are 11 labels: keep 10"),
    (lint_sar.metadata_within_limits, metadata(Labels=["a b"]), "Labels says 'a b'"),
    (lint_sar.metadata_within_limits, metadata(Labels=["a" * 128]), "shorten it to 127"),
    (lint_sar.metadata_within_limits, metadata(SemanticVersion="1.0"), "a semantic version such as 1.2.3"),
    (lint_sar.metadata_within_limits, metadata(SourceCodeUrl="git@host:a"), "begins with https://"),
    (lint_sar.metadata_within_limits, metadata(HomePageUrl="http://a.example/"), "begins with https://"),
    (lint_sar.open_source_licence, metadata(SpdxLicenseId="Proprietary"), "SpdxLicenseId is 'Proprietary': choose"),
    (lint_sar.open_source_licence, metadata(SpdxLicenseId="Apache-2.0"), "does not begin with 'Apache License'"),
    (lint_sar.files_that_are_shown, metadata(LicenseUrl="COPYING"), "LicenseUrl names COPYING"),
    (lint_sar.files_that_are_shown, metadata(ReadmeUrl="LIESMICH.md"), "ReadmeUrl names LIESMICH.md"),
    (
        lint_sar.explained_capabilities,
        resource("AWS::S3::BucketPolicy"),
        "does not say that CAPABILITY_RESOURCE_POLICY is for Added",
    ),
    (lint_sar.narrow_permissions, greet(Policies=["AWSLambda_FullAccess"]), "Greet takes AWSLambda_FullAccess"),
    (
        lint_sar.narrow_permissions,
        resource("AWS::IAM::Role", ManagedPolicyArns=["arn:aws:iam::aws:policy/AWSLambda_FullAccess"]),
        "Added takes AWSLambda_FullAccess",
    ),
    (lint_sar.narrow_permissions, allowing("iam:AttachRolePolicy"), "allows iam:AttachRolePolicy on everything"),
    (lint_sar.narrow_permissions, allowing(["s3:GetObject", "iam:putrolepolicy"]), "allows iam:PutRolePolicy"),
    (lint_sar.narrow_permissions, allowing("iam:*", ["*"]), "allows iam:PassRole"),
    (lint_sar.narrow_permissions, allowing("*"), "allows iam:AttachRolePolicy"),
    (lint_sar.narrow_permissions, allowing("s3:*", key="NotAction"), "allows iam:AttachRolePolicy"),
    (lint_sar.packages_in_place, greet(CodeUri="gone"), "Greet is packaged from gone, which is not in"),
    (
        lint_sar.packages_in_place,
        lambda template: (
            template["Resources"]["Greet"]["Properties"].pop("CodeUri"),
            template.update(Globals={"Function": {"CodeUri": "gone"}}),
        ),
        "put CodeUri on Greet itself",
    ),
    (
        lint_sar.packages_in_place,
        lambda template: template["Resources"]["Greet"]["Properties"].pop("CodeUri"),
        "Greet has no CodeUri",
    ),
    (lint_sar.package_sizes, lambda template: template.update(Description="a" * 1_000_000), "divide it"),
    (lint_sar.ready_to_publish, metadata(), "has no SourceCodeUrl"),
    (lint_sar.ready_to_publish, metadata(), "has no HomePageUrl"),
    (lint_sar.ready_to_publish, metadata(), "ReadmeUrl is not in S3"),
    (lint_sar.ready_to_publish, metadata(), "The package of Greet is not in S3"),
]
