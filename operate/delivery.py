"""python -m operate.delivery: put the page and the thumbnails of a deployed service behind CloudFront.

Everything is done through AWS's API with the credentials that every AWS tool finds, and nothing is asked:

1. The stack of stacks/delivery.yaml is created or updated, with the outputs of the service's stack.
2. The page is published: what has changed, and nothing else.
3. The service's stack is told the domain of its thumbnails, and lets the distribution read them. Where DNS is
   elsewhere, the domain has to answer first: a release of the service follows a link of that domain.

Each step does nothing when there is nothing to do, so that after an error the command is simply given again.
"""

import argparse
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from operate import site
from operate.change_set import Deployment, DeploymentFailed, Say
from operate.site import FRONTEND, Page
from operate.terminal import parameters, say

TEMPLATE = FRONTEND.parent / "stacks" / "delivery.yaml"
EDGE_REGION = "us-east-1"  # where CloudFront looks for certificates, firewalls and log deliveries
SERVICE_OUTPUTS = ("ApiUrl", "UploadBucket", "ThumbnailBucket")
_LONGEST_ORIGINS = 100  # characters; MaxLength of AllowedOrigins in template.yaml
_LONGEST_NAME = 128  # characters of a stack's name (CloudFormation, CreateStack)


def answers(url: str) -> bool:
    """Whether something is served at the address, over TLS with a certificate that is good for its name."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 (https, from the stack)
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


class Delivery:
    """The delivery stack of one service. client: makes a boto3 client for (service, region)."""

    def __init__(
        self,
        client: Callable[[str, str], Any],
        stack: str,
        region: str,
        say: Say,
        pause: float = 5,
        answers: Callable[[str], bool] = answers,
    ):
        """stack: the service's, in region. answers: whether a page is served at an address.

        Raises DeploymentFailed when the stack is not there.
        """
        self._client, self._region, self._say, self._answers = client, region, say, answers
        if len(f"{stack}-delivery") > _LONGEST_NAME:
            longest = _LONGEST_NAME - len("-delivery")
            raise DeploymentFailed(
                f"The delivery stack would be called {stack}-delivery, which is longer than the {_LONGEST_NAME} "
                "characters that CloudFormation allows. Give the service's stack a name of at most "
                f"{longest} characters."
            )
        self.service = Deployment(client("cloudformation", region), stack, say, pause)
        self.edge = Deployment(client("cloudformation", EDGE_REGION), f"{stack}-delivery", say, pause)
        missing = [name for name in SERVICE_OUTPUTS if name not in self.service.outputs()]
        if missing:
            raise DeploymentFailed(
                f"There is no stack {stack} with the outputs {', '.join(missing)} in {region}. Deploy the service "
                "first (make deploy), or name its stack with --stack-name and its region with --region."
            )

    def deploy(self, settings: dict[str, str], template: str, dry_run: bool = False) -> bool:
        """Create or update the stack; whether anything changed. settings: parameters of stacks/delivery.yaml."""
        outputs = self.service.outputs()
        parameters = {name: outputs[name] for name in SERVICE_OUTPUTS} | {"ServiceRegion": self._region} | settings
        return self.edge.apply(template, parameters, dry_run)

    def publish(self, files: Page, dry_run: bool = False) -> site.Plan:
        outputs = self.edge.outputs()
        place = site.Site(
            outputs["SiteBucket"],
            outputs["DeliveryDistribution"],
            self._client("s3", EDGE_REGION),
            self._client("cloudfront", EDGE_REGION),
        )
        return site.publish(files, place, self._say, dry_run)

    def connect(self, dry_run: bool = False) -> bool:
        """Tell the service's stack about this one; whether it had to be told."""
        wanted = self._wanted()
        present = self.service.parameters()
        unknown = [name for name in wanted if name not in present]
        if unknown:
            raise DeploymentFailed(
                f"{self.service.name} has no parameter {', '.join(unknown)}: deploy its present version first."
            )
        changed = {name: value for name, value in wanted.items() if present[name] != value}
        if "DeliveryDomain" in changed and not dry_run:
            self._expect_an_answer()
        for name, value in changed.items():
            self._say(f"set {name}={value}")
        return bool(changed) and self.service.apply(None, changed, dry_run)

    def _expect_an_answer(self) -> None:
        """Raises DeploymentFailed, with nothing changed, when the owner of the domain has not pointed it here yet."""
        settings, outputs = self.edge.parameters(), self.edge.outputs()
        domain = settings.get("Domain")
        if not domain or settings.get("HostedZoneId") or self._answers(self.url):
            return
        raise DeploymentFailed(
            f"https://{domain}/ does not answer with the page yet, so the service still uses its old links. At your "
            f"DNS provider, make {domain} a CNAME (or an alias) of {outputs['DistributionDomain']}. Then give the "
            "same command again."
        )

    def _wanted(self) -> dict[str, str]:
        """What the service's parameters have to be."""
        outputs = self.edge.outputs()
        wanted = {name: outputs[name] for name in ("DeliveryDomain", "DeliveryDistribution")}
        present = self.service.parameters()
        origins = present.get("AllowedOrigins", "*").split(",")
        page_origin = outputs["PageUrl"].rstrip("/")
        if "*" not in origins and page_origin not in origins:  # the page sends pictures to the upload bucket
            before = f"https://{present.get('DeliveryDomain')}"  # where the page was until now
            wanted["AllowedOrigins"] = ",".join([*(each for each in origins if each != before), page_origin])
            if len(wanted["AllowedOrigins"]) > _LONGEST_ORIGINS:
                raise DeploymentFailed(
                    f"AllowedOrigins would be {wanted['AllowedOrigins']}, which is longer than the {_LONGEST_ORIGINS} "
                    "characters that it may have. Remove an origin that is no longer needed from the service's stack."
                )
        return wanted

    @property
    def url(self) -> str:
        """Of the page."""
        return self.edge.outputs()["PageUrl"]


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    try:
        session = boto3.Session(region_name=options.region)
        if session.region_name is None:
            print("Which region is the service in? Name it with --region, or in AWS_REGION.", file=sys.stderr)
            return 2

        def client(service: str, region: str) -> Any:
            return session.client(service, region_name=region)

        delivery = Delivery(client, options.stack_name, session.region_name, say, options.pause)
        _run(delivery, dict(options.set), options.page_only, options.dry_run)
    except DeploymentFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    except ClientError as error:
        print(f"AWS refuses {error.operation_name}: {error.response['Error'].get('Message', error)}", file=sys.stderr)
        return 1
    except BotoCoreError as error:  # no credentials, no connection, no such profile
        print(f"AWS cannot be asked: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. CloudFormation finishes what it has begun; give the command again then.", file=sys.stderr)
        return 130
    return 0


