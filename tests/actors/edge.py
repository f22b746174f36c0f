"""The service behind its delivery stack on the emulator, deployed with the same command as on AWS."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

import operate.service
from dev.emulator import ACCESS_KEY, REGION, ROOT, SECRET_KEY, Emulator
from dev.stack import NAME, Stack
from operate.change_set import apply
from operate.delivery import Delivery
from tests.actors import commands, needed
from tests.actors.client import PATIENCE, Service
from tests.material import pictures
from tests.standins import delivery_gaps
from tests.standins.ports import free_port

PAUSE = ("--pause", "0.05")
JOB = "{:032x}"


class Edge(Service):
    """The service as seen by its visitors: everything through the distribution's domain."""

    def __init__(self, deployed: Stack, project: Path):
        super().__init__(f"{deployed.endpoint}/", deployed)
        self.project = project
        self.domain = ""

    def command(self, *arguments: str, action: str = "deploy", **environment: str) -> subprocess.CompletedProcess[str]:
        """python -m operate stack delivery deploy, in a copy of the project."""
        command = ("stack", "delivery", action, *PAUSE, "--yes", *arguments)
        return commands.run("operate", *command, cwd=self.project, env=self._environment | environment)

    def started(self, *arguments: str, action: str = "deploy", **environment: str) -> "subprocess.Popen[str]":
        """The same, asynchronously, and as a process that can be interrupted."""
        return subprocess.Popen(
            [sys.executable, "-m", "operate", "stack", "delivery", action, *PAUSE, *arguments],
            cwd=self.project,
            env=self._environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def _environment(self) -> dict[str, str]:
        account = {
            "AWS_ENDPOINT_URL": self.deployed.endpoint,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": REGION,
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return inherited | account

    @property
    def delivery(self) -> Delivery:
        return self.seen_from_where(lambda _: False)

    def seen_from_where(self, answers: Callable[[str], bool]) -> Delivery:
        """The delivery, with addresses of pages that respond or do not."""
        service = operate.service.Service(NAME, REGION, lambda aws, _: self.deployed.client(aws))
        return Delivery(service, say=lambda _: None, pause=0.1, answers=answers, settle=0)

    def set_of_the_service(self, **parameters: str) -> None:
        """Change parameters of the service's stack, as its owner may."""
        apply(self.delivery.parent, None, parameters, lambda: None)

    def request(self, method: str, path: str, **headers: str) -> requests.Response:
        """path: of the distribution, or an address in its domain."""
        address = urlsplit(path)
        if address.netloc:
            assert (address.scheme, address.netloc) == ("https", self.domain)
        url = self.page_url + address.path.removeprefix("/")
        sent = {"Host": self.domain} | headers
        return requests.request(method, url, headers=sent, timeout=PATIENCE, allow_redirects=False)

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.request("GET", path, **headers)

    def ask(self, body: Any, **headers: str) -> requests.Response:
        return super().ask(body, **{"Host": self.domain} | headers)


def copy_of_the_project(folder: Path, api: str | None = None) -> Path:
    """api: the address at which the distribution finds the API, see delivery_gaps.template."""
    for name in ("frontend", "operate", "stacks"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "template.yaml", folder)
    template = folder / "stacks" / "delivery.yaml"
    template.write_text(delivery_gaps.template(template.read_text(), api))
    return folder


@contextmanager
def undelivered(
    folder: Path,
    origins: Iterable[str] = (),
    hosts: Iterable[str] = (),
    parameters: dict[str, str] | None = None,
    bridged: bool = True,
) -> Iterator[Edge]:
    """The service, and the command, ready to run.

    origins, hosts: that the emulator serves. parameters: of the service. bridged: see delivery_gaps.
    """
    needed.program("node", "the emulator runs the distribution's function in it")
    emulator = Emulator(free_port(), origins=origins, hosts=hosts)
    try:
        stack = Stack(emulator.url, parameters)
        stack.deploy()
        yield Edge(stack, copy_of_the_project(folder, stack.api_url if bridged else None))
    finally:
        emulator.stop()


def deliver(edge: Edge) -> str:
    """Run the command, bridge the emulator's gaps; returns the command's output."""
    answer = edge.command()
    assert answer.returncode == 0, answer.stdout + answer.stderr
    delivery_gaps.bridge(edge.deployed, edge.delivery)
    edge.domain = edge.delivery.stack.outputs()["DeliveryDomain"]
    return answer.stdout


def done(edge: Edge) -> dict[str, str]:
    """The addresses of the thumbnails of an uploaded picture, by size."""
    manifest = edge.convert(pictures.jpeg())
    assert manifest["status"] == "done"
    return {thumbnail["size"]: thumbnail["url"] for thumbnail in manifest["thumbnails"]}


def invalidations(edge: Edge) -> list[list[str]]:
    """The paths of all requests so far, the newest last."""
    cloudfront = edge.deployed.client("cloudfront")
    place = {"DistributionId": edge.delivery.stack.outputs()["DeliveryDistribution"]}
    listing = cloudfront.list_invalidations(**place)["InvalidationList"].get("Items", ())
    found = [cloudfront.get_invalidation(**place, Id=item["Id"])["Invalidation"] for item in listing]
    found.sort(key=lambda each: each["CreateTime"])
    return [each["InvalidationBatch"]["Paths"]["Items"] for each in found]
