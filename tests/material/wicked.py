"""Replaces a format's reader with a decoder that misbehaves as each file says, because real crashes are hard to
find."""

import ctypes
import os
import resource
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from PIL import Image

from thumbs import formats
from thumbs.pipeline.readers import Source

FORMAT = formats.Input("WICKED", "Wicked", b"WICKED", __name__, 1, (), ())

_PTRACE_SEIZE = 0x4206  # which, unlike PTRACE_ATTACH, does not stop the process that is traced


def file(action: str, *words: object) -> bytes:
    return "\n".join(("WICKED", action, *map(str, words))).encode()


def source(original: bytes) -> Source:
    _, action, *words = original.decode().split("\n")

    def load(_: tuple[int, int]) -> Image.Image:
        _ACTIONS[action](*words)
        return None if action == "mistake" else Image.new("RGB", (10, 10))  # type: ignore[return-value]

    return Source((10, 10), load)


def _hang() -> None:
    threading.Event().wait()


def _spin_elsewhere() -> None:
    threading.Thread(target=_spin, args=["3600"], daemon=True).start()
    _hang()


def _spin_on() -> None:
    """Uses as little processor time as possible, because a test has to wait."""
    signal.setitimer(signal.ITIMER_PROF, 0)
    while True:
        _spin("0.002")
        time.sleep(0.02)


def _spin_and_fail(seconds: str) -> None:
    _spin(seconds)
    raise ValueError("tired")


def _import() -> None:
    import colorsys  # noqa: F401  which nobody has imported


def _look(parent: str, theirs: str) -> None:
    raise ValueError(f"found {_found(int(parent), Path(theirs))}")


def _spin(seconds: str) -> None:
    until = time.process_time() + float(seconds)
    while time.process_time() < until:
        pass


def _say(what: str) -> None:
    """Writes to our parent, over the only connection, and then nothing more."""
    for descriptor in range(3, 64):
        with suppress(OSError):
            os.write(descriptor, bytes.fromhex(what))
    _hang()


def _found(parent: int, theirs: Path) -> list[str]:
    """Everything that this process can do and a decoder should not be able to."""
    libc = ctypes.CDLL(None, use_errno=True)

    def call(name: str, *arguments: int) -> None:
        if getattr(libc, name)(*arguments) < 0:
            raise OSError(ctypes.get_errno(), name)

    def fork() -> None:
        if os.fork() == 0:
            os._exit(0)

    attempts: dict[str, Callable[[], object]] = {
        "secrets in the environment": lambda: os.environ["AWS_SECRET_ACCESS_KEY"],
        "a file to read": lambda: os.open(__file__, os.O_RDONLY),
        "a file to write": lambda: theirs.write_bytes(b"x"),
        "a folder to list": lambda: os.scandir("/"),
        "a socket": lambda: socket.socket(),
        "a duplicate of a descriptor": lambda: os.dup(1),
        "a descriptor of our parent": lambda: [os.fstat(number) for number in range(5, 64)],
        "memory of our parent": lambda: os.open(f"/proc/{parent}/mem", os.O_RDWR),
        "environment of our parent": lambda: os.open(f"/proc/{parent}/environ", os.O_RDONLY),
        "ptrace of our parent": lambda: call("ptrace", _PTRACE_SEIZE, parent, 0, 0),
        "ptrace of the zygote": lambda: call("ptrace", _PTRACE_SEIZE, os.getppid(), 0, 0),
        "memory beyond the limit": lambda: resource.setrlimit(resource.RLIMIT_AS, (2**60, 2**60)),
        "descriptors beyond the limit": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (8, 8)),
        "a signal to our parent": lambda: os.kill(parent, 0),
        "a file to delete": lambda: (theirs.parent / "ours").unlink(),
        "another process": fork,
    }
    found = []
    for name, attempt in attempts.items():
        try:
            attempt()
        except (OSError, ValueError, KeyError):
            continue
        found.append(name)
    return found


_ACTIONS: dict[str, Callable[..., object]] = {
    "crash": lambda: ctypes.string_at(0),
    "die": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "exit": lambda code: os._exit(int(code)),
    "hang": _hang,
    "nap": lambda seconds: time.sleep(float(seconds)),
    "work": _spin,
    "spin": _spin_and_fail,
    "spin elsewhere": _spin_elsewhere,
    "spin on": _spin_on,
    "say": _say,
    "devour": lambda: bytearray(2**40),
    "run": lambda: os.execv("/bin/true", ["true"]),
    "import": _import,
    "mistake": lambda: None,
    "look": _look,
}
