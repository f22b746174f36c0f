"""The API's access control: open to everybody, or only to the delivery stack's distribution, which sends a secret.

A parameter of Systems Manager holds the secret. Its versions are the secrets so far, and the service's stack names
those that the API accepts (docs/decisions/delivery-secret.md). The distribution changes only while the API accepts both
its current and its next secret, so no request is refused meanwhile, and a command that was stopped can be repeated.
"""

import secrets
import time
from typing import Any
from urllib.parse import urlsplit

from operate.change_set import apply
from operate.stack import Stack, StackFailed
from operate.terminal import Agree

ACCEPTED = "DeliverySecrets"  # of the service's stack
SENT = "DeliverySecret"  # of the delivery stack
COMMAND = "rotate-delivery-secret"
SETTLE = 12  # pauses, a minute in total, until all of API Gateway knows a change; AWS does not say how long it takes
_BYTES = 32  # of a secret


def parameter(stack: str) -> str:
    """The name of the parameter with the secrets of a service's stack, as in template.yaml."""
    return f"/image-thumbnails/{stack}/delivery-secret"


class Secrets:
    """The secrets of one service, by version. stack: the service's."""

    def __init__(self, stack: Stack):
        self._stack, self._name = stack, parameter(stack.name)

    def version(self, secret: str) -> str | None:
        """The version of this secret, or None."""
        return self._versions().get(secret)

    def next(self) -> str:
        """The version that a new secret will have."""
        return str(max(map(int, self._versions().values()), default=0) + 1)

    def keep(self, secret: str) -> str:
        """The version of this secret, which is added if necessary."""
        return self.version(secret) or str(
            self._ssm.put_parameter(Name=self._name, Value=secret, Type="String", Overwrite=True)["Version"]
        )

    def read(self, version: str) -> str:
        return str(self._ssm.get_parameter(Name=f"{self._name}:{version}")["Parameter"]["Value"])

    def forget(self) -> None:
        """Delete all of them."""
        try:
            self._ssm.delete_parameter(Name=self._name)
        except self._ssm.exceptions.ParameterNotFound:
            return

    @property
    def _ssm(self) -> Any:
        return self._stack.client("ssm")

    def _versions(self) -> dict[str, str]:
        try:
            pages = [*self._ssm.get_paginator("get_parameter_history").paginate(Name=self._name)]
        except self._ssm.exceptions.ParameterNotFound:
            return {}
        return {each["Value"]: str(each["Version"]) for page in pages for each in page["Parameters"]}


class Door:
    """The API's access control, which two stacks share: the service's and the delivery stack."""

    def __init__(self, service: Stack, delivery: Stack, settle: float):
        """settle: seconds to wait after a change of the API."""
        self._service, self._delivery, self._settle = service, delivery, settle
        self.secrets = Secrets(service)

    def sent(self) -> str | None:
        """The secret that the distribution sends, if any."""
        distribution = self._delivery.outputs().get("DeliveryDistribution")
        if distribution is None:
            return None
        cloudfront = self._delivery.client("cloudfront")
        origins = cloudfront.get_distribution_config(Id=distribution)["DistributionConfig"]["Origins"]["Items"]
        (api,) = (origin for origin in origins if origin["Id"] == "api")
        headers = api.get("CustomHeaders", {}).get("Items", ())
        return next((each["HeaderValue"] for each in headers if each["HeaderName"] == "Referer"), None)

    def accepted(self) -> list[str]:
        """The versions that the API accepts, the newest first. If there are none, it is open to everybody."""
        return [version for version in self._service.parameters().get(ACCEPTED, "").split(",") if version]

    def of_the_delivery(self, *, firewall: bool) -> dict[str, str]:
        """The parameters of the delivery stack, with or without a firewall."""
        sent = self.sent()
        if firewall:
            return {} if sent else {SENT: secrets.token_urlsafe(_BYTES)}
        return {SENT: ""} if sent else {}

    def of_the_service(self) -> dict[str, str]:
        """The parameters of the service's stack for the distribution's current secret."""
        sent, accepted = self.sent(), self.accepted()
        if sent is None:
            return {ACCEPTED: ""} if accepted else {}
        version = self.secrets.version(sent) or self.secrets.next()
        return {ACCEPTED: ",".join(accepted) if version in accepted else version}

    def remember(self) -> None:
        """Store the distribution's current secret, before the service's stack names its version."""
        if sent := self.sent():
            self.secrets.keep(sent)

    def open(self, agree: Agree) -> None:
        """Open the API to everybody, before the distribution stops sending a secret. Raises StackFailed."""
        if self.accepted():
            self._accept(agree=agree)
        self.check_open()
        self._wait()

    def check_open(self) -> None:
        """Raises StackFailed if the API has kept its policy, although the service's stack accepts everybody."""
        url = self._service.outputs().get("ApiUrl")
        if url is None:  # the service was deleted, and its API too
            return
        api = str(urlsplit(url).hostname).split(".")[0]
        if self._service.client("apigateway").get_rest_api(restApiId=api).get("policy"):
            raise StackFailed(
                "The API still has its policy, so only the distribution can call it. Remove it with\n"
                f"    aws apigateway update-rest-api --rest-api-id {api} "
                "--patch-operations op=replace,path=/policy,value=\n"
                f"    aws apigateway create-deployment --rest-api-id {api} --stage-name v1\n"
                "Then run the same command again."
            )

    def rotate(self) -> str:
        """Replace the secret, or finish an interrupted replacement. Returns what was done. Raises StackFailed."""
        for stack in (self._service, self._delivery):
            stack.rest()
        sent, accepted = self.expected(), self.accepted()
        old = self.secrets.keep(sent)
        unfinished = len(accepted) == 2 and old in accepted
        new = accepted[0] if unfinished else self.secrets.keep(secrets.token_urlsafe(_BYTES))
        if not unfinished:
            self._accept(new, old)
        self._wait()
        if new != old:
            self._service.say(f"the distribution sends version {new}")
            # Returns when every edge location has it.
            apply(self._delivery, None, {SENT: self.secrets.read(new)}, _agreed)
            self._wait()  # for requests in transit
        self._accept(new)
        return f"The distribution sends version {new} of the secret, and the API accepts no other."

    def expected(self) -> str:
        """The secret that the distribution sends. Raises StackFailed if it sends none."""
        sent = self.sent()
        if self._delivery.deployed() is None:
            raise StackFailed(
                f"There is no stack {self._delivery.name}, so there is no secret. To create it with a firewall: "
                "python -m operate stack delivery deploy --set Firewall=Enabled"
            )
        if sent is None:
            raise StackFailed(
                f"{self._delivery.name} sends no secret. Set Firewall=Enabled first: "
                "python -m operate stack delivery update --set Firewall=Enabled"
            )
        return sent

    def _accept(self, *versions: str, agree: Agree | None = None) -> None:
        value = ",".join(versions)
        self._service.say(f"set {ACCEPTED}={value}")
        apply(self._service, None, {ACCEPTED: value}, agree or _agreed)

    def _wait(self) -> None:
        if self._settle:
            self._service.say(f"wait {self._settle:g} seconds for API Gateway")
            time.sleep(self._settle)


def _agreed() -> None:
    """Somebody has agreed to the whole already."""
