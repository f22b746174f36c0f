"""The package of an optional stack's function: its modules, and what they import, for Lambda's Python and processor."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from operate.stack import StackFailed

ROOT = Path(__file__).parent.parent
PYTHON = "3.13"  # the functions' Runtime
# Wheels that run on Lambda's Amazon Linux 2023, by Architecture. pip accepts only platforms that are named.
PLATFORMS = {
    "arm64": ("manylinux_2_28_aarch64", "manylinux2014_aarch64"),
    "x86_64": ("manylinux_2_28_x86_64", "manylinux2014_x86_64"),
}


@dataclass(frozen=True)
class Package:
    """A function's package. name: the first part of its file's name. requirements: a lock file with what others wrote.
    modules: our own, each with the folder below which it keeps its path."""

    name: str
    requirements: Path
    modules: tuple[tuple[Path, Path], ...]

    def build(self, architecture: str) -> tuple[str, bytes]:
        """The file's name, which names its content, and the zip. architecture: as in Lambda, a key of PLATFORMS.

        Raises StackFailed if pip cannot install what is locked.
        """
        with tempfile.TemporaryDirectory() as folder:
            into = Path(folder)
            self._install(into, architecture)
            for module, below in self.modules:
                target = into / module.relative_to(below)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(module, target)
            _compile(into)
            files = (path for path in into.rglob("*") if path.is_file())
            content = zipped({path.relative_to(into).as_posix(): path.read_bytes() for path in files})
        return f"{self.name}-{hashlib.sha256(content).hexdigest()[:16]}.zip", content

    def _install(self, into: Path, architecture: str) -> None:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        locked = ["--require-hashes", "--only-binary", ":all:", "--no-compile", "--requirement", str(self.requirements)]
        platforms = [f"--platform={platform}" for platform in PLATFORMS[architecture]]
        target = ["--python-version", PYTHON, "--implementation", "cp", *platforms, "--target", str(into)]
        if subprocess.run([*pip, *locked, *target]).returncode:  # noqa: S603 (pip of this environment)
            name = self.requirements.relative_to(ROOT)
            raise StackFailed(f"pip cannot install {name} for the package; see its output above.")


AUTHORIZER = Package(
    "authorizer",
    ROOT / "stacks" / "authorizer" / "requirements.txt",
    (
        *((path, ROOT) for path in sorted((ROOT / "stacks" / "authorizer").glob("*.py"))),
        *((ROOT / "functions" / "thumbs" / name, ROOT / "functions") for name in ("__init__.py", "observe.py")),
    ),
)


def _compile(folder: Path) -> None:
    """Add bytecode, without which a cold start takes longer. Only the functions' own version of Python can; without it
    on this machine, the package works too."""
    python = shutil.which(f"python{PYTHON}")
    options = ["-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", "/var/task"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPYCACHEPREFIX"}
    if python is not None:
        subprocess.run([python, *options, str(folder)], env=environment, stderr=subprocess.DEVNULL)  # noqa: S603


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip with identical bytes for identical content. files: contents by name."""
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in sorted(files):
            information = zipfile.ZipInfo(name)
            information.external_attr = 0o644 << 16
            information.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(information, files[name])
    return content.getvalue()
