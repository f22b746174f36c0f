"""An organisation's networks (docs/organisation.md): functions inside a VPC, and a private API."""

from tests.material.organisation import (
    ALL,
    CALLED_BY_USERS,
    ENDPOINTS,
    IN_VPC,
    OPTIONAL,
    actions,
    all_of_it,
    made,
    statements,
)
from tests.material.template import of_type


def test_what_users_call_is_inside_the_vpc_and_nothing_else() -> None:
    functions = of_type(all_of_it(), "AWS::Lambda::Function")
    inside = {
        name: function["Properties"]["VpcConfig"]
        for name, function in functions.items()
        if "VpcConfig" in function["Properties"]
    }

    assert inside.keys() == CALLED_BY_USERS
    split = {name: {"Fn::Split": [",", value]} for name, value in IN_VPC.items()}
    assert all(each == split for each in inside.values())


def test_subnets_alone_grant_what_functions_need_there_first() -> None:
    """An existing stack needs the permission before the function moves (docs/organisation.md)."""
    resources = made(SubnetIds=IN_VPC["SubnetIds"], **OPTIONAL)

    assert not any("VpcConfig" in each["Properties"] for each in of_type(resources, "AWS::Lambda::Function").values())
    for name in of_type(resources, "AWS::Lambda::Function"):
        on_networks = [each for each in statements(resources, f"{name}Role") if "ec2:" in str(each["Action"])]
        assert bool(on_networks) == (name in CALLED_BY_USERS)
        for each in on_networks:
            assert each["Condition"] == {"Null": {"lambda:SourceFunctionArn": "true"}}, "the function's code may use it"


def test_functions_inside_the_vpc_call_s3_and_the_eraser_only() -> None:
    """So a gateway endpoint for S3, which is free of charge, is all that their subnets need for a conversion."""
    resources = all_of_it()
    called = {
        action
        for name in CALLED_BY_USERS
        for statement in statements(resources, f"{name}Role")
        for action in actions(statement)
    }

    # Lambda itself writes logs, traces, publishes failed events, decrypts the environment and connects to the subnets.
    others = {action for action in called if action.split(":")[0] not in {"s3", "logs", "xray", "sns", "kms", "ec2"}}
    assert others == {"lambda:InvokeFunction"}  # to hand over a job that was erased


def test_a_private_api_admits_its_endpoints_only() -> None:
    api = made(**ALL)["Api"]["Properties"]

    assert api["EndpointConfiguration"] == {
        "Types": ["PRIVATE"],
        "VpcEndpointIds": {"Fn::Split": [",", ENDPOINTS]},
    }
    (statement,) = api["Body"]["x-amazon-apigateway-policy"]["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Condition"] == {"StringEquals": {"aws:SourceVpce": {"Fn::Split": [",", ENDPOINTS]}}}


def test_a_private_api_leaves_identities_to_iam() -> None:
    """What its policy allowed would be allowed without a permission."""
    api = made(Authorizer="iam", **ALL)["Api"]["Properties"]
    through_one = {"aws:SourceVpce": {"Fn::Split": [",", ENDPOINTS]}}

    deny, preflights = api["Body"]["x-amazon-apigateway-policy"]["Statement"]

    assert (deny["Effect"], deny["Resource"]) == ("Deny", "execute-api:/*")
    assert deny["Condition"] == {"StringNotEquals": through_one}
    assert (preflights["Effect"], preflights["Resource"]) == ("Allow", "execute-api:/*/OPTIONS/*")
    assert preflights["Condition"] == {"StringEquals": through_one}


def test_a_regional_api_names_no_endpoint() -> None:
    api = made(VpcEndpointIds=ENDPOINTS)["Api"]["Properties"]

    assert api["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    assert "x-amazon-apigateway-policy" not in api["Body"]
