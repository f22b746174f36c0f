"""The pipeline's tests on an emulated arm64 processor: `python -m tests.arm64 [ARGUMENTS OF PYTEST]`.

QEMU translates the programs of a small Debian for arm64: its Python, and the wheels of the imaging layer. Nothing is
installed on this machine, and neither root nor Docker is needed. .cache/arm64 keeps what was downloaded.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from operate.package import PLATFORMS, PYTHON

ROOT = Path(__file__).parent.parent
CACHE = ROOT / ".cache" / "arm64"
SUITE = "trixie"  # Debian 13, whose Python is that of the functions
MIRROR = os.environ.get("MIRROR", "http://deb.debian.org/debian")
PROCESSOR = "neoverse-n1"  # the core of Graviton2, which Lambda's arm64 runs on
TOOLS = {"qemu-aarch64-static": "qemu-user-static", "debootstrap": "debootstrap", "dpkg-deb": "dpkg"}
LOCKS = (ROOT / "layers/imaging/requirements.txt", ROOT / "tests/requirements.txt")
COMPILED = (ROOT / "layers/Makefile", ROOT / "layers/compiler.txt", *sorted(ROOT.glob("layers/imaging/**/*.zig")))
PYTEST = ("iniconfig", "packaging", "pluggy", "pygments", "pytest")  # all that the tests import, apart from the layer
TESTS = ROOT / "tests/unit/pipeline"
# These tests fail or take minutes under QEMU. It ignores a child's seccomp filter and memory limit. It adds a thread to
# every process, so tests that count threads fail. Tests that start many processes take minutes.
LEFT_OUT = (
    "tests/unit/pipeline/sandbox/test_faults.py",
    "tests/unit/pipeline/sandbox/test_processes.py",
    "tests/unit/pipeline/sandbox/test_walls.py",
    "tests/unit/pipeline/test_hostile.py::test_running_out_of_memory_is_a_rejection",
    "tests/unit/pipeline/test_outputs.py::test_an_encoder_without_memory_is_no_bug_that_a_retry_helps",
    "tests/unit/pipeline/test_rows.py::test_a_large_picture_is_never_whole_in_memory",
)


def main(arguments: list[str]) -> int:
    missing = {package for tool, package in TOOLS.items() if shutil.which(tool, path=_path()) is None}
    if missing:
        print(f"make test-arm64 needs more tools: apt install {' '.join(sorted(missing))}", file=sys.stderr)  # noqa: T201
        return 1
    try:
        system = _kept("system", f"{SUITE} {MIRROR}", _unpack)
        recipe = PYTHON + "".join(path.read_text() for path in (*LOCKS, *COMPILED))
        packages = _kept("packages", recipe, _install)
    except subprocess.CalledProcessError as error:
        print(f"{error.cmd[0]} failed; see its output above", file=sys.stderr)  # noqa: T201
        return 1
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, (packages, ROOT / "functions", ROOT))),
        "PYTHONPYCACHEPREFIX": str(CACHE / "pycache"),
    }
    # Above TESTS, conftest.py would import boto3 and the emulator of AWS.
    options = [f"--confcutdir={TESTS}", *(f"--deselect={test}" for test in LEFT_OUT), "--durations=5"]
    chosen = arguments or [str(TESTS)]
    return subprocess.run([_python(system), "-m", "pytest", *options, *chosen], cwd=ROOT, env=environment).returncode


def _path() -> str:
    return f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"  # Debian's debootstrap is where only root looks


def _kept(name: str, recipe: str, make: Callable[[Path], None]) -> Path:
    """The folder that `make` fills, made again after a change of its recipe."""
    made = CACHE / f"{name}-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}"
    if not made.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        for former in CACHE.glob(f"{name}-*"):
            shutil.rmtree(former)
        with tempfile.TemporaryDirectory(dir=CACHE) as folder:
            make(Path(folder) / name)
            (Path(folder) / name).rename(made)
    return made


def _unpack(system: Path) -> None:
    """Debian's files. Its scripts, which need root, are not run."""
    downloaded = system.with_name("downloaded")
    print(f"downloading Debian {SUITE} for arm64 (once, 45 MB)", flush=True)  # noqa: T201
    options = ["--download-only", "--arch=arm64", "--variant=minbase", "--include=python3"]
    _run("debootstrap", *options, SUITE, str(downloaded), MIRROR)
    # Debian's /bin and /lib are links into /usr, which the packages rely on.
    for name in ("bin", "lib", "sbin"):
        (system / "usr" / name).mkdir(parents=True)
        (system / name).symlink_to(f"usr/{name}")
    for package in sorted((downloaded / "var/cache/apt/archives").glob("*.deb")):
        # dpkg-deb would replace the links by folders.
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE) as content:
            _run("tar", "-C", str(system), "--keep-directory-symlink", "--no-same-owner", "-x", stdin=content.stdout)


def _install(packages: Path) -> None:
    """The layer's wheels and modules as `sam build` makes them, and pytest, by the hashes of the lock files."""
    print("installing the imaging layer and pytest for arm64 (once, 40 MB)", flush=True)  # noqa: T201
    layer, tests = (lock.read_text() for lock in LOCKS)
    entries = re.findall(r"^[a-z].*(?:\n    .*)*\n", tests, re.MULTILINE)
    lock = packages.with_name("requirements.txt")
    lock.write_text(layer + "".join(entry for entry in entries if entry.partition("==")[0] in PYTEST))
    pip = ("-m", "pip", "install", "--quiet", "--no-deps", "--no-compile", "--require-hashes", "--only-binary=:all:")
    platforms = [f"--platform={platform}" for platform in PLATFORMS["arm64"]]
    for_lambda = (f"--python-version={PYTHON}", "--implementation=cp", *platforms, "--target", str(packages))
    _run(sys.executable, *pip, *for_lambda, "--requirement", str(lock))
    compiler = f"COMPILER={ROOT / '.cache' / 'zig'}"
    _run("make", "-C", str(ROOT / "layers"), "native", compiler, "TARGET=aarch64-linux", f"INTO={packages}")


def _python(system: Path) -> Path:
    """A command that is sys.executable to the emulated Python, so that the sandbox starts it too."""
    command = CACHE / "python"
    program = system / "usr" / "bin" / f"python{PYTHON}"
    emulator = shutil.which("qemu-aarch64-static", path=_path())
    command.write_text(f'#!/bin/sh\nexec "{emulator}" -cpu {PROCESSOR} -L "{system}" -0 "$0" "{program}" "$@"\n')
    command.chmod(0o755)
    return command


def _run(*command: str, stdin: IO[bytes] | None = None) -> None:
    """Shows what the command printed only if it fails. Raises CalledProcessError."""
    done = subprocess.run(
        command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, "PATH": _path()}
    )
    if done.returncode:
        print(done.stdout.decode(errors="replace"), file=sys.stderr)  # noqa: T201
        done.check_returncode()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
