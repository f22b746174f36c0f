"""People with accounts: users of a Cognito pool, who sign in and call the API with their tokens."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any

import requests

from dev.emulator import ROOT
from tests.actors import needed
from tests.actors.client import PAGE, PATIENCE, Service, Signed

PASSWORD = "Correct-horse-7"


@dataclass(frozen=True)
class Member:
    """Somebody who calls a stack's API. headers: that identify them. subject: as the token has it."""

    service: Service
    headers: dict[str, str] = field(repr=False)
    subject: str = ""

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        headers = self.headers | more.pop("headers", {})
        return requests.request(method, self.service.page_url + path, headers=headers, timeout=PATIENCE, **more)

    def sign(self, **entry: Any) -> Signed:
        file = {"name": "a.jpg", "type": "image/jpeg", "size": 1000} | entry
        answer = self.call("POST", "uploads", json={"files": [file]})
        assert answer.status_code == 201, answer.text
        (signed,) = answer.json()["uploads"]
        return Signed(signed["job"], **signed["upload"], result=signed["result"], expires=signed["expires"])

    def status(self, job: str) -> requests.Response:
        return self.call("GET", f"uploads/{job}")

    def erase(self, job: str) -> requests.Response:
        return self.call("DELETE", f"uploads/{job}", headers={"Origin": PAGE})

    def claim(self, job: str) -> requests.Response:
        return self.call("POST", f"uploads/{job}/claim")

    def run(self, example: str, job: str) -> subprocess.CompletedProcess[str]:
        """One of the programs of examples/, which takes the API, a job, and the token from its environment."""
        interpreter = sys.executable if example.endswith(".py") else "bash"
        if example.startswith("curl/"):
            needed.program("curl", f"examples/{example} runs it")
        return subprocess.run(
            [interpreter, example, self.service.page_url, job],
            cwd=ROOT / "examples",
            env=os.environ | {"TOKEN": self.headers["Authorization"].removeprefix("Bearer ")},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )


class Pool:
    """A Cognito user pool with one client. cognito: a boto3 client. arn: of the pool."""

    def __init__(self, cognito: Any, name: str):
        self._cognito = cognito
        pool = cognito.create_user_pool(PoolName=name)["UserPool"]
        self._id, self.arn = pool["Id"], pool["Arn"]
        flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
        client = cognito.create_user_pool_client(UserPoolId=self._id, ClientName=name, ExplicitAuthFlows=flows)
        self._client = client["UserPoolClient"]["ClientId"]

    def token(self, user: str, group: str | None = None) -> str:
        """The ID token of a new user. group: to make the user a member of."""
        cognito, named = self._cognito, {"UserPoolId": self._id, "Username": user}
        cognito.admin_create_user(**named, MessageAction="SUPPRESS")
        cognito.admin_set_user_password(**named, Password=PASSWORD, Permanent=True)
        if group:
            cognito.create_group(UserPoolId=self._id, GroupName=group)
            cognito.admin_add_user_to_group(**named, GroupName=group)
        given = {"USERNAME": user, "PASSWORD": PASSWORD}
        answer = cognito.initiate_auth(ClientId=self._client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given)
        token: str = answer["AuthenticationResult"]["IdToken"]
        return token

    def subject(self, user: str) -> str:
        found = self._cognito.admin_get_user(UserPoolId=self._id, Username=user)["UserAttributes"]
        (subject,) = (each["Value"] for each in found if each["Name"] == "sub")
        return str(subject)
