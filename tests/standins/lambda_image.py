"""The image in which functions run: AWS's own if it can be pulled, otherwise a stand-in built from Debian's packages.

The stand-in has everything that `sam local` relies on, in the same places as AWS's image: Python 3.13 in /var/lang/bin,
AWS's runtime interface client and boto3 in /var/runtime, layers in /opt, the function in /var/task. SAM adds its own
runtime interface emulator. It is not Amazon Linux, so it proves nothing about the system's libraries.
"""

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

PYTHON = "3.13"  # of template.yaml's Runtime; Debian 13 has it
SUITE = "trixie"
PUBLIC = f"public.ecr.aws/lambda/python:{PYTHON}"
PLATFORMS = {"x86_64": ("amd64", "x86_64"), "arm64": ("arm64", "aarch64")}  # as Debian and as wheels call them

BOOTSTRAP = f"""#!/bin/sh
exec /var/lang/bin/python{PYTHON} /var/runtime/bootstrap.py
"""
# `sam local -d` starts this file under the debugger.
BOOTSTRAP_PY = """import os
from awslambdaric.__main__ import main
main(["bootstrap", os.environ["_HANDLER"]])
"""
ENVIRONMENT = (
    "ENV PATH=/var/lang/bin:/usr/bin:/bin LANG=C.UTF-8 LAMBDA_TASK_ROOT=/var/task LAMBDA_RUNTIME_DIR=/var/runtime"
    " PYTHONPATH=/var/task:/opt/python:/var/runtime"
)


class NoImage(Exception):
    """The message says why there is none."""


def image(architecture: str) -> str | None:
    """The name of a stand-in, or None if AWS's image is available. Raises NoImage."""
    public = f"{PUBLIC}-{architecture}"
    stand_in = f"image-thumbnails/lambda-python:{architecture}-{_digest()}"
    if _succeeds("docker", "image", "inspect", public):
        return None
    if _succeeds("docker", "image", "inspect", stand_in):
        return stand_in
    if _succeeds("docker", "pull", "--quiet", public):
        return None
    try:
        build(stand_in, architecture)
    except (subprocess.CalledProcessError, OSError) as error:
        raise NoImage(f"{public} cannot be pulled, and a stand-in cannot be built: {error}") from error
    return stand_in


def build(name: str, architecture: str) -> None:
    """Takes about a minute, and needs root and the package debootstrap."""
    debian, wheels = PLATFORMS[architecture]
    with tempfile.TemporaryDirectory(prefix="lambda-image-") as folder:
        root = Path(folder) / "root"
        packages = "--include=python3,ca-certificates"
        _run("debootstrap", "--variant=minbase", f"--arch={debian}", packages, SUITE, str(root))
        runtime = root / "var" / "runtime"
        # The client's wheels are for older systems than boto3's, so any that runs there will do.
        platforms = [f"--platform={kind}_{wheels}" for kind in ("manylinux_2_28", "manylinux2014")]
        pip = (
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-compile",
            "--no-warn-conflicts",
            "--only-binary=:all:",
        )
        for_lambda = (f"--python-version={PYTHON}", "--implementation=cp", *platforms, "--target", str(runtime))
        _run(*pip, *for_lambda, "awslambdaric", "boto3")
        for place, content in (("bootstrap", BOOTSTRAP), ("bootstrap.py", BOOTSTRAP_PY)):
            (runtime / place).write_text(content)
            (runtime / place).chmod(0o755)
        for directory in ("var/task", "var/lang/bin", "opt"):
            (root / directory).mkdir(parents=True, exist_ok=True)
        (root / "var" / "lang" / "bin" / f"python{PYTHON}").symlink_to(f"/usr/bin/python{PYTHON}")
        leave_out = [
            f"--exclude=./{path}/*" for path in ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "proc")
        ]
        with subprocess.Popen(["tar", "-C", str(root), *leave_out, "-c", "."], stdout=subprocess.PIPE) as tar:
            command = ["docker", "import", "--change", ENVIRONMENT, "--change", "WORKDIR /var/task", "-", name]
            subprocess.run(command, check=True, stdin=tar.stdout, stdout=subprocess.DEVNULL)


def _digest() -> str:
    """Another recipe, another image."""
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _succeeds(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, timeout=300).returncode == 0
