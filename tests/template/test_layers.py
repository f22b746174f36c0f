"""The makefiles of layers and functions: their output depends only on its source."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from dev import bytecode
from dev.emulator import ROOT
from dev.stack import FUNCTIONS
from tests.actors.sam import COMPILER
from tests.material.layers import MACHINES

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"  # for which this machine can compile
# Where Python has no pip, as on Debian, `make` installs its own next to the source.
BUILT = shutil.ignore_patterns("__pycache__", ".pip", ".zig")


def build(
    folder: Path, source: str = "layers", resource: str = "PowertoolsLayer", version: str = VERSION, **variables: str
) -> dict[str, bytes]:
    """The files built from a copy of the source in this folder. version: of the Python that compiles them."""
    if not (folder / source).exists():
        shutil.copytree(ROOT / source, folder / source, ignore=BUILT)
    output = folder / "artifacts" / resource
    output.mkdir(parents=True)
    command = ["make", f"build-{resource}", f"PYTHON_VERSION={version}", f"ARTIFACTS_DIR={output}"]
    answer = subprocess.run(
        command, cwd=folder / source, env=os.environ | variables, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    said = re.search(r"^note: no python", answer.stdout, re.MULTILINE)  # SAM shows no more than the standard output
    assert bool(said) == (version != VERSION), answer.stdout + answer.stderr
    return {str(path.relative_to(output)): path.read_bytes() for path in output.rglob("*") if path.is_file()}


def functions(folder: Path, version: str = VERSION, **variables: str) -> dict[str, bytes]:
    return build(folder, "functions", "ConvertFunction", version, **variables)


def source_of_functions() -> dict[str, bytes]:
    files = (path for path in FUNCTIONS.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {str(path.relative_to(FUNCTIONS)): path.read_bytes() for path in files if path.name != "Makefile"}


@pytest.mark.parametrize("builds", [build, functions])
def test_the_same_source_gives_the_same_bytes_in_any_folder(
    tmp_path: Path, builds: Callable[..., dict[str, bytes]]
) -> None:
    first = builds(tmp_path / "here")
    second = builds(tmp_path / "somewhere" / "else", PYTHONPYCACHEPREFIX=str(tmp_path / "hidden"))

    assert sum(name.endswith(".pyc") for name in first) > 50, "there is bytecode to compare"
    assert first == second
    assert not [name for name, content in first.items() if str(tmp_path).encode() in content]


def test_a_layer_is_built_where_the_systems_python_has_no_pip(tmp_path: Path) -> None:
    """As on Debian and Amazon Linux: a python3 of the PATH that cannot import pip."""
    programs = tmp_path / "programs"
    programs.mkdir()
    python = programs / "python3"
    python.write_text(
        f"""#!/bin/sh
if [ "$1 $2" = "-m pip" ] || [ "$2" = "import pip" ]; then echo "No module named pip" >&2; exit 1; fi
exec "{sys.executable}" "$@"
"""
    )
    python.chmod(0o755)

    built = build(tmp_path / "a folder", PATH=f"{programs}{os.pathsep}{os.environ['PATH']}")

    assert any(name.startswith("python/aws_lambda_powertools/") for name in built)


def test_it_is_said_each_time_that_pip_cannot_be_installed(tmp_path: Path) -> None:
    """Debian without python3-venv creates half of an environment before it says what is missing."""
    programs, source = tmp_path / "programs", tmp_path / "layers"
    shutil.copytree(ROOT / "layers", source, ignore=BUILT)
    programs.mkdir()
    python = programs / "python3"
    python.write_text(
        """#!/bin/sh
if [ "$2" = venv ]; then mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; echo "apt install python3-venv" >&2; fi
exit 1
"""
    )
    python.chmod(0o755)
    environment = os.environ | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    for _ in range(2):
        answer = subprocess.run(
            ["make", "-s", "compiler"], cwd=source, env=environment, capture_output=True, text=True, check=False
        )
        assert answer.returncode != 0
        assert "apt install python3-venv" in answer.stderr


def compiled(folder: Path, compiler: Path, target: str) -> dict[str, bytes]:
    """The modules for this target, compiled in a copy of the source."""
    shutil.copytree(ROOT / "layers", folder, ignore=BUILT)
    command = ["make", "-s", "native", f"COMPILER={compiler}", f"TARGET={target}", f"INTO={folder}"]
    answer = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stdout) == (0, ""), answer.stdout + answer.stderr
    return {module.name: module.read_bytes() for module in folder.glob("*.abi3.so")}


def test_modules_are_compiled_to_the_same_bytes_anywhere(tmp_path: Path, built: Path) -> None:
    """By SAM in its folder, with what other builds kept, and from another folder without it."""
    there, empty = tmp_path / "there", tmp_path / "empty"
    layer = built / ".aws-sam" / "build" / "ImagingLayerArm64" / "python"
    names = {f"_{source.stem}.abi3.so" for source in ROOT.glob("layers/imaging/*.zig")}
    first = {name: layer.joinpath(name).read_bytes() for name in names}
    empty.mkdir()
    for version in COMPILER.glob("[0-9]*"):
        (empty / version.name).symlink_to(version)
    second = compiled(there, empty, "aarch64-linux")

    assert first == second
    for module in first.values():
        assert int.from_bytes(module[18:20], "little") == MACHINES["ImagingLayerArm64"]
        assert str(tmp_path).encode() not in module


@pytest.fixture
def installs(tmp_path: Path) -> Callable[..., str]:
    """Builds with a python3 whose pip installs a compiler that writes its name; returns what it wrote."""
    source, programs = tmp_path / "layers", tmp_path / "programs"
    shutil.copytree(ROOT / "layers", source, ignore=BUILT)
    programs.mkdir()

    def install(name: str, then: str = "", compiler: str = "compiler") -> str:
        python = programs / "python3"
        python.write_text(
            f"""#!/bin/sh
