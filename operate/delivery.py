"""The delivery stack, stacks/delivery.yaml: page, API and thumbnails behind CloudFront. Three steps:

1. Create or update the stack. With the firewall, the distribution gets a secret that it sends to the API.
2. Publish the page: only what has changed. With a stack sign_in, the page signs people in there.
3. Set the domain of the thumbnails in the service's stack, and let the distribution read them. If DNS is elsewhere, the
   domain has to respond first, because a release of the service follows a link of that domain. With the firewall, the
   API responds only to the distribution from then on.

Steps without changes do nothing, so after an error the command is simply repeated.
"""

import http.client
import urllib.error
import urllib.request
from collections.abc import Callable

from operate import door, provider, site
from operate.change_set import ChangeSet
from operate.door import Door
from operate.optional_stack import FOLDER, OptionalStack
from operate.service import Service
from operate.site import FRONTEND, Page
from operate.stack import StackFailed
from operate.terminal import Agree, say

TEMPLATE = FOLDER / "delivery.yaml"
_SIGN_IN, _ORIGINS = "SignIn", "SignInOrigins"
_LONGEST_ORIGINS = 100  # characters; MaxLength of AllowedOrigins in template.yaml


def answers(url: str) -> bool:
    """Whether something is served at the address, over TLS with a valid certificate for its name."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 (https, from the stack)
            return bool(answer.status == 200)
    except urllib.error.HTTPError as error:
        error.close()
        return False
    except (urllib.error.URLError, http.client.HTTPException, OSError):
        return False


class Delivery(OptionalStack):
    """The delivery stack of one service. answers: whether a page is served at an address."""

    def __init__(
        self,
        service: Service,
        name: str = "delivery",
        say: Callable[[str], None] = say,
        pause: float = 5,
        answers: Callable[[str], bool] = answers,
        settle: float | None = None,
    ):
        """settle: seconds to wait after a change of who may call the API; None is door.SETTLE pauses."""
        super().__init__(service, name, say, pause)
        self._answers = answers
        self.door = Door(self.parent, self.stack, door.SETTLE * pause if settle is None else settle)

    def deploy(self, settings: dict[str, str], agree: Agree, *, create: bool = True, dry_run: bool = False) -> str:
        """With what the firewall needs, and without it once it is disabled. Raises StackFailed."""
        if door.SENT in settings:
            raise StackFailed(f"{door.SENT} is created here. To replace it: python -m operate {door.COMMAND}")
        self.filled(settings)  # what is wrong is said before anything changes
        self.ready()
        firewall = settings.get("Firewall", self.stack.parameters().get("Firewall")) == "Enabled"
        secret = self.door.of_the_delivery(firewall=firewall)
        if not firewall and self.door.sent() and not dry_run:
            with ChangeSet(self.stack, self.path.read_text(), self.filled(settings | secret)):
                pass  # what CloudFormation refuses, it refuses before the API is opened
            self.door.open(agree)
        return super().deploy(settings | secret, agree, create=create, dry_run=dry_run)

    def filled(self, settings: dict[str, str]) -> dict[str, str]:
        """Also with where people sign in. Raises StackFailed if that is wrong."""
        if _ORIGINS in settings:
            raise StackFailed(f"{_ORIGINS} follows from {_SIGN_IN}; set that instead.")
        found = super().filled(settings)
        try:
            return found | self._sign_in(settings)
        except ValueError as error:
            raise StackFailed(str(error)) from error

    def _sign_in(self, settings: dict[str, str]) -> dict[str, str]:
        """The settings of the page's sign-in, or nothing if an earlier run has set one of your own."""
        if _SIGN_IN in settings:
            line = provider.resolved(settings[_SIGN_IN])
        elif not self.parent.parameters().get("Authorizer"):
            line = ""  # nobody has to sign in
        else:
            outputs = OptionalStack(self.service, "sign_in", self.say).stack.outputs()
            if "SignInUrl" not in outputs:
                return {}
            line = provider.of_cognito(outputs["SignInUrl"], outputs["SignInClient"])
        return {_SIGN_IN: line, _ORIGINS: " ".join(provider.origins_of(line))}

    def complete(self, agree: Agree, *, dry_run: bool = False) -> str:
        self.publish(agree, dry_run=dry_run)
        if not dry_run:
            self.door.remember()
        self.connect(agree, dry_run=dry_run)
        return f"Upload page: {self.url}"

    def publish(self, agree: Agree, *, dry_run: bool = False) -> str:
        """Update the page to the files of frontend/. Returns its address. Raises StackFailed without a stack."""
        outputs = self.stack.outputs()
        if not outputs:
            raise StackFailed(f"There is no stack {self.stack.name} in {self.region} yet: leave out --page-only.")
        self.say(f"page from {FRONTEND}")
        place = site.Site(
            outputs["SiteBucket"],
            outputs["DeliveryDistribution"],
            self.stack.client("s3"),
            self.stack.client("cloudfront"),
        )
        head = {provider.SIGN_IN: outputs.get(_SIGN_IN, "")}
        site.publish(Page(head=head), place, self.say, agree, dry_run)
        return f"Upload page: {self.url}"

    def told(self) -> dict[str, str]:
        """Sets the page's origin too, because the page uploads to the upload bucket, and the accepted secret.

        Raises StackFailed.
        """
        wanted, present = super().told() | self.door.of_the_service(), self.parent.parameters()
        origins = present.get("AllowedOrigins", "*").split(",")
        page = self.url.rstrip("/")
        if "*" not in origins and page not in origins:
            before = f"https://{present.get('DeliveryDomain')}"  # the page's previous address
            wanted["AllowedOrigins"] = ",".join([*(each for each in origins if each != before), page])
            if len(wanted["AllowedOrigins"]) > _LONGEST_ORIGINS:
                raise StackFailed(
                    f"AllowedOrigins would be {wanted['AllowedOrigins']}, which is longer than the {_LONGEST_ORIGINS} "
                    "characters that it may have. Remove an origin that is no longer needed from the service's stack."
                )
        return wanted

    def untold(self) -> dict[str, str]:
        """Removes the page's origin too, unless no other would remain, and opens the API."""
        present = self.parent.parameters()
        origins = present.get("AllowedOrigins", "*").split(",")
        page = self.stack.outputs().get("PageUrl", "").rstrip("/")  # "" if its first deployment did not end
        others = [each for each in origins if each != page]
        gone = {"AllowedOrigins": ",".join(others)} if others and others != origins else {}
        opened = {door.ACCEPTED: ""} if self.door.accepted() else {}
        return super().untold() | gone | opened

    def disconnect(self, back: dict[str, str], agree: Agree) -> None:
        """Also checks that the API is open. Raises StackFailed."""
        super().disconnect(back, agree)
        if self.door.sent():
            self.door.check_open()

    def remove(self, agree: Agree, *, dry_run: bool = False) -> str:
        """Also the secrets. Raises StackFailed."""
        done = super().remove(agree, dry_run=dry_run)
        if not dry_run:
            self.door.secrets.forget()
        return done

    def check(self, changed: dict[str, str]) -> None:
        """Raises StackFailed, without changes, if the owner of the domain has not pointed it here yet."""
        settings, outputs = self.stack.parameters(), self.stack.outputs()
        domain = settings.get("Domain")
        if "DeliveryDomain" not in changed or not domain or settings.get("HostedZoneId") or self._answers(self.url):
            return
        raise StackFailed(
            f"https://{domain}/ does not serve the page yet, so the service still uses its old links. At your "
            f"DNS provider, make {domain} a CNAME (or an alias) of {outputs['DistributionDomain']}. Then run the same "
            "command again."
        )

    @property
    def url(self) -> str:
        """The page's address."""
        return self.stack.outputs()["PageUrl"]
