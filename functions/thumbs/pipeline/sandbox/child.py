"""A child: converts the pictures that it receives, one after the other."""

import json
import os
import socket
import traceback
from collections.abc import Sequence
from itertools import count
from typing import Any, NoReturn

from thumbs.errors import Reason, Rejected
from thumbs.pipeline import steps
from thumbs.pipeline.sandbox import wire
from thumbs.pipeline.sandbox.confinement import Confinement, kept_in_heap

_MOST = 2**32  # bytes of a job; the parent is trusted


def work(connection: socket.socket) -> NoReturn:
    """Runs until the parent closes the connection or ends. Exits without running the zygote's atexit handlers."""
    code = 1
    try:
        confinement = Confinement(connection.fileno())
        for number in count(1):
            job = wire.job_of(wire.receive(connection, number, _MOST))
            with kept_in_heap():
                original = [wire.receive(connection, number, _MOST)]
            confinement.apply(job.limits)
            # From here on the process has only memory and this connection, so the picture may be read.
            wire.send(connection, number, [json.dumps(confinement.enforced).encode()])
            wire.send(connection, number, _answer(job, original))
            confinement.rest()
        code = 0
    finally:
        os._exit(code)


def _answer(job: wire.Job, original: list[bytes]) -> Sequence[bytes]:
    """original: is emptied, so that the steps can free it."""
    header: dict[str, Any]
    contents: list[bytes] = []
    try:
        conversion = steps.convert(original.pop(), job.accepted, job.wanted, job.limits)
        contents = [thumbnail.content for thumbnail in conversion.thumbnails]
        header = {
            "original": conversion.original,
            "thumbnails": [[made.size, made.width, made.height, len(made.content)] for made in conversion.thumbnails],
            "placeholder": conversion.placeholder,
            "metadata": conversion.metadata,
            "kept": conversion.kept,
            "animation": conversion.animation,
            "frames": [made.frames for made in conversion.thumbnails],
        }
    except Rejected as refusal:
        header = {"rejected": [refusal.reason, refusal.detail[:500], refusal.original, refusal.facts]}
    except MemoryError:
        header = {"rejected": [Reason.TOO_COMPLEX, "out of memory", None, {}]}
    except Exception:
        header = {"raised": traceback.format_exc()[-10_000:]}
    encoded = json.dumps(header).encode()
    return [len(encoded).to_bytes(wire.HEADER, "big"), encoded, *contents]
