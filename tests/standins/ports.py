"""Ports on this machine: free ones for emulators, stand-ins and pages; and the processes that listen."""

import contextlib
import random
import socket
from ipaddress import ip_address
from pathlib import Path

# Below the ports that systems give to connections, and to those who ask for any port: one of them could be taken
# before its server starts.
_PORTS = range(20_000, 32_768)


def free_port() -> int:
    """A port of 127.0.0.1 for a server that will start soon, at random: other tests may run at the same time."""
    while True:
        port = random.choice(_PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def descendants(pid: int) -> list[int]:
    """The processes that this one has started, and their descendants, from Linux's tables."""
    processes = [int(folder.name) for folder in Path("/proc").glob("[0-9]*")]
    pairs = [(process, told[1]) for process in processes if (told := _state_and_parent(process))]
    found = [pid]
    for parent in found:
        found += [child for child, of in pairs if of == parent]
    return found[1:]


def is_running(pid: int) -> bool:
    """Whether there is such a process that has not ended, from Linux's tables."""
    found = _state_and_parent(pid)
    return found is not None and found[0] != "Z"


def _state_and_parent(pid: int) -> tuple[str, int] | None:
    """proc_pid_stat(5)."""
    try:
        line = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, parent, *_ = line.rpartition(")")[2].split()
    return state, int(parent)


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
