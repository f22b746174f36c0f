"""`python -m MODULE` without importing boto3 and reading AWS's models each time, which is most of a command's CPU time.

A server has done that (tests/actors/warm.py), and each command is a fork of it. It imports the project's modules
itself, from its folder first. A test that interrupts a command, or that is about its interpreter, starts it as usual.
"""

import multiprocessing
import os
import runpy
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from multiprocessing.context import ForkServerContext
from pathlib import Path
from subprocess import CompletedProcess

import pytest

PATIENCE = 180  # seconds


def run(
    module: str, *arguments: str, cwd: Path, env: Mapping[str, str], stdin: str = os.devnull
) -> "CompletedProcess[str]":
    """Like subprocess.run with text. stdin: the path of a file or terminal.

    Raises TimeoutError.
    """
    with tempfile.TemporaryDirectory() as folder:
        output, error = Path(folder, "stdout"), Path(folder, "stderr")
        command = (module, arguments, str(cwd), dict(env), (stdin, str(output), str(error)))
        process = _server().Process(target=_become, args=command, daemon=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.syspath_prepend(cwd)  # a fork gets this process's path
            process.start()
        process.join(PATIENCE)
        if (status := process.exitcode) is None:
            process.kill()
            process.join()
            raise TimeoutError(f"{module} {arguments} takes longer than {PATIENCE} seconds: {error.read_text()}")
        process.close()
        return CompletedProcess([module, *arguments], status, output.read_text(), error.read_text())


@cache
def _server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.actors.warm"])
    return context


def _become(module: str, arguments: tuple[str, ...], folder: str, env: dict[str, str], files: tuple[str, ...]) -> None:
    """This process becomes the command. files: of its standard input, output and error."""
    for number, file in enumerate(files):
        opened = os.open(file, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 (multiprocessing has replaced it)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    sys.argv[1:] = arguments
    runpy.run_module(module, run_name="__main__", alter_sys=True)