def _run(delivery: Delivery, settings: dict[str, str], page_only: bool, dry_run: bool) -> None:
    if not page_only:
        say(f"stack {delivery.edge.name} in {EDGE_REGION}")
        if not delivery.deploy(settings, TEMPLATE.read_text(), dry_run):
            say("nothing to change")
    if delivery.edge.stack() is None:
        if page_only:
            raise DeploymentFailed(
                f"There is no stack {delivery.edge.name} in {EDGE_REGION} yet: leave out --page-only."
            )
        say("the page would be published next, and the service's stack be told")
        return
    say(f"page from {FRONTEND}")
    delivery.publish(Page(), dry_run)
    if not page_only:
        say(f"stack {delivery.service.name}")
        if not delivery.connect(dry_run):
            say("nothing to change")
    print(f"Upload page: {delivery.url}", flush=True)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m operate.delivery",
        description="Put the upload page and the thumbnails of a deployed service behind CloudFront.",
        epilog="Credentials are found as by every AWS tool: AWS_PROFILE, AWS_ACCESS_KEY_ID, and so on. "
        "docs/delivery.md has the parameters.",
    )
    parser.add_argument("--stack-name", default="image-thumbnails", help="the service's stack (image-thumbnails)")
    parser.add_argument(
        "--region",
        default=os.environ.get("AWS_REGION") or None,  # which boto3 does not read, unlike other SDKs
        help="of the service's stack (AWS_REGION, AWS_DEFAULT_REGION, or the profile's)",
    )
    parameters(parser, "stacks/delivery.yaml, such as Firewall=Enabled, kept for the next time")
    parser.add_argument("--page-only", action="store_true", help="publish the page, and leave the stacks alone")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    parser.add_argument("--pause", type=float, default=5, metavar="SECONDS", help="between two looks at a stack (5)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
