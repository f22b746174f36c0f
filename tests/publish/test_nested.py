"""examples/nested, an application that contains this one, matches the real application."""

import re

import boto3
import pytest
import yaml
from samtranslator.parser.parser import Parser
from samtranslator.plugins.application.serverless_app_plugin import ServerlessAppPlugin
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

from dev.emulator import ROOT
from publish.application import Application, Template, parts
from tests.actors import short_lived
from tests.actors.publisher import client
from tests.standins.application_repository import ACCOUNT, REGION, Repository

NESTED = ROOT / "examples" / "nested" / "template.yaml"


@pytest.fixture
def nested() -> Template:
    template: Template = yaml_parse(NESTED.read_text())
    return template


@pytest.fixture
def ours() -> Application:
    return Application.read(ROOT / "template.yaml")


def test_cfn_lint_has_nothing_to_say() -> None:
    answer = short_lived.run(short_lived.CFN_LINT, "--include-checks", "I", "--template", str(NESTED))

    assert (answer.returncode, answer.stdout) == (0, "")


def test_it_gives_existing_settings_only_and_allowed_values(nested: Template, ours: Application) -> None:
    settings = nested["Resources"]["Thumbnails"]["Properties"]["Parameters"]
    assert settings
    for name, value in settings.items():
        parameter = ours.template["Parameters"][name]
        text = nested["Parameters"][value["Ref"]]["Default"] if isinstance(value, dict) else value
        assert re.fullmatch(parameter.get("AllowedPattern", ".*"), text), name
        assert text in parameter.get("AllowedValues", [text]), name


def test_it_uses_only_outputs_that_there_are(nested: Template, ours: Application) -> None:
    used = {
        part["Fn::GetAtt"][1].removeprefix("Outputs.")
        for part in parts([nested["Resources"], nested["Outputs"]])
        if isinstance(part, dict) and part.get("Fn::GetAtt", [""])[0] == "Thumbnails"
    }

    assert {"ApiUrl", "ThumbnailBucket"} <= used
    assert used <= ours.template["Outputs"].keys()


def test_sam_finds_the_application_in_the_repository_and_nests_its_stack(
    nested: Template, ours: Application, repository: Repository
) -> None:
    """The application exists in that version; SAM requests its template, and creates a stack within the stack."""
    repository.s3.create_bucket(Bucket="packages")
    repository.s3.put_object(Bucket="packages", Key="all", Body=b"a zip")
    for part in parts(ours.template):
        for name in {"CodeUri", "ContentUri"} & part.keys() if isinstance(part, dict) else ():
            part[name] = "s3://packages/all"
    shown = {name: ours.metadata[name] for name in ("Name", "Description", "Author", "SemanticVersion")}
    repositories = client(repository)
    identifier = repositories.create_application(**shown, TemplateBody=yaml.safe_dump(ours.template))["ApplicationId"]
    assert identifier == f"arn:aws:serverlessrepo:{REGION}:{ACCOUNT}:applications/image-thumbnails"

    answers = {"ThumbnailsApplication": identifier, "ThumbnailsVersion": shown["SemanticVersion"]}
    assert all(re.fullmatch(nested["Parameters"][name]["AllowedPattern"], text) for name, text in answers.items())
    plugin = ServerlessAppPlugin(sar_client=repositories, parameters=answers, wait_for_template_active_status=True)
    translator = Translator({}, Parser(), plugins=[plugin], boto_session=boto3.Session(region_name=REGION))
    resources = translator.translate(nested, answers)["Resources"]

    assert repository.calls == ["CreateApplication", "CreateCloudFormationTemplate"]
    stack = resources["Thumbnails"]
    assert stack["Type"] == "AWS::CloudFormation::Stack"
    assert stack["Properties"]["TemplateURL"] == f"{repository.url}/templates/{shown['SemanticVersion']}"
    assert resources["PictureFunction"]["Type"] == "AWS::Lambda::Function"
