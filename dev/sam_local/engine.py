"""The Docker engine of this machine."""

import ipaddress
import json
import shutil
import subprocess
from dataclasses import dataclass


class NoEngine(Exception):
    """Containers cannot run here. The message says why, and what to do instead."""


@dataclass(frozen=True)
class Engine:
    """A Docker engine. architecture: Lambda's name for it. network: its containers' addresses, such as 172.17.0.0/16.

    gateway: this machine's address for containers.
    """

    architecture: str
    network: str
    gateway: str

    @classmethod
    def found(cls) -> "Engine":
        """Raises NoEngine."""
        instead = "`sam local` needs one; `make run` runs the whole service without."
        if shutil.which("docker") is None:
            raise NoEngine(f"There is no Docker on this machine: {instead}")
        try:
            machine = _docker("version", "--format", "{{.Server.Arch}}")
            bridge = json.loads(_docker("network", "inspect", "bridge", "--format", "{{json .IPAM.Config}}"))[0]
        except (subprocess.SubprocessError, OSError, ValueError, LookupError):
            raise NoEngine(f"No Docker engine responds on this machine: {instead}") from None
        # An engine that chose the network itself may not report its gateway: then it is the first address.
        network = str(bridge["Subnet"])
        gateway = bridge.get("Gateway") or str(ipaddress.ip_network(network)[1])
        return cls({"amd64": "x86_64"}.get(machine, machine), network, gateway)


def _docker(*arguments: str) -> str:
    answer = subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True, timeout=20)
    return answer.stdout.strip()
