"""The Serverless Application Repository would accept the template: every rule fires, and ours breaks none."""

import copy
import json
import shutil
from pathlib import Path

import pytest

from dev.emulator import ROOT
from publish import capabilities, lint_sar, packages
from publish.application import METADATA, Application, Template
from tests.material.sar_templates import BROKEN, Change, allowing, greet, metadata, resource, without

ROLE: Template = {"AssumeRolePolicyDocument": {}}


@pytest.fixture
def ours() -> Application:
    """The template as written; its paths are relative to the project."""
    return Application.read(ROOT / "template.yaml")


@pytest.fixture
def project(tmp_path: Path) -> Application:
    """The minimum that the repository accepts, for tests that break it."""
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "greet.py").write_text("def handler(event, context): ...\n")
    (tmp_path / "LICENSE").write_text("MIT License\n\nCopyright\n")
    (tmp_path / "README.md").write_text("# Greetings\n\n<!-- capabilities -->\n<!-- end of capabilities -->\n")
    template = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Metadata": {
            METADATA: {
                "Name": "greetings",
                "Description": "Says hello.",
                "Author": "somebody",
                "SpdxLicenseId": "MIT",
                "LicenseUrl": "LICENSE",
                "ReadmeUrl": "README.md",
                "Labels": ["hello"],
                "SemanticVersion": "1.0.0",
            }
        },
        "Resources": {
            "Greet": {
                "Type": "AWS::Serverless::Function",
                "Properties": {"CodeUri": "code", "Handler": "greet.handler", "Policies": [{"SQSPollerPolicy": {}}]},
            }
        },
    }
    return Application(template, tmp_path)


def changed(application: Application, change: Change) -> Application:
    template = copy.deepcopy(application.template)
    change(template)
    return Application(template, application.folder)


def complaints(application: Application, rule: lint_sar.Rule) -> list[str]:
    return [*rule(application)]


def test_our_template_breaks_no_rule(ours: Application) -> None:
    assert lint_sar.problems(ours) == []


def test_the_least_application_breaks_no_rule(project: Application) -> None:
    assert lint_sar.problems(project) == []


@pytest.mark.parametrize(
    ("rule", "change", "complaint"),
    BROKEN,
)
def test_a_rule_fires(project: Application, rule: lint_sar.Rule, change: Change, complaint: str) -> None:
    found = complaints(changed(project, change), rule)

    assert [sentence for sentence in found if complaint in sentence], found
    assert all(sentence.endswith((".", "`")) for sentence in found)


def test_a_type_is_refused_under_a_false_condition_too(project: Application) -> None:
    def add(template: Template) -> None:
        template["Conditions"] = {"Never": {"Fn::Equals": ["a", "b"]}}
        template["Resources"]["Added"] = {"Type": "AWS::CloudFront::Function", "Condition": "Never"}

    (sentence,) = complaints(changed(project, add), lint_sar.supported_types)

    assert "AWS::CloudFront::Function" in sentence
    assert "even under a condition" in sentence


@pytest.mark.parametrize(
    "change",
    [
        allowing("iam:PassRole", "arn:aws:iam::123456789012:role/one"),
        allowing("iam:GetRole"),
        allowing("iam:*", key="NotAction"),
        greet(Policies=[{"Statement": [{"Effect": "Deny", "Action": "iam:*", "Resource": "*"}]}]),
    ],
)
def test_what_is_narrow_enough_passes(project: Application, change: Change) -> None:
    assert complaints(changed(project, change), lint_sar.narrow_permissions) == []


def test_a_type_that_was_added_to_the_guides_list_has_its_reason() -> None:
    lines = [line for line in lint_sar.TYPES.read_text().splitlines() if line and not line.startswith("#")]
    added = [line for line in lines if "#" in line]

    assert [line.split("#")[0].strip() for line in added] == ["AWS::ApiGateway::Account"]
    assert all(len(line.split("#")[1]) > 20 for line in added)
    assert len(lines) == len({line.split("#")[0].strip() for line in lines})


@pytest.mark.parametrize(("name", "file"), [("ReadmeUrl", "README.md"), ("LicenseUrl", "LICENSE")])
@pytest.mark.parametrize("size", [0, lint_sar.FILE_BYTES + 1])
def test_a_file_that_is_shown_is_neither_empty_nor_too_large(
    project: Application, name: str, file: str, size: int
) -> None:
    (project.folder / file).write_bytes(b"a" * size)

    (sentence,) = complaints(project, lint_sar.files_that_are_shown)

    assert sentence.startswith(f"{file} has {size} bytes")


