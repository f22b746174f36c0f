"""The values that CloudFormation accepts for each parameter, and those that it refuses before it creates anything."""

import json
from collections.abc import Callable, Iterator

import pytest
from botocore.exceptions import ClientError

from dev.emulator import Emulator
from dev.stack import Stack
from tests.material.bounds import EACH, NAMES, SERVICE, Bounds
from tests.standins.ports import free_port

# Accepted and refused values.


Create = Callable[[Bounds, str, str], str]


@pytest.fixture(scope="module")
def create() -> Iterator[Create]:
    """Creates a stack with a parameter of a template and almost nothing else. Returns its status."""
    with Emulator(free_port()) as emulator:
        cloudformation = Stack(emulator.url).client("cloudformation")
        numbers = iter(range(10_000))

        def create(bounds: Bounds, name: str, value: str) -> str:
            stack = f"bounds-{next(numbers)}"
            nothing = {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}
            cloudformation.create_stack(
                StackName=stack,
                TemplateBody=json.dumps({"Parameters": {name: bounds.parameters[name]}, "Resources": nothing}),
                Parameters=[{"ParameterKey": name, "ParameterValue": value}],
            )
            status: str = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
            return status

        yield create


@pytest.mark.parametrize(("bounds", "name"), EACH, ids=NAMES)
def test_cloudformation_takes_what_is_within_the_bounds(create: Create, bounds: Bounds, name: str) -> None:
    for value in bounds.legal(name):
        assert create(bounds, name, value).startswith("CREATE_"), value


@pytest.mark.parametrize(("bounds", "name"), EACH, ids=NAMES)
def test_cloudformation_refuses_what_is_outside(create: Create, bounds: Bounds, name: str) -> None:
    for value in bounds.outside(name):
        with pytest.raises(ClientError, match=rf"\(ValidationError\).*Parameter '{name}'"):
            create(bounds, name, value)


def test_cloudformation_takes_what_is_not_whole(create: Create) -> None:
    """The reason why settings are rounded down where they are read."""
    assert create(SERVICE, "MaxUploadMegabytes", "1.5").startswith("CREATE_")
