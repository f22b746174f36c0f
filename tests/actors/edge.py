"""The service behind its delivery stack on the emulator: put there by the command that puts it on AWS."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from dev.emulator import ACCESS_KEY, REGION, ROOT, SECRET_KEY, Emulator
from dev.stack import NAME, Stack
from operate.delivery import Delivery
from tests.actors.client import PATIENCE, Service
from tests.standins import delivery_gaps
from tests.standins.ports import free_port


class Edge(Service):
    """The service as its visitors see it: everything through the distribution's domain."""

    def __init__(self, deployed: Stack, project: Path):
        super().__init__(f"{deployed.endpoint}/", deployed)
        self.project = project
        self.domain = ""

    def command(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """python -m operate.delivery, in a copy of the project."""
        with self.started(*arguments, **environment) as process:
            try:
                output, error = process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
            return subprocess.CompletedProcess(process.args, process.returncode, output, error)

    def started(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        """The same, while it runs."""
        account = {
            "AWS_ENDPOINT_URL": self.deployed.endpoint,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": REGION,
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return subprocess.Popen(
            [sys.executable, "-m", "operate.delivery", "--pause", "0.1", *arguments],
            cwd=self.project,
            env={**inherited, **account, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def delivery(self) -> Delivery:
        return self.seen_from_where(lambda _: False)

    def seen_from_where(self, answers: Callable[[str], bool]) -> Delivery:
        """The delivery, where addresses of pages answer or do not."""
        return Delivery(lambda service, _: self.deployed.client(service), NAME, REGION, lambda _: None, 0.1, answers)

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


def copy_of_the_project(folder: Path) -> Path:
    for name in ("frontend", "operate", "stacks"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    template = folder / "stacks" / "delivery.yaml"
    template.write_text(delivery_gaps.template(template.read_text()))
    return folder


@contextmanager
def undelivered(folder: Path, origins: Iterable[str] = (), hosts: Iterable[str] = ()) -> Iterator[Edge]:
    """The service, and the command ready to be given. origins, hosts: that the emulator is to serve."""
    if shutil.which("node") is None:
        missing = "no node: the emulator runs the distribution's function in it"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    emulator = Emulator(free_port(), origins=origins, hosts=hosts)
    try:
        stack = Stack(emulator.url)
        stack.deploy()
        yield Edge(stack, copy_of_the_project(folder))
    finally:
        emulator.stop()


def deliver(edge: Edge) -> str:
    """Give the command, bridge the emulator's gaps; what the command has said."""
    answer = edge.command()
    assert answer.returncode == 0, answer.stdout + answer.stderr
    delivery_gaps.bridge(edge.deployed, edge.delivery)
    edge.domain = edge.delivery.edge.outputs()["DeliveryDomain"]
    return answer.stdout