for last; do test "$before" = --target && target=$last; before=$last; done
test "$target" || exit 0
mkdir -p "$target/ziglang"
cat > "$target/ziglang/zig" <<'END'
#!/bin/sh
for option; do case $option in -femit-bin=*) echo {name} > "${{option#-femit-bin=}}" ;; esac; done
END
chmod +x "$target/ziglang/zig"
{then}
"""
        )
        python.chmod(0o755)
        path = f"{programs}{os.pathsep}{os.environ['PATH']}"
        command = ["make", "-s", "native", f"COMPILER={tmp_path / compiler}", f"INTO={tmp_path}"]
        answer = subprocess.run(
            command, cwd=source, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False
        )
        module = tmp_path / "_jpeg_scaled.abi3.so"
        return module.read_text().strip() if answer.returncode == 0 else "failed"

    return install


def test_an_interrupted_installation_leaves_no_compiler(tmp_path: Path, installs: Callable[..., str]) -> None:
    """pip copies the files one after the other, and the program may come before its library."""
    assert installs("half", then="exit 1") == "failed"
    assert installs("half", then="kill -9 $PPID") == "failed", "as if the machine had stopped"
    assert installs("whole") == "whole"
    assert installs("again") == "whole", "it is kept"


def test_builds_at_the_same_time_share_a_compiler(tmp_path: Path, installs: Callable[..., str]) -> None:
    """The other build's compiler appears while this one installs its own."""
    assert installs("other", compiler="elsewhere") == "other"
    assert installs("mine", then=f"cp -R {tmp_path}/elsewhere/* {tmp_path}/compiler") == "other"
    assert len([*(tmp_path / "compiler").rglob("zig")]) == 1


def test_another_version_of_the_compiler_is_installed(tmp_path: Path, installs: Callable[..., str]) -> None:
    assert installs("old") == "old"
    lock = tmp_path / "layers" / "compiler.txt"
    lock.write_text(re.sub(r"ziglang==\S+", "ziglang==9.9.9", lock.read_text()))

    assert installs("new") == "new"


def test_functions_are_built_with_bytecode_that_needs_no_source(tmp_path: Path) -> None:
    """All of their modules, and the pictures that verify a release; no bytecode that lay in the source folder."""
    here = tmp_path / "here"
    shutil.copytree(FUNCTIONS, here / "functions", ignore=BUILT)
    stale = here / "functions" / "thumbs" / "__pycache__" / f"errors.{sys.implementation.cache_tag}.pyc"
    stale.parent.mkdir()
    stale.write_bytes(b"of an older source")

    built = functions(here)

    source = source_of_functions()
    compiled = {str(bytecode.place(PurePosixPath(name))) for name in source if name.endswith(".py")}
    assert built.keys() == source.keys() | compiled
    assert {name: built[name] for name in source} == source
    assert {built[name][4:8] for name in compiled} == {b"\1\0\0\0"}, "hash-based, unchecked (PEP 552)"
    output = here / "artifacts" / "ConvertFunction"
    (output / "thumbs" / "errors.py").write_text("raise NotImplementedError")
    program = f"import sys; sys.path[:0] = [{str(output)!r}]; import thumbs.errors as it; print(it.Reason.__module__)"
    answer = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=False)
    assert (answer.stdout, answer.stderr) == ("thumbs.errors\n", "")


def test_functions_are_built_without_their_python_too(tmp_path: Path) -> None:
    assert functions(tmp_path / "here", version="3.99") == source_of_functions()


def test_what_cannot_be_compiled_is_not_built(tmp_path: Path) -> None:
    shutil.copytree(FUNCTIONS, tmp_path / "functions", ignore=BUILT)
    (tmp_path / "functions" / "broken.py").write_text("def handler(")

    with pytest.raises(AssertionError, match="SyntaxError"):
        functions(tmp_path)
