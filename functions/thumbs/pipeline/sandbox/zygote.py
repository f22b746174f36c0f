"""The zygote: the process that forks the children. It has no secrets, and never sees a picture.

It obeys one command: end the current child, load the named modules, fork another. The command carries the connection
over which the new child talks to the parent; the answer says how the previous child ended, and in which phase.
"""

import gc
import json
import os
import signal
import socket
from typing import NoReturn

from thumbs.pipeline import phase, steps
from thumbs.pipeline.sandbox import confinement, wire
from thumbs.pipeline.sandbox.child import work

_MOST = 65536  # bytes of a command


def serve(control: int) -> NoReturn:
    """Runs until the parent closes the connection or ends. control: the descriptor of that connection.

    Garbage collection is off, because it would copy the pages that the children share with this process.
    """
    for caught in (signal.SIGINT, signal.SIGTERM):
        signal.signal(caught, signal.SIG_DFL)
    confinement.be_opaque()
    confinement.keep_freed_memory()
    phase.share()
    child = 0
    code = 1
    try:
        with socket.socket(fileno=control) as commands:
            while True:
                command, descriptors, _, _ = socket.recv_fds(commands, _MOST, 1)
                if not command:
                    break
                former, child = child, 0
                ended = _end(former)
                if needed := wire.needed_of(command):
                    steps.prepare(*needed)
                child = _fork(commands, descriptors[0])
                commands.sendall(json.dumps([child, *ended]).encode())
        code = 0
    finally:
        _end(child)
        os._exit(code)


def _fork(commands: socket.socket, connection: int) -> int:
    gc.freeze()
    phase.enter(phase.MAKING)  # the former child may have ended in another one
    mother = os.getpid()
    child = os.fork()
    if child == 0:
        commands.close()
        confinement.end_with(mother)
        work(socket.socket(fileno=connection))
    os.close(connection)
    return child


def _end(child: int) -> tuple[int, float, int]:
    """How it ended: its exit code, or a negative signal number; its seconds of processor time; and its phase."""
    if not child:
        return 0, 0.0, phase.MAKING
    os.kill(child, signal.SIGKILL)  # has no effect if it has already ended
    _, status, used = os.wait4(child, 0)
    return os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, phase.current()
