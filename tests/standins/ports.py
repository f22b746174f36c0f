"""Ports on this machine: free ones for emulators, stand-ins and pages; and the processes that listen."""

import socket
import subprocess
from ipaddress import ip_address
from pathlib import Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def descendants(pid: int) -> list[int]:
    """The processes that this one has started, and their descendants, from the kernel's table."""
    lines = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in lines.splitlines()]
    found = [pid]
    for parent in found:
        found += [child for child, of in pairs if of == parent]
    return found[1:]


def listening(pids: list[int]) -> set[tuple[str, int]]:
    """The ports on which these processes listen, from Linux's tables."""
    inodes = {str(file.readlink()) for pid in pids for file in Path(f"/proc/{pid}/fd").iterdir() if file.is_symlink()}
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pids[0]}/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state, *_, inode = line.split()[:10]
            if state == "0A" and f"socket:[{inode}]" in inodes:
                address, port = local.split(":")
                found.add((str(ip_address(bytes.fromhex(address)[::-1])), int(port, 16)))
    return found
