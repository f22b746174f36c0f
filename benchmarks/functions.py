"""The functions as on Lambda: in a separate process, with only their code, their layers and the runtime's boto3 on the
path, in any state of compilation."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Any

from benchmarks.inputs import CACHE
from thumbs.jobs import keys, notices
from thumbs.jobs.notices import Upload

_HERE = Path(__file__).resolve().parent
_FUNCTIONS = _HERE.parent / "functions"
_PEERS = ("cffi=", "numpy=", "opencv-", "pycparser=", "pyvips=", "pyyaml=")
_RUNTIME = "3.13"  # of Globals.Function.Runtime in template.yaml

JOB = "0123456789abcdef0123456789abcdef"
# Credentials for the emulator too; nothing here reaches AWS.
_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_SESSION_TOKEN": "made-up"}
_REGION = "eu-west-1"

SIGN_EVENT: dict[str, Any] = {
    "httpMethod": "POST",
    "resource": "/uploads",
    "path": "/uploads",
    "headers": {"Content-Type": "application/json"},
    "multiValueHeaders": {},
    "requestContext": {"requestId": "1", "stage": "v1"},
    "isBase64Encoded": False,
    "body": json.dumps({"files": [{"name": "IMG_2041.HEIC", "type": "image/heic", "size": 2_345_678}]}),
}
GET_EVENT: dict[str, Any] = {
    "httpMethod": "GET",
    "resource": "/uploads/{job}",
    "path": f"/uploads/{JOB}",
    "pathParameters": {"job": JOB},
    "headers": {},
    "requestContext": {},
}
CONVERT_EVENT = notices.event([Upload("made-up-uploads", keys.original(JOB), JOB, etag="1", time=datetime.now(UTC))])


@dataclass(frozen=True)
class Measured:
    """cpu, wall: seconds of the import and the first invocation, above a bare interpreter. warm: CPU seconds of a later
    invocation. peak: bytes, of the whole process and its children. answer: of the first invocation."""

    cpu: float
    wall: float
    warm: float | None
    peak: int
    answer: Any


@cache
def interpreter() -> str:
    """The runtime's version of Python if it works on this machine, otherwise this one."""
    found = which(f"python{_RUNTIME}")
    works = found and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0
    return found if found and works else sys.executable


@cache
def python_version() -> str:
    return subprocess.run(
        [interpreter(), "-c", "import platform; print(platform.python_version())"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


@cache
def packages() -> Path:
    """The layers' packages and boto3, installed for that interpreter, without bytecode."""
    lock = _without_the_peers((_HERE / "requirements.txt").read_text())
    modules = _compiled_modules()
    minor = ".".join(python_version().split(".")[:2])
    contents = ["\n".join([minor, lock]).encode(), *(module.read_bytes() for module in modules)]
    digest = hashlib.sha256(b"".join(contents)).hexdigest()[:12]
    folder = CACHE / "packages" / digest
    if not folder.exists():
        unfinished = folder.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        pip = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "-qq",
            "--disable-pip-version-check",
            "--no-compile",
            "--no-deps",
        ]
        options = ["--require-hashes", "--only-binary=:all:", "--python-version", minor, "--target", str(unfinished)]
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write(lock)
            file.flush()
            subprocess.run([*pip, *options, "--requirement", file.name], check=True)
        for module in modules:
            shutil.copy(module, unfinished)
        unfinished.rename(folder)
    return folder


def _compiled_modules() -> list[Path]:
    """The modules of ours that the layer has in addition, for any Python of this machine."""
    return [_compiled(source) for source in sorted((_HERE.parent / "layers" / "imaging").glob("*.zig"))]


def _compiled(source: Path) -> Path:
    found = find_spec(f"_{source.stem}")
    if found is None or found.origin is None:
        raise RuntimeError(f"{source} is not compiled here: run `make bench`")
    return Path(found.origin)


def _without_the_peers(lock: str) -> str:
    """The functions' dependencies on AWS, from the benchmarks' lock file: the layers' packages, and the runtime's
    boto3."""
    packages = re.findall(r"^[^ #\n].*(?:\n .*)*\n", lock, re.MULTILINE)
    return "".join(package for package in packages if not package.startswith(_PEERS))


def built() -> tuple[Path, Path]:
    """The functions and their packages as on Lambda: functions/Makefile and layers/Makefile compile both, if the
    functions' Python is on the machine that builds; the runtime's own boto3 is compiled."""
    return compiled(functions_folder()), compiled(packages())


def compiled(folder: Path) -> Path:
    """A copy with bytecode that Python trusts without checking the source, as the Makefiles make it."""
    copy = CACHE / "compiled" / python_version() / folder.name
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run(
        [interpreter(), "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", str(copy)],
        check=True,
        env={},
    )
    return copy


def plain(folder: Path) -> Path:
    """A copy without bytecode."""
    copy = CACHE / "plain" / folder.name
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def functions_folder() -> Path:
    return _FUNCTIONS


def naive_folder() -> Path:
    return _HERE / "naive"


def invoke(
    module: str,
    event: Mapping[str, Any],
    path: Iterable[Path],
    variables: Mapping[str, str],
    storage: str = "",
    times: int = 0,
    first: str = "",
) -> Measured:
    """Runs a function in a fresh process. storage: address of its S3. times: how many later invocations are measured as
    well. first: code that runs before the function is imported, and is measured with it.

    Raises RuntimeError with its output if it fails.
    """
    environment = {
        **variables,
        **_CREDENTIALS,
        "AWS_REGION": _REGION,
        "AWS_DEFAULT_REGION": _REGION,
        "AWS_LAMBDA_FUNCTION_NAME": module,
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONPATH": ":".join(map(str, path)),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    if storage:
        environment["AWS_ENDPOINT_URL"] = storage
    # -S: without this environment's own packages.
    command = [interpreter(), "-S", str(_HERE / "invocation.py"), module, str(times), first]
    done = subprocess.run(
        command, input=json.dumps(event), capture_output=True, text=True, env=environment, cwd="/", check=False
    )
    if done.returncode:
        raise RuntimeError(f"{module} failed:\n{done.stderr}")
    said = json.loads(done.stdout)
    return Measured(said["first"]["cpu"], said["first"]["wall"], said["warm"], said["peak"], said["answer"])