@pytest.mark.parametrize("limit", ["UNPACKED_BYTES", "STORAGE_BYTES"])
def test_packages_have_a_size_that_is_taken(project: Application, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(lint_sar, limit, packages.total_bytes(project) - 1)

    assert len(complaints(project, lint_sar.package_sizes)) == 1


def test_a_function_is_as_large_as_with_the_largest_of_its_layers(project: Application) -> None:
    def add(template: Template) -> None:
        for name, size in (("Small", 10), ("Large", 1000), ("Other", 100)):
            (project.folder / name).write_bytes(b"a" * size)
            template["Resources"][name] = {"Type": "AWS::Serverless::LayerVersion", "Properties": {"ContentUri": name}}
        greet(Layers=[{"Fn::If": ["Arm", {"Ref": "Small"}, {"Ref": "Large"}]}, {"Ref": "Other"}])(template)

    code = packages.total_bytes(project)

    assert packages.function_bytes(changed(project, add), "Greet") == code + 1000 + 100
    assert packages.total_bytes(changed(project, add)) == code + 10 + 1000 + 100


def test_equal_packages_are_stored_once(project: Application) -> None:
    def add(template: Template) -> None:
        shutil.copytree(project.folder / "code", project.folder / "copy")
        template["Resources"]["Again"] = copy.deepcopy(template["Resources"]["Greet"])
        greet(CodeUri="copy")(template)

    assert packages.total_bytes(changed(project, add)) == packages.total_bytes(project)


@pytest.mark.parametrize(
    ("change", "needed"),
    [
        (metadata(), {}),
        (resource("AWS::IAM::Role", **ROLE), {"CAPABILITY_IAM": ["Added"]}),
        (resource("AWS::IAM::Role", RoleName="mine"), {"CAPABILITY_NAMED_IAM": ["Added"]}),
        (
            resource("AWS::IAM::Policy", PolicyName="mine"),
            {"CAPABILITY_IAM": ["Added"], "CAPABILITY_RESOURCE_POLICY": ["Added"]},
        ),
        (resource("AWS::SQS::QueuePolicy"), {"CAPABILITY_RESOURCE_POLICY": ["Added"]}),
        (resource("AWS::Serverless::Application"), {"CAPABILITY_AUTO_EXPAND": ["Added"]}),
        (greet(Policies=["AmazonS3ReadOnlyAccess"]), {"CAPABILITY_IAM": ["Greet"]}),
        (allowing("s3:GetObject"), {"CAPABILITY_IAM": ["Greet"]}),
    ],
)
def test_the_capabilities_that_it_asks_for_are_known(
    project: Application, change: Change, needed: dict[str, list[str]]
) -> None:
    assert capabilities.needed(changed(project, change)) == needed


def test_ours_asks_for_roles_and_resource_policies_but_no_names(ours: Application) -> None:
    assert capabilities.needed(ours).keys() == {"CAPABILITY_IAM", "CAPABILITY_RESOURCE_POLICY"}


def test_the_table_for_the_readme_explains_what_is_needed(project: Application) -> None:
    needing = changed(project, resource("AWS::IAM::Policy"))
    readme = project.folder / "README.md"
    readme.write_text(f"<!-- capabilities -->\n{capabilities.table(needing)}<!-- end of capabilities -->\n")

    assert complaints(needing, lint_sar.explained_capabilities) == []
    stale = complaints(project, lint_sar.explained_capabilities)
    assert [sentence.split(", and it is not")[0] for sentence in stale] == [
        "The README says that CAPABILITY_IAM is for Added",
        "The README says that CAPABILITY_RESOURCE_POLICY is for Added",
    ]
    readme.write_text("Nothing.")
    assert complaints(project, lint_sar.explained_capabilities) == [
        "The README has no part between <!-- capabilities --> and <!-- end of capabilities -->: add it."
    ]


def test_what_is_packaged_and_knows_its_source_is_ready(project: Application) -> None:
    def package(template: Template) -> None:
        metadata(HomePageUrl="https://a.example", SourceCodeUrl="https://a.example/v1")(template)
        metadata(LicenseUrl="s3://a/licence", ReadmeUrl="s3://a/readme")(template)
        greet(CodeUri={"Bucket": "a", "Key": "code"})(template)

    assert lint_sar.problems(changed(project, package), (*lint_sar.RULES, lint_sar.ready_to_publish)) == []


def test_the_command_says_what_is_wrong_in_one_line_each(
    project: Application, capsys: pytest.CaptureFixture[str]
) -> None:

    path = project.folder / "template.json"
    path.write_text(json.dumps(project.template))
    assert lint_sar.main([str(path)]) == 0
    assert "greetings 1.0.0 breaks no rule" in capsys.readouterr().out

    path.write_text(json.dumps(changed(project, without("Author")).template))
    assert lint_sar.main([str(path)]) == 1
    assert capsys.readouterr().err.splitlines() == [f"Metadata, {METADATA}, has no Author: add it."]

    assert lint_sar.main([str(project.folder / "gone.yaml")]) == 1
    assert "run `make build` first" in capsys.readouterr().err
