"""Upkeep in the template: nothing of it by default, and no right that it does not need."""

from datetime import timedelta

import pytest

import upkeep
from dev import stack
from tests.material.conditions import decided
from tests.material.organisation import OPTIONAL, actions, made, statements
from tests.material.template import PACKAGES, Template, of_type
from thumbs.upkeep import day, memory, rescue

FUNCTION = "UpkeepFunction"


def test_the_default_stack_has_nothing_of_it() -> None:
    template = stack.translate(stack.packaged(PACKAGES), {})
    default, enabled = decided(template), decided(template, Upkeep="Enabled")
    added = enabled.keys() - default.keys()

    assert {name for name in added if not name.startswith("Upkeep")} == {"UploadsWithoutOutcome"}
    assert {name: enabled[name] for name in default} == default, "no grant and no setting of another resource"


@pytest.mark.parametrize("others", [{}, OPTIONAL], ids=["alone", "with all that is optional"])
def test_it_knows_every_function_of_the_stack(others: dict[str, str]) -> None:
    resources = made(**others | {"Upkeep": "Enabled"})
    functions = of_type(resources, "AWS::Lambda::Function").keys()
    text, parts = resources[FUNCTION]["Properties"]["Environment"]["Variables"]["FUNCTIONS"]["Fn::Sub"]
    _, always = parts["Always"]["Fn::Join"]
    claim = [{"Ref": "ClaimFunction"}] if parts["Claim"] == {"Fn::Sub": ",${ClaimFunction}"} else []

    assert text == "${Always}${Claim}"
    assert {each["Ref"] for each in [*always, *claim]} == functions - {FUNCTION}
    assert claim or not parts["Claim"]
    (listing,) = granting(resources, "lambda:ListAliases")
    assert {each["Fn::GetAtt"][0] for each in listing["Resource"]} == functions
    (deleting,) = granting(resources, "lambda:DeleteFunction")
    assert [each["Fn::Sub"] for each in deleting["Resource"]] == [
        f"${{{each['Fn::GetAtt'][0]}.Arn}}:*" for each in listing["Resource"]
    ]


def granting(resources: Template, action: str) -> list[Template]:
    return [each for each in statements(resources, "UpkeepFunctionRole") if action in actions(each)]


def test_it_changes_no_object_but_its_own_memory() -> None:
    found = [each for each in statements(made(Upkeep="Enabled"), "UpkeepFunctionRole") if "s3" in str(each["Action"])]
    changing = [each for each in found if {*actions(each)} - {"s3:ListBucket", "s3:GetObject"}]

    assert [each["Resource"] for each in changing] == [{"Fn::Sub": "${UploadBucket.Arn}/" + memory.KEY}]


def test_it_estimates_the_cost_from_what_the_alarm_is_made_of(resources: Template) -> None:
    queries = {query["Id"]: query for query in resources["CostPerDay"]["Properties"]["Metrics"]}
    formula = resources[FUNCTION]["Properties"]["Environment"]["Variables"]["COST_FORMULA"]
    assert formula == queries.pop("dollars")["Expression"]

    assert {*queries} == {*day.TERMS}


def test_a_run_ends_before_the_next_one_begins(resources: Template) -> None:
    (rule,) = of_type(resources, "AWS::Events::Rule").values()
    timeout = timedelta(seconds=resources[FUNCTION]["Properties"]["Timeout"])

    assert rule["Properties"]["ScheduleExpression"] == "rate(15 minutes)"
    assert timedelta(seconds=upkeep.RESERVE) < timeout < rescue.PAUSE < timedelta(minutes=15)
    assert resources[FUNCTION]["Properties"]["Environment"]["Variables"]["PATIENCE_MINUTES"] == "15"


def test_it_waits_for_convert_as_long_as_the_alarm_does(resources: Template) -> None:
    assert timedelta(milliseconds=resources["StuckConversions"]["Properties"]["Threshold"]) == rescue.WAITING
