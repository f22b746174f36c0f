"""The layers' makefile: its output depends only on its source."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from dev.emulator import ROOT

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"  # for which this machine can compile


def build(folder: Path, **variables: str) -> dict[str, bytes]:
    """The files of a layer built from a copy of layers/ in this folder."""
    shutil.copytree(ROOT / "layers", folder / "layers")
    output = folder / "artifacts"
    output.mkdir()
    command = ["make", "build-PowertoolsLayer", f"PYTHON_VERSION={VERSION}", f"ARTIFACTS_DIR={output}"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPYCACHEPREFIX"} | variables
    answer = subprocess.run(command, cwd=folder / "layers", env=environment, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return {str(path.relative_to(output)): path.read_bytes() for path in output.rglob("*") if path.is_file()}


def test_the_same_source_gives_the_same_bytes_in_any_folder(tmp_path: Path) -> None:
    first = build(tmp_path / "here")
    second = build(tmp_path / "somewhere" / "else")

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
if [ "$1 $2" = "-m pip" ]; then echo "No module named pip" >&2; exit 1; fi
exec "{sys.executable}" "$@"
"""
    )
    python.chmod(0o755)

    built = build(tmp_path / "here", PATH=f"{programs}{os.pathsep}{os.environ['PATH']}")

    assert any(name.startswith("python/aws_lambda_powertools/") for name in built)
