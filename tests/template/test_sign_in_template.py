"""stacks/sign_in.yaml: two halves of which one exists, and what the authorizer function may do and is watched for."""

from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from dev import stack
from operate.optional_stack import FOLDER
from operate.sign_in import _AS_IN_THE_SERVICE, PACKAGE
from stacks.authorizer import fetch
from tests.material.template import Template, of_type


@pytest.fixture(scope="module")
def sign_in() -> Template:
    found: Template = yaml_parse((FOLDER / "sign_in.yaml").read_text())
    return found


def test_every_resource_is_of_one_half(sign_in: Template) -> None:
    halves = {name: resource["Condition"] for name, resource in sign_in["Resources"].items()}

    assert {*halves.values()} == {"ByUserPool", "ByProvider", "HasPackage"}
    for name, resource in sign_in["Resources"].items():
        of_cognito = resource["Type"].startswith("AWS::Cognito::")
        assert of_cognito == (halves[name] == "ByUserPool"), name
    assert [name for name, half in halves.items() if half == "HasPackage"] == ["AuthorizerFunction"]


def test_the_service_learns_who_identifies_callers_once_somebody_does(sign_in: Template) -> None:
    """Before its package there is no function yet, and the service stays as it is."""
    for name in ("Authorizer", "AdminGroup"):
        assert sign_in["Outputs"][name]["Condition"] == "IdentifiesCallers"
        assert name in yaml_parse(stack.TEMPLATE.read_text())["Parameters"]


def test_the_function_may_write_its_log_and_nothing_else(sign_in: Template) -> None:
    properties = sign_in["Resources"]["AuthorizerRole"]["Properties"]
    (policy,) = properties["Policies"]

    assert "ManagedPolicyArns" not in properties
    log, with_key = policy["PolicyDocument"]["Statement"]
    assert log == {
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": {"Fn::GetAtt": ["AuthorizerLogs", "Arn"]},
    }
    key, nothing = with_key["Fn::If"][1:]
    assert (key["Action"], key["Resource"]) == ("kms:Decrypt", {"Ref": "KmsKeyArn"}), "Lambda reads the environment"
    assert nothing == {"Ref": "AWS::NoValue"}
    function = sign_in["Resources"]["AuthorizerFunction"]["Properties"]
    assert function["LoggingConfig"]["LogGroup"] == {"Ref": "AuthorizerLogs"}
    assert of_type(sign_in["Resources"], "AWS::Lambda::Permission") == {}, "the service's stack has it (AskAuthorizer)"


def test_the_function_ends_before_api_gateway_gives_up(sign_in: Template) -> None:
    """29 seconds (API Gateway quotas, "Integration timeout"), also for an authorizer."""
    timeout = sign_in["Resources"]["AuthorizerFunction"]["Properties"]["Timeout"]

    assert 2 * fetch.PATIENCE + 2 < timeout < 29


def test_a_provider_in_trouble_is_an_alarm(sign_in: Template) -> None:
    alarm = sign_in["Resources"]["UnreachableProvider"]["Properties"]
    variables = sign_in["Resources"]["AuthorizerFunction"]["Properties"]["Environment"]["Variables"]

    # As thumbs.observe writes them; tests/unit/authorizer shows that it counts this.
    assert alarm["Namespace"] == variables["POWERTOOLS_METRICS_NAMESPACE"]
    assert alarm["Dimensions"] == [{"Name": "service", "Value": variables["POWERTOOLS_SERVICE_NAME"]}]
    assert (alarm["MetricName"], alarm["Threshold"], alarm["TreatMissingData"]) == (
        "ProviderUnreachable",
        0,
        "notBreaching",
    )
    assert alarm["AlarmActions"] == alarm["OKActions"] != []


def test_parameters_have_the_names_of_what_they_are_filled_from(sign_in: Template) -> None:
    """The two rules of operate/optional_stack.py, and operate/sign_in.py."""
    service: dict[str, Any] = yaml_parse(stack.TEMPLATE.read_text())

    assert {"ServiceName", "Alarms"} == sign_in["Parameters"].keys() & service["Outputs"].keys()
    for name in _AS_IN_THE_SERVICE:
        ours, theirs = sign_in["Parameters"][name], service["Parameters"][name]
        same = ("Type", "Default", "AllowedPattern", "AllowedValues", "MaxLength")
        assert [ours.get(each) for each in same] == [theirs.get(each) for each in same], name
    assert PACKAGE in sign_in["Parameters"]


def test_the_arn_of_the_function_fits_into_the_setting_of_the_service(sign_in: Template) -> None:
    """CloudFormation shortens the name that it gives a function, to 64 characters."""
    setting = yaml_parse(stack.TEMPLATE.read_text())["Parameters"]["Authorizer"]
    longest = f"arn:aws-us-gov:lambda:ap-southeast-1:123456789012:function:{'f' * 64}"

    assert "FunctionName" not in sign_in["Resources"]["AuthorizerFunction"]["Properties"]
    assert len(longest) <= setting["MaxLength"]
    assert (
        sign_in["Parameters"]["AdminGroup"]["AllowedPattern"]
        == (yaml_parse(stack.TEMPLATE.read_text())["Parameters"]["AdminGroup"]["AllowedPattern"])
    )
