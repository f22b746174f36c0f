"""The reader of a format whose decoder goes wrong, as each file says: real crashes are hard to come by."""

import os
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path

from PIL import Image

from thumbs import formats
from thumbs.pipeline.readers import Source

FORMAT = formats.Input("WICKED", "Wicked", b"WICKED", __name__, 1, (), ())


def file(action: str, *words: object) -> bytes:
    return "\n".join(("WICKED", action, *map(str, words))).encode()


def source(original: bytes) -> Source:
    _, action, *words = original.decode().split("\n")

    def load(_: tuple[int, int]) -> Image.Image:
        match action:
            case "crash":
                os.kill(os.getpid(), signal.SIGSEGV)
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "hang":
                time.sleep(3600)
            case "say":
                _say(bytes.fromhex(words[0]))
            case "devour":
                bytearray(2**40)
            case "look":  # into the connection, and for a place to leave a file
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                if not _refused(lambda: os.fstat(int(words[0]))) or not _refused(
                    lambda: Path(words[1]).write_bytes(b"x")
                ):
                    return Image.new("RGB", (1, 1))
        return Image.new("RGB", (10, 10)) if action == "look" else None  # type: ignore[return-value]  # a mistake of ours

    return Source((10, 10), load)


def _say(what: bytes) -> None:
    """To our parent, over the one connection that there is, and then no more. Without a word, this process ends."""
    if not what:
        os._exit(0)
    for descriptor in range(3, 4096):
        with suppress(OSError):
            socket.socket(fileno=descriptor).sendall(what)
    time.sleep(3600)


def _refused(attempt: object) -> bool:
    try:
        attempt()  # type: ignore[operator]
    except OSError:
        return True
    return False
