"""The package of the authorizer function, as `operate stack sign_in deploy` builds it: complete, and for Lambda."""

import platform
import re
import shutil
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from dev.emulator import ROOT
from operate.package import AUTHORIZER, PLATFORMS, PYTHON
from tests.material.layers import MACHINES

_MAKEFILE, _OF_FUNCTIONS = ((ROOT / name / "Makefile").read_text() for name in ("layers", "functions"))
ELF = {"arm64": MACHINES["ImagingLayerArm64"], "x86_64": MACHINES["ImagingLayerX86"]}
HERE = {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")


@pytest.fixture(scope="module", params=PLATFORMS)
def package(request: pytest.FixtureRequest) -> tuple[str, zipfile.ZipFile]:
    """The package for each Architecture of the template."""
    name, content = AUTHORIZER.build(request.param)
    assert re.fullmatch(r"authorizer-[0-9a-f]{16}\.zip", name)
    return request.param, zipfile.ZipFile(BytesIO(content))


def test_a_package_is_for_the_functions_processor(package: tuple[str, zipfile.ZipFile]) -> None:
    architecture, archive = package
    libraries = {name: archive.read(name) for name in archive.namelist() if name.endswith(".so")}

    assert {name.split("/")[-1].split(".")[0] for name in libraries} >= {"_rust", "_cffi_backend"}
    assert {int.from_bytes(content[18:20], "little") for content in libraries.values()} == {ELF[architecture]}
    tags = {name.split(".")[-2] for name in libraries}
    assert all(tag == "abi3" or tag.startswith(f"cpython-{PYTHON.replace('.', '')}-") for tag in tags), tags


def test_a_package_has_all_that_it_imports(package: tuple[str, zipfile.ZipFile], tmp_path: Path) -> None:
    """In a Python that finds nothing else but its own library, and for other versions of Python cffi's own module."""
    architecture, archive = package
    if architecture != HERE:
        return  # another processor's code cannot be imported; its modules are the same
    archive.extractall(tmp_path)
    (cffi,) = Path(sys.prefix).rglob("_cffi_backend*.so")
    shutil.copy(cffi, tmp_path)
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import stacks.authorizer.handler as it; print(it.handler)"
    )

    answer = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, env={})

    assert answer.stderr == ""
    assert "function handler" in answer.stdout


def test_a_package_has_no_more_than_the_function_needs(package: tuple[str, zipfile.ZipFile]) -> None:
    _, archive = package
    ours = {
        name for name in archive.namelist() if name.startswith(("stacks/", "thumbs/")) and not name.endswith(".pyc")
    }

    modules = {f"stacks/authorizer/{path.name}" for path in (ROOT / "stacks" / "authorizer").glob("*.py")}
    assert ours == modules | {"thumbs/__init__.py", "thumbs/observe.py"}
    assert sum(each.file_size for each in archive.infolist()) < 40_000_000, "Lambda allows 262 MB; a start reads it all"


def test_packages_and_layers_are_for_the_same_python_and_platforms() -> None:
    for makefile in (_MAKEFILE, _OF_FUNCTIONS):
        assert re.findall(r"^PYTHON_VERSION = (.*)$", makefile, re.MULTILINE) == [PYTHON]
    listed = [tuple(re.findall(r"--platform (\S+)", line)) for line in _MAKEFILE.splitlines() if "--platform" in line]
    assert set(PLATFORMS.values()) <= {*listed}
    template = (ROOT / "stacks" / "sign_in.yaml").read_text()
    assert f"Runtime: python{PYTHON}\n" in template
    assert f"AllowedValues: [{', '.join(PLATFORMS)}]\n" in template


def test_the_lock_has_what_is_tested() -> None:
    """The tests run with these versions, because their lock follows this one."""
    lock, tested = (
        dict(re.findall(r"^([a-z0-9-]+)==(\S+)", path.read_text(), re.MULTILINE))
        for path in (AUTHORIZER.requirements, ROOT / "tests" / "requirements.txt")
    )

    assert {"pyjwt", "cryptography", "aws-lambda-powertools"} <= lock.keys()
    assert lock.items() <= tested.items()


def test_the_service_itself_carries_nothing_of_it() -> None:
    """A stack without this function pays for none of its packages."""
    locks = [path.read_text() for path in (ROOT / "layers").glob("*/requirements.txt")]

    assert len(locks) == 2
    assert not [text for text in locks if re.search(r"^(pyjwt|cryptography)==", text, re.MULTILINE)]
    for_cffi = [text for text in locks if re.search(r"^cffi==", text, re.MULTILINE)]
    assert not [text for text in for_cffi if "pyvips" not in text], "only libvips' binding needs it there"
    importing = [
        path for path in (ROOT / "functions").rglob("*.py") if re.search(r"import jwt|stacks", path.read_text())
    ]
    assert importing == []
