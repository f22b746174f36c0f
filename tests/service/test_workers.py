"""The emulator's processes of functions: they start with bytecode, and share what is unpacked."""

import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from ministack.core import lambda_runtime

from dev import bytecode, stack, workers
from dev.emulator import REGION
from operate.package import zipped

HANDLER = b"""import os, sys
def handler(event, context):
    return [os.path.realpath(__file__), "botocore" in sys.modules]
"""
CHECKED = b"\3\0\0\0"  # the flags of a hash-based .pyc file that Python compares with its source (PEP 552)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """Calls a function with this package, in a process of its own, and returns its answer."""
    for name in ("_PYTHON_WORKER_SCRIPT", "zipfile"):
        monkeypatch.setattr(lambda_runtime, name, getattr(lambda_runtime, name))  # restored at the end
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    workers.lighten()
    started = []

    def answer(package: bytes) -> Any:
        arn = f"arn:aws:lambda:{REGION}:{'0' * 12}:function:one"
        configuration = {"Handler": "one.handler", "Runtime": "python3.13", "FunctionArn": arn}
        started.append(lambda_runtime.Worker("one", configuration, package))
        return started[-1].invoke({}, "request")["result"]

    yield answer
    processes = [worker._proc for worker in started]
    lambda_runtime.kill_workers(started)
    for worker, process in zip(started, processes, strict=True):
        worker._stderr_thread.join()
        with process:  # closes its pipes
            pass


def test_processes_share_a_package_and_load_no_botocore(answers: Any, tmp_path: Path) -> None:
    first, again, other = (answers(zipped({"one.py": text})) for text in (HANDLER, HANDLER, HANDLER + b"\n"))

    assert first == again
    assert first[0] != other[0]
    assert not first[1]
    assert [path.name for path in Path(first[0]).parent.iterdir()] == ["one.py"], "no process writes there"
    assert len([*tmp_path.joinpath("packages").iterdir()]) == 2


def test_an_emulator_that_starts_functions_differently_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lambda_runtime, "_PYTHON_WORKER_SCRIPT", "run()")

    with pytest.raises(RuntimeError, match="dev/workers"):
        workers.lighten()


def test_each_module_of_the_package_has_bytecode() -> None:
    with zipfile.ZipFile(io.BytesIO(stack.functions_package())) as package:
        names = {*package.namelist()}
        modules = {name for name in names if name.endswith(".py")}
        places = {str(bytecode.place(PurePosixPath(name))) for name in modules}
        assert {package.read(place)[4:8] for place in places} == {CHECKED}

    assert len(modules) > 100
    assert {name for name in names if name.endswith(".pyc")} == places
    assert "Makefile" not in names


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder that is packed instead of functions/."""
    folder = tmp_path / "functions"
    folder.mkdir()
    monkeypatch.setattr(stack, "FUNCTIONS", folder)
    monkeypatch.setattr(bytecode, "CACHE", tmp_path / "cache")
    return folder


def packed(into: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(stack.functions_package())) as package:
        package.extractall(into)
    return into


def said(folder: Path) -> str:
    program = f"import sys; sys.path[:0] = [{str(folder)!r}]; import one; print(one.word, one.__cached__)"
    return subprocess.run([sys.executable, "-IB", "-c", program], capture_output=True, text=True, check=True).stdout


def test_a_module_that_was_changed_after_packing_runs_as_changed(functions: Path, tmp_path: Path) -> None:
    """Also if neither its size nor its date shows it, which is all that Python usually compares."""
    (functions / "one.py").write_text("word = 'before'\n")
    unpacked = packed(tmp_path / "unpacked")
    module = unpacked / "one.py"
    state = module.stat()

    before = said(unpacked)
    module.write_text("word = 'behind'\n")
    os.utime(module, ns=(state.st_atime_ns, state.st_mtime_ns))

    assert (before.split()[0], said(unpacked).split()[0]) == ("before", "behind")


def test_a_module_that_cannot_be_compiled_is_packed_as_it_is(functions: Path, tmp_path: Path) -> None:
    """The function then fails with its SyntaxError, as on AWS."""
    (functions / "one.py").write_text("def handler(")

    assert [path.name for path in packed(tmp_path / "unpacked").iterdir()] == ["one.py"]
