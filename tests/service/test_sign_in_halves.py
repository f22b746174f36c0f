"""The parameters of the optional stack sign_in: a user pool of its own or another provider, and never both."""

import pytest
from botocore.exceptions import ClientError

from operate.optional_stack import FOLDER
from tests.actors.client import Service

POOL = {"PageUrls": "https://a.example.com/", "SignInName": "example"}
ELSEWHERE = {"Issuer": "https://id.example.com", "Audience": "a"}


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"PageUrls": POOL["PageUrls"]},
        {"SignInName": "example"},
        {"Issuer": ELSEWHERE["Issuer"]},
        {"Audience": "a"},
        POOL | ELSEWHERE,
        POOL | {"Issuer": ELSEWHERE["Issuer"]},
        POOL | {"Audience": "a"},
        POOL | {"AdminGroup": "staff"},
        POOL | {"AuthorizerPackage": "authorizer-0123456789abcdef.zip"},
        ELSEWHERE | {"SignInName": "example"},
        ELSEWHERE | {"PageUrls": POOL["PageUrls"]},
    ],
    ids=str,
)
def test_it_is_one_of_two_halves(stack: Service, chosen: dict[str, str]) -> None:
    given = {"ServiceName": "photos", **chosen}
    cloudformation = stack.deployed.client("cloudformation")

    with pytest.raises(ClientError, match="Set PageUrls and SignInName for a user pool of your own, or Issuer"):
        cloudformation.create_stack(
            StackName="neither-or-both",
            TemplateBody=(FOLDER / "sign_in.yaml").read_text(),
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()],
            Capabilities=["CAPABILITY_IAM"],
        )
